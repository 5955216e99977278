//! Optimisers.
//!
//! ```
//! # use ract_autodiff::optim::Adam;
//! # use ract_autodiff::{Param, Tape};
//! # use ndarray::array;
//! # let mut weights = Param::new("weights", array![[3.0_f64]]);
//! # let mut adam = Adam::new(0.5, &[&weights]);
//! # let mut tape = Tape::new();
//! let grads = tape.param(&weights).sum_squares().backward([&weights])?;
//! tape.reset();
//! adam.step(vec![&mut weights], &grads)?;
//! assert!((weights.value()[(0, 0)] - 2.5).abs() < 1e-6);
//! # Ok::<(), ract_autodiff::Error>(())
//! ```

mod adam;

pub use adam::{Adam, Moments};
