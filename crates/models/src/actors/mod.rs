//! The actors, one a file, and their registry.

mod cdae;
mod ease_vae;
mod gaussian_vae;
mod lambda_rank;
mod mult_dae;
pub mod mult_vae;
mod recvae;
mod vwmf;
mod warp;
mod wide_vae;
mod wmf;

use crate::baselines::BaselineError;
use crate::networks::VaeSizes;
use crate::registry::{Entry, Registered};
use crate::{Actor, Loss};
use ract_data::Interactions;
use rand::RngCore;

/// What actors are made from.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// Number of items, I.
    pub items: usize,
    /// Width of hidden layers; 600 in the paper.
    pub hidden: usize,
    /// Number of latent variables; 200 in the paper.
    pub latent: usize,
    /// Weight of an item that the user has in a weighted squared error; 5 in the paper.
    pub positive_weight: f64,
    /// The regularisation of a linear part that is EASE.
    pub ease_lambda: f64,
    /// How many of the most popular items that part covers; 0: all of them.
    pub ease_items: usize,
    /// The training users, for actors that start from what is counted.
    pub train: &'a Interactions,
}

impl Setting<'_> {
    fn vae_sizes(&self) -> VaeSizes {
        VaeSizes { items: self.items, hidden: self.hidden, latent: self.latent }
    }

    fn squared_error(&self) -> Loss {
        Loss::SquaredError { positive_weight: self.positive_weight }
    }
}

/// A fresh actor, or why there is none.
pub type Built<T> = Result<Box<dyn Actor<T>>, BaselineError>;

/// An actor on offer.
#[derive(Clone, Copy, Debug)]
pub struct ActorEntry {
    /// The name in configurations and results.
    pub name: &'static str,
    /// The name in tables.
    pub label: &'static str,
    /// The weight of the sum of squares of its parameters, unless a configuration says another; variational actors have
    /// the KL term instead.
    pub l2: f64,
    /// Makes one with fresh parameters.
    pub build: fn(&Setting<'_>, &mut dyn RngCore) -> Built<f32>,
}

/// All actors. A new one is a file beside this one and a line here.
pub static ACTORS: &[ActorEntry] = &[
    ActorEntry { name: "mult-vae", label: "Mult-VAE", l2: 0.0, build: mult_vae::build },
    ActorEntry { name: "mult-dae", label: "Mult-DAE", l2: 1e-5, build: mult_dae::build },
    ActorEntry { name: "gaussian-vae", label: "Gaussian VAE", l2: 0.0, build: gaussian_vae::build },
    ActorEntry { name: "ease-vae", label: "EASE + VAE", l2: 0.0, build: ease_vae::build },
    ActorEntry { name: "wide-vae", label: "wide VAE", l2: 0.0, build: wide_vae::build },
    ActorEntry { name: "recvae", label: "RecVAE", l2: 0.0, build: recvae::build },
    ActorEntry { name: "cdae", label: "CDAE", l2: 1e-4, build: cdae::build },
    ActorEntry { name: "wmf", label: "WMF", l2: 1e-4, build: wmf::build },
    ActorEntry { name: "vwmf", label: "VWMF", l2: 0.0, build: vwmf::build },
    ActorEntry { name: "warp", label: "WARP", l2: 1e-4, build: warp::build },
    ActorEntry { name: "lambda-rank", label: "LambdaRank", l2: 0.0, build: lambda_rank::build },
];

/// An actor, by its name.
pub type ActorKind = Entry<ActorEntry>;

impl Registered for ActorEntry {
    const WHAT: &'static str = "actor";

    fn registry() -> &'static [Self] {
        ACTORS
    }

    fn name(&self) -> &'static str {
        self.name
    }
}
