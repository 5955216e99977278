//! The actors, one per file, and their registry.

mod cdae;
mod ease_vae;
mod gaussian_vae;
mod lambda_rank;
mod mult_dae;
pub mod mult_vae;
pub mod recvae;
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

/// What an actor is built from.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// Number of items, I.
    pub items: usize,
    /// Width of hidden layers; 600 in the paper.
    pub hidden: usize,
    /// Number of latent variables; 200 in the paper.
    pub latent: usize,
    /// In a weighted squared error: the weight of an item that the user has; 5 in the paper.
    pub positive_weight: f64,
    /// Lambda of EASE, for actors with an EASE part.
    pub ease_lambda: f64,
    /// How many of the most popular items the EASE part covers; 0 means all items.
    pub ease_items: usize,
    /// The training users, for actors that need counts of them.
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

/// A new actor, or the reason why it could not be built.
pub type Built<T> = Result<Box<dyn Actor<T>>, BaselineError>;

/// An entry of the registry of actors.
#[derive(Clone, Copy, Debug)]
pub struct ActorEntry {
    /// The name in configurations and results.
    pub name: &'static str,
    /// The name in tables.
    pub label: &'static str,
    /// The weight of the sum of squares of the actor's parameters, unless a configuration sets another. It is 0 for
    /// variational actors: they have the KL term instead.
    pub l2: f64,
    /// Builds the actor with new parameters.
    pub build: fn(&Setting<'_>, &mut dyn RngCore) -> Built<f32>,
}

/// All actors. To add one, write a file beside this one and add a line here.
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

/// An actor, identified by its name.
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
