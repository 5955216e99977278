//! The loops that speed depends on. Work is cut into pieces that depend on the shapes alone, and each sum runs in one
//! fixed order, so that results do not depend on the number of threads.

pub(crate) mod adam;
pub(crate) mod elementwise;
pub(crate) mod gemm;
pub(crate) mod math;
pub(crate) mod pages;
pub(crate) mod pairs;
pub(crate) mod ranks;
pub(crate) mod rows;
pub(crate) mod scratch;
pub(crate) mod simd;
pub(crate) mod slices;
pub(crate) mod sparse;
pub(crate) mod vectors;
