//! The paper's tables, one a file, from runs of ours and with what was published beside them.

pub mod actors;
pub mod comparison;
pub mod ncf;
pub mod statistics;
