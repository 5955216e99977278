//! Initial weights.

use ndarray_rand::RandomExt;
use ndarray_rand::rand_distr::{Distribution, StandardNormal, Uniform};
use ract_autodiff::{Mat, Scalar};
use rand::Rng;

/// Xavier-uniform: uniform between plus and minus `sqrt(6 / (rows + cols))`. Rows are inputs, columns are outputs.
pub(crate) fn xavier<T: Scalar>(rows: usize, cols: usize, rng: &mut impl Rng) -> Mat<T> {
    uniform((6.0 / (rows + cols).max(1) as f64).sqrt(), rows, cols, rng)
}

/// Uniform between plus and minus `1 / sqrt(inputs)`, as PyTorch starts the weights and the bias of a linear layer with
/// `inputs` inputs.
pub(crate) fn uniform_fan_in<T: Scalar>(inputs: usize, rows: usize, cols: usize, rng: &mut impl Rng) -> Mat<T> {
    uniform((inputs.max(1) as f64).sqrt().recip(), rows, cols, rng)
}

/// Uniform between plus and minus `bound`, a positive number.
fn uniform<T: Scalar>(bound: f64, rows: usize, cols: usize, rng: &mut impl Rng) -> Mat<T> {
    let between = Uniform::new_inclusive(-bound, bound).expect("the bound is a positive number");
    Mat::random_using((rows, cols), between.map(T::of), rng)
}

/// A row of normal draws with standard deviation `std`. A draw beyond two standard deviations is repeated.
pub(crate) fn truncated_normal<T: Scalar>(cols: usize, std: f64, rng: &mut impl Rng) -> Mat<T> {
    Mat::from_shape_simple_fn((1, cols), || {
        loop {
            let z: f64 = StandardNormal.sample(rng);
            if z.abs() <= 2.0 {
                return T::of(std * z);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::SmallRng;

    fn assert_fills_evenly(w: &Mat<f64>, bound: f64) {
        assert!(w.iter().all(|x| x.abs() <= bound));
        assert!(w.mean().unwrap().abs() < 0.01 * bound);
        assert!((w.std(0.0) - bound / 3.0_f64.sqrt()).abs() < 0.01 * bound);
    }

    #[test]
    fn xavier_fills_its_interval_evenly() {
        let rng = &mut SmallRng::seed_from_u64(1);
        assert_fills_evenly(&xavier(200, 300, rng), (6.0_f64 / 500.0).sqrt());
    }

    #[test]
    fn uniform_fan_in_fills_an_interval_that_depends_on_the_number_of_inputs_alone() {
        let rng = &mut SmallRng::seed_from_u64(1);
        assert_fills_evenly(&uniform_fan_in(400, 400, 200, rng), 0.05);
        assert_fills_evenly(&uniform_fan_in(400, 1, 80_000, rng), 0.05);
    }

    #[test]
    fn truncated_normal_draws_stay_within_two_standard_deviations() {
        let b: Mat<f64> = truncated_normal(10_000, 0.001, &mut SmallRng::seed_from_u64(1));
        assert!(b.iter().all(|x| x.abs() <= 0.002));
        assert!(
            (b.std(0.0) / 0.001 - 0.880).abs() < 0.02,
            "the standard deviation of a normal truncated at two is 0.880"
        );
    }
}
