//! The paper's tables and figures, ours beside what was published.

pub mod figures;
pub mod index;
pub mod published;
pub mod table;
pub mod tables;
