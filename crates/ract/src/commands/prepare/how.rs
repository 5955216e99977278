//! `--split`: how a public data set or a file of your own is split.

use crate::{Error, Result};
use ract_data::{Moment, RawInteractions, Split, SplitOptions, known_users, split, usual_heldout_users};

/// What `--validation-share` is when nobody says it.
const VALIDATION_SHARE: f64 = 0.1;
const TEST_SHARE: f64 = 0.2;

#[derive(clap::Args, PartialEq)]
pub(super) struct How {
    /// How the data are split
    #[arg(long, value_enum, value_name = "HOW", default_value_t)]
    split: Kind,
    /// The first moment of the validation, with --split date: a date (of UTC), 2014-01-31T12:00:00Z, or a number in the file's
    /// own unit
    #[arg(long, value_name = "TIME")]
    validation_from: Option<Moment>,
    /// The first moment of the test
    #[arg(long, value_name = "TIME")]
    test_from: Option<Moment>,
    /// The validation's share of each user's items, with --split ratio, and with `ract prepare split` [default: 0.1]
    #[arg(long, value_name = "X")]
    validation_share: Option<f64>,
    /// The test's share of each user's items, with --split ratio [default: 0.2]
    #[arg(long, value_name = "X")]
    test_share: Option<f64>,
}

#[derive(Clone, Copy, Default, PartialEq, clap::ValueEnum)]
enum Kind {
    /// Some users do not train: they are the validation's and the test's
    #[default]
    Users,
    /// Every user trains; the last item is the test's, the last but one the validation's
    Last,
    /// Every user trains; random shares of the items are the test's and the validation's
    Ratio,
    /// Every user trains; what is later is the test's and the validation's
    Date,
}

impl How {
    /// Whether users are held out, and nothing else was said.
    pub(super) fn is_default(&self) -> bool {
        *self
            == Self {
                split: Kind::Users,
                validation_from: None,
                test_from: None,
                validation_share: None,
                test_share: None,
            }
    }

    /// Whether users are held out, who do not train.
    pub(super) fn holds_out_users(&self) -> bool {
        self.split == Kind::Users
    }

    pub(super) fn needs_times(&self) -> bool {
        matches!(self.split, Kind::Last | Kind::Date)
    }

    /// What is said with `ract prepare split`: the validation's share.
    ///
    /// # Errors
    /// When something else is said.
    pub(super) fn only_validation_share(&self) -> Result<f64> {
        let Self { validation_share, .. } = *self;
        if self.split != Kind::Users
            || self.test_from.is_some()
            || self.validation_from.is_some()
            || self.test_share.is_some()
        {
            let message = "the test is given: leave out --split, --test-share, --validation-from and --test-from";
            return Err(Error::Usage(message.to_owned()));
        }
        Ok(validation_share.unwrap_or(VALIDATION_SHARE))
    }

    /// Checks that what is said belongs together.
    ///
    /// # Errors
    /// With what to leave out, or to say.
    pub(super) fn check(&self) -> Result<()> {
        let has_moments = self.validation_from.is_some() || self.test_from.is_some();
        let has_shares = self.validation_share.is_some() || self.test_share.is_some();
        let message = match self.split {
            Kind::Date if self.moments().is_none() => "--split date needs both --validation-from and --test-from",
            _ if has_moments && self.split != Kind::Date => {
                "--validation-from and --test-from are for --split date: leave them out"
            }
            _ if has_shares && self.split != Kind::Ratio => {
                "--validation-share and --test-share are for --split ratio: leave them out"
            }
            _ => return Ok(()),
        };
        Err(Error::Usage(message.to_owned()))
    }

    fn moments(&self) -> Option<(&Moment, &Moment)> {
        Some((self.validation_from.as_ref()?, self.test_from.as_ref()?))
    }

    /// The split, and the options with the number of test users. Where users are held out and nobody says how many, it is a
    /// tenth of them.
    pub(super) fn apply(
        &self,
        raw: &RawInteractions,
        options: SplitOptions,
        heldout_users: Option<usize>,
    ) -> Result<(Split, SplitOptions)> {
        let made = match (self.split, self.moments()) {
            (Kind::Last, _) => known_users::last(raw, &options)?,
            (Kind::Ratio, _) => {
                let validation_share = self.validation_share.unwrap_or(VALIDATION_SHARE);
                known_users::ratio(raw, &options, validation_share, self.test_share.unwrap_or(TEST_SHARE))?
            }
            (Kind::Date, Some((validation_from, test_from))) => {
                known_users::date(raw, &options, validation_from, test_from)?
            }
            _ => {
                let heldout_users = heldout_users.unwrap_or_else(|| usual_heldout_users(raw, &options));
                let options = SplitOptions { heldout_users, ..options };
                return Ok((split(raw, &options)?, options));
            }
        };
        let heldout_users = made.test_users();
        Ok((made, SplitOptions { heldout_users, ..options }))
    }
}
