//! Actors that recommend, the critic that learns to judge them, and the baselines they are held against.
//!
//! Names follow the papers: Mult-VAE is Liang et al., "Variational Autoencoders for Collaborative Filtering", WWW 2018;
//! RaCT is Lobel et al., "RaCT: Toward Amortized Ranking-Critical Training", ICLR 2020.

mod critic;
mod init;
mod linear;
mod mult_vae;
mod popularity;
mod statistics;

pub use critic::{Critic, CriticOutput};
pub use mult_vae::{MultVae, MultVaeSizes, Scored};
pub use popularity::Popularity;
pub use statistics::RunningStatistics;
