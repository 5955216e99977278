//! The tutorial: ops from outside of the crate. `cargo run --example new_op`, and `cargo test` runs it too.
//!
//! A function of single numbers is one line: a name, the value, and the rule of the gradient. Any other op is one struct
//! with `forward` and `backward`. Both need one line of gradient check. The struct below is the Huber loss: quadratic for
//! small errors, linear for large ones.

#![expect(clippy::print_stdout, reason = "a tutorial shows what it found")]

use ract_autodiff::gradcheck::gradcheck;
use ract_autodiff::{Mat, Op, Param, Scalar, Shape, Slots, Tape, Var};

/// `y = x / (1 + |x|)`, elementwise; `dx = dy / (1 + |x|)^2`.
fn softsign<'t, T: Scalar>(x: Var<'t, T>) -> Var<'t, T> {
    // If the rule is shorter in terms of y, take `elementwise_by_y`.
    x.elementwise_by_x("softsign", |x| x / (T::one() + x.abs()), |dy, x| dy / (T::one() + x.abs()).powi(2))
}

/// `y = e^2 / 2` where `|e| <= 1`, `|e| - 1/2` elsewhere, for `e = x - target` with a constant target;
/// `dx = dy e`, kept between `-dy` and `dy`.
struct Huber<T> {
    target: Mat<T>,
}

impl<T: Scalar> Op<T> for Huber<T> {
    // 1. A name, for errors and graphs.
    fn name(&self) -> &'static str {
        "huber"
    }

    // 2. Which shapes fit. (Left out, the output has the shape of the first input.)
    fn shape(&self, inputs: &[Shape]) -> Result<Shape, String> {
        let (x, target) = (inputs[0], Shape::of(&self.target));
        if x == target { Ok(x) } else { Err(format!("x is {x}, the target {target}")) }
    }

    // 3. The value: write every element of y.
    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        let half = T::of(0.5);
        ndarray::Zip::from(y).and(x[0]).and(&self.target).for_each(|y, &x, &target| {
            let error = (x - target).abs();
            *y = if error <= T::one() { half * error * error } else { error - half };
        });
    }

    // 4. The gradient: ask for the slot of each input, and add to it. If nobody wants it, there is nothing to compute.
    //    For other loops than elementwise ones a slot has `accumulate` and, without the zeros at the start, `update`.
    fn backward(&self, x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            slot.add_zip3(dy, x[0], &self.target, |dy, x, target| dy * (x - target).max(-T::one()).min(T::one()));
        }
    }
}

/// 5. A function, or a trait of your own on [`Var`], that applies it.
fn huber<'t, T: Scalar>(x: Var<'t, T>, target: Mat<T>) -> Var<'t, T> {
    x.tape().apply(Huber { target }, &[x])
}

fn target() -> Mat<f64> {
    Mat::from_shape_fn((3, 4), |(i, j)| i as f64 - 0.8 * j as f64)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // 6. The line that makes sure.
    gradcheck([(3, 4)], |_, [x]| softsign(x))?;
    gradcheck([(3, 4)], |_, [x]| huber(x, target()))?;

    let weights = Param::new("weights", Mat::ones((3, 4)));
    let tape = Tape::new();
    let loss = huber(softsign(tape.param(&weights)), target()).mean();
    let grads = loss.backward([&weights])?;
    println!("loss {:.4}\n{}", loss.scalar()?, grads.table());
    Ok(())
}

#[test]
fn the_tutorial_holds() {
    main().unwrap();
}
