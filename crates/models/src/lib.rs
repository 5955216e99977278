//! Actors and the critic.
