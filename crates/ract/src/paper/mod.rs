//! The paper's tables and figures, with our results beside the published ones.

pub mod figures;
pub mod gains;
pub mod index;
pub mod published;
pub mod table;
pub mod tables;
