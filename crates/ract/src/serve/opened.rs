//! What is known of an opened run without asking it.

use super::catalogue::Catalogue;
use crate::recommend::Quality;

/// The run as it was opened last.
pub(super) struct Opened {
    pub(super) catalogue: Catalogue,
    pub(super) recommender: String,
    pub(super) critic: Option<Quality>,
}
