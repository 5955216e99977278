//! Optimisers.

mod adam;

pub use adam::{Adam, EpsilonPlace, Moments};
