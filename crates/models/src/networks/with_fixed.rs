//! A network with fixed parts beside it.

use super::Network;
use crate::FixedPart;
use crate::actor::{Output, Users};
use ract_autodiff::{Mat, Module, Scalar, Tape};
use std::sync::Arc;

/// The sum of a network's scores and fixed parts. The loss compares only the network's own scores with the items: a fixed part was
/// fitted to the training users, so in the sum the network would learn that it is never wrong.
#[derive(Debug, Module)]
pub struct WithFixed<N> {
    /// The fixed parts.
    #[module(skip)]
    pub fixed: Arc<[FixedPart]>,
    /// The network.
    pub network: N,
}

impl<T: Scalar, N: Network<T>> Network<T> for WithFixed<N> {
    fn output<'t>(&self, tape: &'t Tape<T>, users: &Users<'_, T>, eps: Option<Mat<T>>) -> Output<'t, T> {
        self.network.output(tape, users, eps).with_fixed(&self.fixed, users)
    }

    fn fixed_parts(&self) -> &[FixedPart] {
        &self.fixed
    }

    fn noise(&self) -> usize {
        self.network.noise()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baselines::Ease;
    use crate::networks::LinearAutoencoder;
    use ract_autodiff::Sparse;
    use ract_data::Interactions;
    use rand::SeedableRng;
    use rand::rngs::SmallRng;

    #[test]
    fn the_scores_are_the_sum_of_all_parts_and_the_loss_sees_the_networks_own() {
        let train = Interactions::from_rows(4, [vec![0, 1], vec![0, 1, 2], vec![2, 3], vec![1, 3]]);
        let part = |gain| FixedPart::Linear { ease: Ease::fit(&train, 0.5, 0).unwrap(), gain };
        let network = WithFixed {
            fixed: Arc::new([part(3.0), part(4.0)]),
            network: LinearAutoencoder::<f64>::new(4, 2, &mut SmallRng::seed_from_u64(1)),
        };
        let items = Arc::new(Sparse::new((1, 4), vec![0, 2], vec![0, 1], vec![1.0; 2]));
        let users = Users { input: &items, items: &items, rows: None };
        let tape = Tape::new();
        let found = network.output(&tape, &users, None);
        let alone = network.network.output(&tape, &users, None).scores().value().unwrap().clone();
        assert_eq!(*found.own.value().unwrap(), alone);
        assert!(tape.named("linear").is_none(), "fixed parts are computed when the scores are asked for");
        let sum = alone + part(7.0).scores(&items, &items);
        assert!((found.scores().value().unwrap() - sum).iter().all(|d| d.abs() < 1e-6));
    }
}
