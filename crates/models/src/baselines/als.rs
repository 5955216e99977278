//! Weighted matrix factorisation by alternating least squares (Hu, Koren and Volinsky, ICDM 2008).

use super::{Baseline, BaselineError, Fitted, Parameter, Parameters};
use faer::linalg::solvers::{Llt, Solve};
use faer::{MatMut, MatRef, Side};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView2, Axis};
use ndarray_rand::RandomExt;
use ndarray_rand::rand_distr::Normal;
use ract_data::Interactions;
use ract_data::random::{Purpose, stream};
use rayon::prelude::*;

/// Standard deviation of the initial factors.
const FIRST: f32 = 0.01;

/// The equations of a row are a matrix of factors x factors, for each thread.
const MOST_FACTORS: usize = 10_000;

/// The number of iterations is not searched: 15 is the default of the library `implicit`.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter::number("factors", &[64.0, 128.0, 256.0]),
    Parameter::number("alpha", &[0.5, 2.0, 8.0]),
    Parameter::number("lambda", &[10.0, 50.0, 200.0]),
    Parameter::number("iterations", &[15.0]),
];

/// A score is the product of the user's factors and the item's factors. The factors minimise
/// `sum_ui (1 + alpha x_ui) (x_ui - p_u q_i)^2 + lambda (|p|^2 + |q|^2)`.
struct Als {
    /// The items' factors, I x k.
    items: Array2<f32>,
    alpha: f32,
    lambda: f32,
}

pub(super) fn fit(train: &Interactions, parameters: &Parameters) -> Fitted {
    let number = |name| parameters.whole(name, 1, "it must be a whole number, at least 1");
    let (factors, iterations) = (number("factors")?, number("iterations")?);
    if factors > MOST_FACTORS {
        let expected = "it must be 10000 at most, since each thread has a matrix of factors x factors";
        return Err(BaselineError::Parameter { parameter: "factors", value: factors as f64, expected });
    }
    let alpha = parameters.at_least("alpha", 0.0, "it must be 0 or more")? as f32;
    let lambda = parameters.at_least("lambda", f32::MIN_POSITIVE.into(), "it must be a positive number")? as f32;
    let normal = Normal::new(0.0, FIRST).map_err(|error| BaselineError::Singular(error.to_string()))?;
    let mut rng = stream(0, Purpose::Weights, 0, 0);
    let mut items = Array2::random_using((train.n_items(), factors), normal, &mut rng);
    let users_of = train.transposed();
    for _ in 0..iterations {
        let users = solve(train, &items, alpha, lambda)?;
        items = solve(&users_of, &users, alpha, lambda)?;
    }
    solve(train, &items, alpha, lambda)?; // reports equations that would fail for new users, too
    Ok(Box::new(Als { items, alpha, lambda }))
}

impl Baseline for Als {
    /// New users are folded in: the equations for their factors are solved, and the items' factors stay fixed.
    fn scores(&self, fold_in: &Interactions) -> Array2<f32> {
        let users = solve(fold_in, &self.items, self.alpha, self.lambda);
        users
            .map_or_else(|_| Array2::zeros((fold_in.n_users(), self.items.nrows())), |users| users.dot(&self.items.t()))
    }
}

/// The factors of the rows of `x` that are optimal for the given factors `others`. For each row they solve
/// `(A + alpha Q^T Q) p = (1 + alpha) Q^T 1`, where the rows of Q are the factors of the row's n entries, and
/// `A = others^T others + lambda I` is the same for all rows.
///
/// With `A = L L^T`, `V = Q L^-T` and `p = L^-T t`, this is `(I + alpha V^T V) t = (1 + alpha) V^T 1`, or, by Woodbury's
/// identity, `t = (1 + alpha) V^T y` with `(I + alpha V V^T) y = 1`. The smaller of the two is solved: most rows have fewer
/// entries than there are factors.
fn solve(x: &Interactions, others: &Array2<f32>, alpha: f32, lambda: f32) -> Result<Array2<f32>, BaselineError> {
    let k = others.ncols();
    let mut shared = others.t().dot(others);
    shared.diag_mut().mapv_inplace(|d| d + lambda);
    let singular = |what: String| {
        BaselineError::Singular(format!("rounding made the equations of {what} unsolvable: raise lambda ({lambda})"))
    };
    let shared = cholesky(shared.view()).ok_or_else(|| singular("all rows".to_owned()))?;
    let mut whitened = others.clone();
    in_place(whitened.as_slice_mut(), [others.nrows(), k], |columns| {
        shared.L().solve_lower_triangular_in_place(columns)
    });
    let mut solved = Array2::zeros((x.n_users(), k));
    solved.axis_iter_mut(Axis(0)).into_par_iter().enumerate().try_for_each(|(row, mut solved)| {
        let entries: Vec<usize> = x.items(row).iter().map(|&entry| entry as usize).collect();
        let v = whitened.select(Axis(0), &entries);
        let t = if entries.len() < k {
            ridge(v.view(), alpha, Array1::ones(entries.len())).map(|y| v.t().dot(&y))
        } else {
            ridge(v.t(), alpha, v.sum_axis(Axis(0)))
        };
        solved.assign(&(t.ok_or_else(|| singular(format!("row {row}")))? * (1.0 + alpha)));
        // Row by row: solved together, a row's last digits would depend on the others.
        in_place(solved.as_slice_mut(), [1, k], |column| {
            shared.L().transpose().solve_upper_triangular_in_place(column)
        });
        Ok(())
    })?;
    Ok(solved)
}

/// Solves `(I + alpha M M^T) y = side`. None where rounding made it unsolvable.
fn ridge(m: ArrayView2<f32>, alpha: f32, mut side: Array1<f32>) -> Option<Array1<f32>> {
    let mut matrix = Array2::eye(m.nrows());
    general_mat_mul(alpha, &m, &m.t(), 1.0, &mut matrix);
    let solver = cholesky(matrix.view())?;
    let n = side.len();
    in_place(side.as_slice_mut(), [1, n], |column| solver.solve_in_place(column));
    Some(side)
}

/// The Cholesky factors of a positive definite matrix. None where rounding made it another one.
fn cholesky(matrix: ArrayView2<f32>) -> Option<Llt<f32>> {
    Llt::new(MatRef::from_row_major_slice(matrix.to_slice()?, matrix.nrows(), matrix.ncols()), Side::Lower).ok()
}

/// Solves for n rows of k numbers in place: in memory, the rows of one library are the columns of the other.
fn in_place(rows: Option<&mut [f32]>, [n, k]: [usize; 2], solve: impl FnOnce(MatMut<'_, f32>)) {
    if let Some(rows) = rows {
        solve(MatMut::from_column_major_slice_mut(rows, k, n));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn at_the_solution_the_gradient_of_the_loss_is_zero() {
        // More entries than factors, as many, fewer, none.
        let x = Interactions::from_rows(4, [vec![0, 1, 2, 3], vec![0, 2], vec![3], vec![]]);
        let others = array![[0.3, -1.0], [0.8, 0.1], [-0.4, 0.6], [1.2, 0.9]];
        let (alpha, lambda) = (4.0, 0.7);
        let found = solve(&x, &others, alpha, lambda).unwrap();
        for (row, p) in found.rows().into_iter().enumerate() {
            let mut slope = &p * lambda;
            for (item, q) in others.rows().into_iter().enumerate() {
                let there = f32::from(u8::from(x.items(row).contains(&(item as u32))));
                slope.scaled_add(-(1.0 + alpha * there) * (there - p.dot(&q)), &q);
            }
            assert!(slope.iter().all(|d| d.abs() < 1e-5), "row {row}: {slope}");
        }
        assert!(found.row(3).iter().all(|&p| p == 0.0));
    }

    #[test]
    fn a_user_with_the_items_of_a_training_user_gets_that_users_scores() {
        let train = Interactions::from_rows(5, [vec![0, 1], vec![1, 2], vec![3, 4], vec![0, 4]]);
        let all = [("factors", 2.0), ("alpha", 5.0), ("lambda", 0.1), ("iterations", 3.0)];
        let als = fit(&train, &Parameters(all.into_iter().collect())).unwrap();
        let scores = als.scores(&Interactions::from_rows(5, [vec![2], vec![3, 4]]));
        assert_eq!(scores.row(1), als.scores(&train).row(2));
        assert!(scores[(1, 3)] > scores[(1, 1)]);
    }
}
