//! The critic features: what a critic can see of a user. One feature per file. To add a feature, write a file beside
//! this one and add a line to [`FEATURES`].

mod above_boundary;
mod boundary;
mod entropy;
mod exposure;
mod head;
mod head_loss;
mod hits;
mod items;
mod lambda_rank;
mod log_seen;
mod loss;
mod margin;
mod score_gap;
mod scores;
mod seen;
mod tail_loss;
mod top_gap;
mod unseen;

pub use head::head;

use crate::boundary::{Boundary, boundaries};
use crate::registry::{Entry, Registered};
use crate::{Loss, Scored};
use ract_autodiff::{Mat, Sparse, Tape, Var};
use ract_data::Interactions;
use std::cell::OnceCell;
use std::sync::Arc;

/// A feature that a critic can see.
pub struct FeatureEntry {
    /// The name in experiment files.
    pub name: &'static str,
    /// What it describes.
    pub about: &'static str,
    /// Whether a gradient passes through it to the actor. The others are constants.
    pub has_gradient: bool,
    /// How many numbers it has for each user.
    pub width: Width,
    /// Its values, B x width. The node is named by the feature's name where it has none yet.
    pub of: for<'t> fn(&FeatureInput<'_, 't>) -> Var<'t, f32>,
}

/// How many numbers a feature has for each user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// One.
    One,
    /// One for each item.
    Items,
}

impl Width {
    /// The number of columns, for a data set with `items` items.
    pub fn of(self, items: usize) -> usize {
        match self {
            Self::One => 1,
            Self::Items => items,
        }
    }
}

/// The input of a feature: a batch of B users, and the actor's output for them.
pub struct FeatureInput<'a, 't> {
    /// The tape that records the feature.
    pub tape: &'t Tape<f32>,
    /// The items that the actor sees.
    pub seen: &'a Interactions,
    /// The user's items that the actor does not see.
    pub unseen: &'a Interactions,
    /// All items of each user, B x I, each with the value 1.
    pub items: &'a Arc<Sparse<f32>>,
    /// The actor's output and its own loss.
    pub scored: &'a Scored<'t, f32>,
    /// The actor's own loss as a function of scores and items.
    pub loss: Loss,
    /// For each item, whether it is in the head: see [`head`].
    pub is_head: &'a [bool],
    /// How many ranks the critic's metric looks at.
    pub depth: usize,
    /// The lists that were shown to the users. `None`: the actor's own.
    pub shown: Option<&'a [Vec<u32>]>,
    /// The scores that the actor had at the start of its phase, B x I. `None`: as now.
    pub start: Option<&'a Mat<f32>>,
    /// The boundaries of the users, once a feature has asked for them.
    pub boundaries: OnceCell<Vec<Boundary<f32>>>,
}

impl<'t> FeatureInput<'_, 't> {
    /// The boundary at `depth` of each user's ranking of the unseen items, found once for all features that ask for it. Empty when the
    /// scores have an error, which the tape remembers.
    fn boundaries(&self) -> &[Boundary<f32>] {
        self.boundaries.get_or_init(|| {
            self.scored
                .output
                .scores()
                .value()
                .map_or_else(|_| Vec::new(), |scores| boundaries(scores, self.depth, Some(self.seen)))
        })
    }

    /// A constant for each user, B x 1, from the user's boundary.
    fn at_boundary(&self, of: impl Fn(usize, &Boundary<f32>) -> f32) -> Var<'t, f32> {
        let of_users: Vec<f32> =
            self.boundaries().iter().enumerate().map(|(user, boundary)| of(user, boundary)).collect();
        self.tape.constant(Mat::from_shape_fn((of_users.len(), 1), |(user, _)| of_users[user]))
    }
}

/// All features. The first three are the paper's.
pub static FEATURES: &[FeatureEntry] = &[
    seen::ENTRY,
    unseen::ENTRY,
    loss::ENTRY,
    head_loss::ENTRY,
    tail_loss::ENTRY,
    lambda_rank::ENTRY,
    score_gap::ENTRY,
    entropy::ENTRY,
    log_seen::ENTRY,
    boundary::ENTRY,
    hits::ENTRY,
    above_boundary::ENTRY,
    margin::ENTRY,
    top_gap::ENTRY,
    exposure::ENTRY,
    scores::ENTRY,
    items::ENTRY,
];

/// A critic feature, identified by its name.
pub type Feature = Entry<FeatureEntry>;

impl Registered for FeatureEntry {
    const WHAT: &'static str = "critic feature";

    fn registry() -> &'static [Self] {
        FEATURES
    }

    fn name(&self) -> &'static str {
        self.name
    }
}

/// The features of the paper: seen items, unseen items, the actor's own loss.
pub fn of_the_paper() -> Vec<Feature> {
    Feature::all().take(3).collect()
}

/// The number of items of each user, B x 1.
pub(crate) fn counts(items: &Interactions) -> Mat<f32> {
    Mat::from_shape_fn((items.n_users(), 1), |(user, _)| items.items(user).len() as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    /// Each feature has its declared width and finite values, and it has a gradient exactly where the registry says so.
    #[test]
    fn every_feature_has_its_width_and_passes_a_gradient_to_the_scores_only_where_it_says_so() {
        let rows = |rows: [&[u32]; 2]| Interactions::from_rows(4, rows.map(<[u32]>::to_vec));
        let (seen, unseen) = (rows([&[0], &[1, 2]]), rows([&[2, 3], &[0]]));
        let items = Arc::new(Sparse::new((2, 4), vec![0, 3, 6], vec![0, 2, 3, 0, 1, 2], vec![1.0; 6]));
        for entry in FEATURES {
            let tape = Tape::new();
            let scores = tape.input(array![[0.5_f32, -1.0, 2.0, 1.0], [1.5, 0.0, -2.0, 0.5]]);
            let scored = Scored { output: crate::Output::of(scores, None), loss: Loss::Nll.of(scores, &items) };
            let input = FeatureInput {
                tape: &tape,
                seen: &seen,
                unseen: &unseen,
                items: &items,
                scored: &scored,
                loss: Loss::Nll,
                is_head: &[true, false, true, false],
                depth: 2,
                shown: None,
                start: None,
                boundaries: OnceCell::new(),
            };
            let feature = (entry.of)(&input);
            let value = feature.value().unwrap();
            assert_eq!(value.dim(), (2, entry.width.of(4)), "{}", entry.name);
            assert!(value.iter().all(|x| x.is_finite()), "{}: {value}", entry.name);
            let grads = feature.sum().backward([scores]).unwrap();
            assert_eq!(grads.get(scores).is_some(), entry.has_gradient, "{}", entry.name);
        }
    }

    #[test]
    fn the_papers_features_are_the_counts_and_the_loss() {
        assert_eq!(of_the_paper().iter().map(|feature| feature.name()).collect::<Vec<_>>(), ["seen", "unseen", "loss"]);
    }

    #[test]
    fn every_name_is_unique() {
        let mut names: Vec<_> = FEATURES.iter().map(|entry| entry.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FEATURES.len());
    }
}
