//! Parts of an actor's scores that no gradient trains.

use crate::baselines::{Baseline, Ease, SparseWeights};
use libm::log1pf; // the same bits whatever the system's own functions are
use ndarray::{Array1, Array2, ArrayView1, Axis, Zip};
use ract_autodiff::{Mat, Scalar, Sparse};
use ract_data::Interactions;

/// A part of an actor's scores that is fitted to the training users before the actor trains, and stays fixed.
#[derive(Clone, Debug, PartialEq)]
pub enum FixedPart {
    /// `gain x B`, where x has a 1 at each of the user's items. In training, each item that the actor sees has the weight `1 / keep`,
    /// to stand for the items that are not seen.
    Linear {
        /// The weights B.
        ease: Ease<f32>,
        /// What the product is multiplied by.
        gain: f64,
    },
    /// `gain ln(1 + k / mean(k))`, where k_i is the sum of the weights with which the user's items recommend item i, and the mean is
    /// over all items. Added to the logits of a softmax, it multiplies an item's probability by `(1 + k / mean(k))^gain`: by 1 where no
    /// item of the user is a neighbour.
    Neighbours {
        /// The weights between the items.
        weights: SparseWeights,
        /// What the logarithm is multiplied by.
        gain: f64,
    },
    /// `power ln(1 + m_i)` for every user, where m_i is the number of item i's training users. So a softmax multiplies an item's
    /// probability by the power of its popularity: below 0, popular items rank lower.
    Popularity {
        /// For each item, `ln(1 + m_i)`, 1 x I.
        log_counts: Mat<f32>,
        /// The power.
        power: f64,
    },
}

impl FixedPart {
    /// The part of an item's popularity.
    pub fn popularity(train: &Interactions, power: f64) -> Self {
        let log_counts: Vec<f32> = train.item_counts().into_iter().map(|m| log1pf(m as f32)).collect();
        Self::Popularity { log_counts: Array1::from(log_counts).insert_axis(Axis(0)), power }
    }

    /// Its name on a tape and in exports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Linear { .. } => "linear",
            Self::Neighbours { .. } => "neighbours",
            Self::Popularity { .. } => "popularity",
        }
    }

    /// Its scores of all items, B x I, from the items that the actor sees, `input`, of all `items` of the users: both B x I, as in
    /// [`Users`](crate::Users).
    pub fn scores<T: Scalar>(&self, input: &Sparse<T>, items: &Sparse<T>) -> Mat<T> {
        match self {
            Self::Linear { ease, gain } => {
                let rows = input.outer_iterator().zip(items.outer_iterator());
                let factors: Vec<T> = rows
                    .map(|(input, items)| {
                        // An entry of the input is 1 / (sqrt(n) keep).
                        let sqrt_n = T::of((items.nnz() as f64).sqrt());
                        let per_seen = input.data().first().map_or(T::one(), |&x| x * sqrt_n);
                        per_seen * T::of(*gain)
                    })
                    .collect();
                of_each_user(&ease.scores(&pattern(input)), |user, _| {
                    let factor = factors[user];
                    move |score| T::of(score.into()) * factor
                })
            }
            Self::Neighbours { weights, gain } => of_each_user(&weights.scores(&pattern(input)), |_, k| {
                let (gain, per_mean) = (*gain as f32, 1.0 / k.mean().unwrap_or_default());
                move |k| if k > 0.0 { T::of((gain * log1pf(k * per_mean)).into()) } else { T::zero() }
            }),
            Self::Popularity { log_counts, power } => {
                let row: Vec<T> = log_counts.iter().map(|&log| T::of(power * f64::from(log))).collect();
                Mat::from_shape_fn((input.rows(), row.len()), |(_, item)| row[item])
            }
        }
    }
}

/// The numbers of each user, each by the function that `of` makes for the user's row.
fn of_each_user<T: Scalar, F: Fn(f32) -> T>(
    numbers: &Array2<f32>,
    of: impl Fn(usize, ArrayView1<'_, f32>) -> F + Sync,
) -> Mat<T> {
    let mut made = Mat::zeros(numbers.raw_dim());
    Zip::indexed(made.rows_mut()).and(numbers.rows()).par_for_each(|user, made, numbers| {
        let of = of(user, numbers);
        Zip::from(made).and(numbers).for_each(|made, &number| *made = of(number));
    });
    made
}

fn pattern<T: Scalar>(x: &Sparse<T>) -> Interactions {
    let rows: Vec<Vec<u32>> = x.outer_iterator().map(|row| row.indices().to_vec()).collect();
    Interactions::from_rows(x.cols(), rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(part: &FixedPart, seen: &[u32], keep: f64) -> Mat<f64> {
        let value = 1.0 / (2.0_f64.sqrt() * keep);
        let entries = |columns: &[u32], value| {
            Sparse::new((1, 4), vec![0, columns.len()], columns.to_vec(), vec![value; columns.len()])
        };
        let (input, items) = (entries(seen, value), entries(&[0, 1], 1.0));
        part.scores(&input, &items)
    }

    fn train() -> Interactions {
        Interactions::from_rows(4, [vec![0, 1], vec![0, 1, 2], vec![2, 3], vec![1, 3]])
    }

    #[test]
    fn the_linear_part_is_multiplied_by_its_gain_and_divided_by_keep() {
        let ease = Ease::fit(&train(), 0.5, 0).unwrap();
        let expected = ease.scores(&Interactions::from_rows(4, [[0, 1]])).mapv(f64::from) * 3.0;
        let part = FixedPart::Linear { ease, gain: 3.0 };
        for keep in [1.0, 0.5] {
            let found = scores(&part, &[0, 1], keep);
            assert!((found - &expected / keep).iter().all(|d| d.abs() < 1e-6));
        }
    }

    #[test]
    fn the_neighbours_part_is_the_logarithm_of_their_share_whatever_keep_is() {
        let weights = SparseWeights::from_recommended_by(&[vec![], vec![(0, 1.0)], vec![(0, 2.0), (1, 3.0)], vec![]]);
        let part = FixedPart::Neighbours { weights, gain: 2.0 };
        // k = [0, 1, 5, 0] has the mean 1.5.
        let expected = [0.0, 1.0, 5.0, 0.0].map(|k: f64| 2.0 * (1.0 + k / 1.5).ln());
        for keep in [1.0, 0.5] {
            let found = scores(&part, &[0, 1], keep);
            assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-6), "{found}");
        }
    }

    #[test]
    fn the_popularity_part_is_the_same_for_all_users() {
        let part = FixedPart::popularity(&train(), -0.5);
        let expected = [2.0, 3.0, 2.0, 2.0].map(|m: f64| -0.5 * (1.0 + m).ln());
        for seen in [&[0, 1][..], &[]] {
            let found = scores(&part, seen, 1.0);
            assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-6), "{found}");
        }
    }

    #[test]
    fn each_user_of_a_batch_has_the_scores_of_that_user_alone() {
        let weights = SparseWeights::from_recommended_by(&[vec![], vec![(0, 1.0)], vec![(0, 2.0), (1, 3.0)], vec![]]);
        let parts = [
            FixedPart::Linear { ease: Ease::fit(&train(), 0.5, 0).unwrap(), gain: 3.0 },
            FixedPart::Neighbours { weights, gain: 2.0 },
            FixedPart::popularity(&train(), -0.5),
        ];
        // The first user has two items and shows one, the second has three and shows two.
        let (first, second) = (1.0 / (2.0_f64.sqrt() * 0.5), 1.0 / (3.0_f64.sqrt() * 0.6));
        let inputs = [(vec![0], vec![first]), (vec![0, 1], vec![second; 2])];
        let items = [vec![0, 1], vec![0, 1, 3]];
        let rows = |rows: &[(Vec<u32>, Vec<f64>)]| {
            let starts = [0].into_iter().chain(rows.iter().scan(0, |end, (row, _)| {
                *end += row.len();
                Some(*end)
            }));
            let (columns, values): (Vec<_>, Vec<_>) = rows.iter().cloned().unzip();
            Sparse::new((rows.len(), 4), starts.collect(), columns.concat(), values.concat())
        };
        let ones = items.map(|items| {
            let n = items.len();
            (items, vec![1.0; n])
        });
        for part in parts {
            let both = part.scores(&rows(&inputs), &rows(&ones));
            for user in 0..2 {
                let alone = part.scores(&rows(&inputs[user..=user]), &rows(&ones[user..=user]));
                assert_eq!(both.row(user), alone.row(0), "{}", part.name());
            }
        }
    }

    #[test]
    fn a_user_without_neighbours_has_zeros() {
        let part = FixedPart::Neighbours { weights: SparseWeights::from_recommended_by(&vec![vec![]; 4]), gain: 1.0 };
        assert_eq!(scores(&part, &[3], 1.0), Mat::<f64>::zeros((1, 4)));
        assert_eq!(scores(&part, &[], 1.0), Mat::<f64>::zeros((1, 4)));
    }
}
