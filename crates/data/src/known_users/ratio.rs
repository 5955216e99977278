//! Random shares of every user's items.

use super::{Parts, check_shares, take};
use crate::numbering::Numbering;
use crate::{RawInteractions, Result, Scheme, Split, SplitOptions};

/// Of each user's n items, `validation_share * n` and `test_share * n` are drawn for the validation and the test. Both
/// numbers are rounded to the nearest whole one, a half up; a user with so few items that both are 0, or that nothing
/// would be left, only trains.
///
/// A draw depends on the seed and on the user's number. Of the options, `heldout_users` and `drop_empty_users` do not count.
///
/// # Errors
/// When the filters leave nobody, or the shares leave nothing to train on.
pub fn ratio(raw: &RawInteractions, options: &SplitOptions, validation_share: f64, test_share: f64) -> Result<Split> {
    check_shares(&[("validation-share", validation_share), ("test-share", test_share)])?;
    let numbering = Numbering::new(raw, options)?;
    let parts = numbering.items_of(&raw.pairs).into_iter().enumerate().map(|(uid, mut train)| {
        let [validation, test] = take(&mut train, [validation_share, test_share], options.seed, uid);
        Parts { train, validation, test }
    });
    Ok(super::split(numbering, Scheme::Ratio { validation_share, test_share }, parts))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{named, raw};
    use super::*;

    #[test]
    fn a_tenth_is_for_the_validation_a_fifth_for_the_test_and_both_are_the_tests_fold_in_or_targets() {
        let lines: String = (0..40).map(|n| format!("{},{n},{n}\n", n / 20)).collect();
        let options = SplitOptions { seed: 1, ..SplitOptions::PUBLISHED };
        let split = ratio(&raw(&lines), &options, 0.1, 0.2).unwrap();
        let counts = [&split.train, &split.validation.fold_in, &split.validation.targets, &split.test.fold_in];
        assert_eq!(counts.map(|pairs| pairs.len()), [28, 28, 4, 32]);
        let own = [named(&split.test.fold_in, &split), named(&split.test.targets, &split)].concat();
        assert_eq!(own.len(), 40);
        let known = [named(&split.train, &split), named(&split.validation.targets, &split)].concat();
        assert!(known.iter().all(|pair| named(&split.test.fold_in, &split).contains(pair)));
        assert_ne!(split, ratio(&raw(&lines), &SplitOptions { seed: 2, ..options }, 0.1, 0.2).unwrap());
    }
}
