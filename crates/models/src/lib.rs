//! Recommenders: actors, which train by gradients; the critic, which learns to predict how well an actor ranks; and
//! baselines, to which both are compared.
//!
//! Names follow the papers: Mult-VAE is Liang et al., "Variational Autoencoders for Collaborative Filtering", WWW 2018;
//! RaCT is Lobel et al., "RaCT: Toward Amortized Ranking-Critical Training", ICLR 2020.

mod actor;
pub mod actors;
pub mod baselines;
pub mod boundary;
mod critic;
pub mod features;
pub mod fine_tuning;
mod fixed;
mod init;
mod linear;
mod loss;
pub mod networks;
pub mod registry;
mod statistics;

pub use actor::{Actor, Output, Scored, Turn, Users};
pub use critic::{Critic, CriticOutput};
pub use fixed::FixedPart;
pub use loss::{Loss, SlAtK};
pub use statistics::RunningStatistics;
