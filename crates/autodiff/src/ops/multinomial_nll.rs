//! The multinomial likelihood of Mult-VAE (Liang et al., WWW 2018, equation 2).

use crate::kernels::rows::{self, log_sum_exp};
use crate::{Mat, Op, Scalar, Shape, Slots, Sparse, Var};
use std::sync::Arc;

/// `y_u = -sum_i x_ui log softmax(s_u)_i` for constant sparse targets `x`;
/// `ds_ui = dy_u (n_u softmax(s_u)_i - x_ui)`, `n_u = sum_i x_ui`.
struct MultinomialNll<T> {
    targets: Arc<Sparse<T>>,
    /// Of each user's scores, B x 1.
    log_sum_exp: Mat<T>,
}

/// The targets of one user: item and value.
pub(super) fn targets_of<T: Scalar>(targets: &Sparse<T>, user: usize) -> impl Iterator<Item = (usize, T)> {
    let range = targets.indptr().outer_inds_sz(user);
    let (items, values) = (&targets.indices()[range.clone()], &targets.data()[range]);
    items.iter().zip(values).map(|(&item, &value)| (item as usize, value))
}

/// The shape of one value per user, for targets that must be as large as the scores.
pub(super) fn per_user_shape<T: Scalar>(scores: Shape, targets: &Sparse<T>) -> Result<Shape, String> {
    let targets = Shape::new(targets.rows(), targets.cols());
    if scores == targets {
        Ok(Shape::new(scores.rows, 1))
    } else {
        Err(format!("the scores are {scores}, the targets {targets}"))
    }
}

impl<T: Scalar> Op<T> for MultinomialNll<T> {
    fn name(&self) -> &'static str {
        "multinomial_nll"
    }

    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        per_user_shape(inputs[0], &self.targets)
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        let logits = x[0];
        self.log_sum_exp = Mat::zeros(y.raw_dim());
        rows::each(&mut self.log_sum_exp, logits, |_, lse, logits| lse[0] = log_sum_exp(logits));
        for (user, (y, &lse)) in y.iter_mut().zip(&self.log_sum_exp).enumerate() {
            *y = targets_of(&self.targets, user).map(|(item, x)| x * (lse - logits[(user, item)])).sum();
        }
    }

    fn backward(&self, x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        let Some(slot) = dx.want(0) else { return };
        slot.update(|d_logits, write| {
            rows::each(d_logits, x[0], |user, d, logits| {
                let (dy, lse) = (dy[(user, 0)], self.log_sum_exp[(user, 0)]);
                let n: T = targets_of(&self.targets, user).map(|(_, x)| x).sum();
                let factor = dy * n;
                write.map(d, logits, |s| factor * (s - lse).fast_exp());
                for (item, x) in targets_of(&self.targets, user) {
                    d[item] -= dy * x;
                }
            });
        });
    }
}

impl<T: Scalar> Var<'_, T> {
    /// Negative multinomial log-likelihood of sparse constant `targets` (B x I) under these logits (B x I), summed over
    /// each user's items: B x 1.
    ///
    /// ```
    /// use ndarray::array;
    /// use ract_autodiff::{Sparse, Tape};
    /// use std::sync::Arc;
    ///
    /// // One user with one of two items, the first.
    /// let targets = Arc::new(Sparse::new((1, 2), vec![0, 1], vec![0], vec![1.0]));
    /// let tape = Tape::<f64>::new();
    /// let loss = tape.input(array![[0.0, 0.0]]).multinomial_nll(&targets);
    /// assert!((loss.scalar()? - 2.0_f64.ln()).abs() < 1e-12);
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    #[must_use]
    pub fn multinomial_nll(self, targets: &Arc<Sparse<T>>) -> Self {
        let log_sum_exp = Mat::zeros((0, 0));
        self.tape().apply(MultinomialNll { targets: Arc::clone(targets), log_sum_exp }, &[self])
    }
}
