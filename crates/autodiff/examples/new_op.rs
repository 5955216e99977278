//! The tutorial: an op from outside of the crate. `cargo run --example new_op`, and `cargo test` runs it too.
//!
//! An op takes one struct, `forward`, `backward`, and one line of gradient check. This one is the Huber loss: quadratic
//! for small errors, linear for large ones.

#![expect(clippy::print_stdout, reason = "a tutorial shows what it found")]

use ract_autodiff::gradcheck::gradcheck;
use ract_autodiff::{Mat, Op, Param, Scalar, Shape, Slots, Tape, Var};

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

    // 3. The value: every element of y is to be written.
    fn forward(&mut self, x: &[&Mat<T>], y: &mut Mat<T>) {
        let half = T::of(0.5);
        ndarray::Zip::from(y).and(x[0]).and(&self.target).for_each(|y, &x, &target| {
            let error = (x - target).abs();
            *y = if error <= T::one() { half * error * error } else { error - half };
        });
    }

    // 4. The gradient: ask for the input's slot, and add to it. Nobody may want it: then nothing is computed.
    fn backward(&self, x: &[&Mat<T>], _y: &Mat<T>, dy: &Mat<T>, dx: &mut Slots<'_, T>) {
        if let Some(slot) = dx.want(0) {
            let error = (x[0] - &self.target).mapv(|e| e.max(-T::one()).min(T::one()));
            slot.add_zip(dy, &error, |dy, error| dy * error);
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
    // 6. The one line that makes sure.
    gradcheck([(3, 4)], |_, [x]| huber(x, target()))?;

    let weights = Param::new("weights", Mat::zeros((3, 4)));
    let tape = Tape::new();
    let loss = huber(tape.param(&weights), target()).mean();
    let grads = loss.backward([&weights])?;
    println!("loss {:.4}\n{}", loss.scalar()?, grads.table());
    Ok(())
}

#[test]
fn the_tutorial_holds() {
    main().unwrap();
}
