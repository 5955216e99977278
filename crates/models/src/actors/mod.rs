//! The actors, one per file, and their registry.

mod cdae;
mod cosine_ae;
mod cosine_blend;
mod ease_vae;
mod gaussian_vae;
mod lambda_rank;
mod mult_dae;
pub mod mult_vae;
pub mod recvae;
mod sl_vae;
mod vwmf;
mod warp;
mod wide_vae;
mod wmf;

use crate::baselines::{BaselineError, Ease, Weighting, memory};
use crate::networks::VaeSizes;
use crate::registry::{Entry, Registered};
use crate::{Actor, FixedPart, Loss, SlAtK};
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
    /// In RecVAE: the weight of a user's KL term is this, times the number of the user's items. Its authors' code has
    /// 0.005 for ML-20M, 0.0035 for Netflix and 0.01 for MSD.
    pub gamma: f64,
    /// For actors with an EASE part.
    pub ease: EasePart,
    /// For actors with a part of item neighbours.
    pub knn: KnnPart,
    /// For actors with a part of popularity: the power of an item's popularity by which its probability is multiplied.
    pub popularity_power: f64,
    /// For actors with the loss SL@K.
    pub sl: SlAtK,
    /// For actors whose scores are cosines: what these are divided by.
    pub temperature: f64,
    /// The training users, for actors that need counts of them.
    pub train: &'a Interactions,
}

/// The EASE part of an actor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EasePart {
    /// What it minimises.
    pub weighting: Weighting,
    /// How many of the most popular items it covers; 0 means all items.
    pub items: usize,
    /// What its scores are multiplied by before they are added to those of the other part.
    pub gain: f64,
}

impl EasePart {
    /// Plain EASE between all items.
    pub fn plain(lambda: f64) -> Self {
        Self { weighting: Weighting::plain(lambda), items: 0, gain: 1.0 }
    }

    fn fit(&self, train: &Interactions) -> Result<FixedPart, BaselineError> {
        let Self { weighting, items, gain } = *self;
        Ok(FixedPart::Linear { ease: Ease::fit_weighted(train, &weighting, items)?, gain })
    }
}

/// The item neighbours of an actor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KnnPart {
    /// How many neighbours each item has.
    pub neighbours: usize,
    /// The power of `1 + k / mean(k)` by which an item's probability is multiplied, where k is the sum of the neighbours' weights.
    pub gain: f64,
}

impl Default for KnnPart {
    fn default() -> Self {
        Self { neighbours: 1000, gain: 1.0 }
    }
}

/// Bytes of a weight, its gradient, and Adam's two moments.
const BYTES_OF_WEIGHT: f64 = 16.0;

impl Setting<'_> {
    /// Whether the memory that is free holds the weights between the items and the first hidden layer, which every actor has,
    /// with their gradient and Adam's moments.
    ///
    /// # Errors
    /// When it does not. The error says how much is needed at least.
    pub fn check_memory(&self) -> Result<(), BaselineError> {
        self.check_memory_of(memory::available())
    }

    fn check_memory_of(&self, available: f64) -> Result<(), BaselineError> {
        let need = BYTES_OF_WEIGHT * self.items as f64 * self.hidden as f64;
        memory::check(need, available, || {
            let Self { items, hidden, .. } = self;
            format!(
                "the weights between {items} items and {hidden} hidden units, with Adam's moments: lower actor.hidden"
            )
        })
    }

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
    /// The weight of the KL term.
    pub beta: Beta,
    /// Builds the actor with new parameters.
    pub build: fn(&Setting<'_>, &mut dyn RngCore) -> Built<f32>,
}

/// The weight of an actor's KL term.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Beta {
    /// It grows from 0 with the batches, up to this cap, unless a configuration sets another cap.
    UpTo(f64),
    /// It is this from the first batch on, because the KL term has a weight of its own.
    Constant(f64),
    /// The actor is not variational.
    Absent,
}

impl Beta {
    /// The largest weight; 0 without a KL term.
    pub fn largest(self) -> f64 {
        match self {
            Self::UpTo(largest) | Self::Constant(largest) => largest,
            Self::Absent => 0.0,
        }
    }
}

/// The largest weight of Mult-VAE's KL term: on ML-20M and Netflix by the paper's scripts. On MSD, 0.1 is better.
const BETA_MAX: f64 = 0.2;

/// All actors. To add one, write a file beside this one and add a line here. An entry without a remark has the values of the
/// paper's script for that actor. (The scripts of the variational actors also name an l2, which they do not use.)
pub static ACTORS: &[ActorEntry] = &[
    ActorEntry { name: "mult-vae", label: "Mult-VAE", l2: 0.0, beta: Beta::UpTo(BETA_MAX), build: mult_vae::build },
    ActorEntry { name: "mult-dae", label: "Mult-DAE", l2: 1e-5, beta: Beta::Absent, build: mult_dae::build },
    ActorEntry {
        name: "gaussian-vae",
        label: "Gaussian VAE",
        l2: 0.0,
        beta: Beta::UpTo(0.05),
        build: gaussian_vae::build,
    },
    // Not in the paper: as Mult-VAE.
    ActorEntry { name: "ease-vae", label: "EASE + VAE", l2: 0.0, beta: Beta::UpTo(BETA_MAX), build: ease_vae::build },
    // Not in the paper: as Mult-VAE.
    ActorEntry { name: "wide-vae", label: "wide VAE", l2: 0.0, beta: Beta::UpTo(BETA_MAX), build: wide_vae::build },
    // Not in the paper: as Mult-VAE.
    ActorEntry { name: "sl-vae", label: "SL@K VAE", l2: 0.0, beta: Beta::UpTo(BETA_MAX), build: sl_vae::build },
    // Not in the paper.
    ActorEntry { name: "cosine-ae", label: "cosine AE", l2: 0.0, beta: Beta::Absent, build: cosine_ae::build },
    // Not in the paper.
    ActorEntry { name: "cosine-blend", label: "cosine blend", l2: 0.0, beta: Beta::Absent, build: cosine_blend::build },
    // RecVAE's code: the KL term has a weight of its own, `Setting::gamma`.
    ActorEntry { name: "recvae", label: "RecVAE", l2: 0.0, beta: Beta::Constant(1.0), build: recvae::build },
    // The paper's scripts do not train CDAE: l2 is ours, that of WMF.
    ActorEntry { name: "cdae", label: "CDAE", l2: 1e-4, beta: Beta::Absent, build: cdae::build },
    ActorEntry { name: "wmf", label: "WMF", l2: 1e-4, beta: Beta::Absent, build: wmf::build },
    ActorEntry { name: "vwmf", label: "VWMF", l2: 0.0, beta: Beta::UpTo(0.05), build: vwmf::build },
    ActorEntry { name: "warp", label: "WARP", l2: 1e-5, beta: Beta::Absent, build: warp::build },
    // As Mult-VAE, whose network it has.
    ActorEntry {
        name: "lambda-rank",
        label: "LambdaRank",
        l2: 0.0,
        beta: Beta::UpTo(BETA_MAX),
        build: lambda_rank::build,
    },
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_that_no_memory_holds_are_refused_with_the_numbers() {
        let train = Interactions::from_rows(20_108, [[0]]);
        let setting = Setting {
            items: 20_108,
            hidden: 100_000,
            latent: 200,
            positive_weight: 5.0,
            gamma: 0.005,
            ease: EasePart::plain(1.0),
            knn: KnnPart::default(),
            popularity_power: 0.0,
            sl: SlAtK::default(),
            temperature: 0.1,
            train: &train,
        };
        assert_eq!(setting.check_memory_of(33e9), Ok(()));
        let message = "32.2 GB of memory are needed, 24 GB are free: the weights between 20108 items and 100000 hidden units, \
                       with Adam's moments: lower actor.hidden";
        assert_eq!(setting.check_memory_of(24e9).unwrap_err().to_string(), message);
    }

    #[test]
    fn the_weights_of_the_regularisers_are_those_of_the_papers_scripts() {
        let of_scripts = [
            ("mult-vae", 0.0, Beta::UpTo(0.2)),
            ("gaussian-vae", 0.0, Beta::UpTo(0.05)),
            ("vwmf", 0.0, Beta::UpTo(0.05)),
            ("mult-dae", 1e-5, Beta::Absent),
            ("wmf", 1e-4, Beta::Absent),
            ("warp", 1e-5, Beta::Absent),
        ];
        for (name, l2, beta) in of_scripts {
            let entry = ActorKind::named(name).unwrap();
            assert_eq!((entry.l2, entry.beta), (l2, beta), "{name}");
        }
    }
}
