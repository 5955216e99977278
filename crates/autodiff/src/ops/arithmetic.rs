//! Sum, difference, product and quotient of two matrices, of which either may be repeated along its rows, its columns, or
//! both.

use crate::kernels::elementwise;
use crate::{Mat, Op, Scalar, Shape, Slot, Slots, Var};
use ndarray::Zip;

/// `y = f(a, b)`, elementwise; each side's rule is `d = rule(dy, a, b)`, and `d` is summed where the side was repeated.
struct Arithmetic<F, A, B> {
    name: &'static str,
    f: F,
    da: A,
    db: B,
}

impl<T, F, A, B> Op<T> for Arithmetic<F, A, B>
where
    T: Scalar,
    F: Fn(T, T) -> T + Sync,
    A: Fn(T, T, T) -> T + Sync,
    B: Fn(T, T, T) -> T + Sync,
{
    fn name(&self) -> &'static str {
        self.name
    }

    /// Numbers of rows are equal, or one of them is 1; so are numbers of columns.
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let (a, b) = (inputs[0], inputs[1]);
        let side = |a: usize, b: usize| if a == b || b == 1 { Some(a) } else { (a == 1).then_some(b) };
        match (side(a.rows, b.rows), side(a.cols, b.cols)) {
            (Some(rows), Some(cols)) => Ok(Shape::new(rows, cols)),
            _ => Err(format!("the left side is {a}, the right side {b}")),
        }
    }

    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        let (a, b) = (x[0], x[1]);
        if a.dim() == y.dim() && b.dim() == y.dim() {
            elementwise::zip(y, a, b, |y, a, b| *y = (self.f)(a, b));
        } else {
            Zip::from(y).and_broadcast(a).and_broadcast(b).for_each(|y, &a, &b| *y = (self.f)(a, b));
        }
    }

    fn backward(&self, x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            add(slot, dy, x[0], x[1], &self.da);
        }
        if let Some(slot) = dx.want(1) {
            add(slot, dy, x[0], x[1], &self.db);
        }
    }
}

/// Adds `rule(dy, a, b)` to the gradient of an input: where the input was repeated, the sum over its repetitions.
fn add<T: Scalar>(slot: Slot<'_, T>, dy: &Mat<T>, a: &Mat<T>, b: &Mat<T>, rule: impl Fn(T, T, T) -> T + Sync) {
    slot.accumulate(|d| {
        if a.dim() == dy.dim() && b.dim() == dy.dim() {
            elementwise::zip3(d, dy, a, b, |d, dy, a, b| *d += rule(dy, a, b));
            return;
        }
        let (rows, cols) = d.dim();
        Zip::indexed(dy).and_broadcast(a).and_broadcast(b).for_each(|(i, j), &dy, &a, &b| {
            d[(if rows == 1 { 0 } else { i }, if cols == 1 { 0 } else { j })] += rule(dy, a, b);
        });
    });
}

impl<'t, T: Scalar> Var<'t, T> {
    fn arithmetic(
        self,
        name: &'static str,
        other: Var<'t, T>,
        f: impl Fn(T, T) -> T + Sync + 'static,
        da: impl Fn(T, T, T) -> T + Sync + 'static,
        db: impl Fn(T, T, T) -> T + Sync + 'static,
    ) -> Self {
        self.tape().apply(Arithmetic { name, f, da, db }, &[self, other])
    }
}

impl<T: Scalar> std::ops::Add for Var<'_, T> {
    type Output = Self;

    /// Elementwise sum. A single row or column is repeated to fit the other input: m x n and m x n, 1 x n, m x 1 or 1 x 1,
    /// in either order, make m x n.
    ///
    /// ```
    /// use ndarray::array;
    /// use ract_autodiff::Tape;
    ///
    /// let tape = Tape::<f64>::new();
    /// let (row, column) = (tape.input(array![[1.0, 2.0]]), tape.input(array![[3.0], [5.0]]));
    /// let y = row + column;
    /// assert_eq!(y.value()?, &array![[4.0, 5.0], [6.0, 7.0]]);
    /// // Each element of the row was used twice.
    /// assert_eq!(y.sum().backward([row])?.get(row), Some(&array![[2.0, 2.0]]));
    /// # Ok::<(), ract_autodiff::Error>(())
    /// ```
    fn add(self, other: Self) -> Self {
        self.arithmetic("add", other, |a, b| a + b, |dy, _, _| dy, |dy, _, _| dy)
    }
}

impl<T: Scalar> std::ops::Sub for Var<'_, T> {
    type Output = Self;

    /// Elementwise difference; shapes as in the sum.
    fn sub(self, other: Self) -> Self {
        self.arithmetic("sub", other, |a, b| a - b, |dy, _, _| dy, |dy, _, _| -dy)
    }
}

impl<T: Scalar> std::ops::Mul for Var<'_, T> {
    type Output = Self;

    /// Elementwise product; shapes as in the sum.
    fn mul(self, other: Self) -> Self {
        self.arithmetic("mul", other, |a, b| a * b, |dy, _, b| dy * b, |dy, a, _| dy * a)
    }
}

impl<T: Scalar> std::ops::Div for Var<'_, T> {
    type Output = Self;

    /// Elementwise quotient; shapes as in the sum.
    fn div(self, other: Self) -> Self {
        self.arithmetic("div", other, |a, b| a / b, |dy, _, b| dy / b, |dy, a, b| -dy * a / (b * b))
    }
}
