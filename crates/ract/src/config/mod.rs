//! The settings of one experiment. A TOML file sets them; what it leaves out has the paper's values.

mod adam;
mod any;
mod baseline;
mod file;
mod phase;
mod precision;
mod rates;
mod role;
mod sections;

pub use adam::CriticAdam;
pub use any::AnyConfig;
pub use baseline::{BaselineConfig, Tried};
pub use file::Settings;
pub(crate) use file::{assign, in_file};
pub use phase::Phase;
pub use precision::{Precision, UnitName};
pub use rates::Rates;
pub use role::{Gain, Role};
pub use sections::{
    Actor, ActorCritic, Control, Critic, Data, Evaluation, Features, FineTuning, FullRate, Schedule, Synthetic, Target,
};

use crate::metrics::Metric;
use crate::{Error, Result};
use ract_autodiff::Products;
use ract_autodiff::optim::EpsilonPlace;
use ract_models::fine_tuning::control;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The largest width of a layer.
const MAX_WIDTH: usize = 100_000;
/// The critic features that are known of a list that was shown.
const OF_A_LIST: [&str; 3] = ["seen", "log-seen", "exposure"];
/// Random streams are numbered by epochs of 32 bits.
const MAX_EPOCHS: u64 = u32::MAX as u64;

/// All settings of an experiment. All but `dataset` and `data` have defaults, which are the paper's settings for
/// ML-20M.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The data set's name in results, such as `ml-20m`. It also selects the published figures that are shown.
    pub dataset: String,
    /// The seed of all random numbers of the run.
    #[serde(default)]
    pub seed: u64,
    /// Several seeds: `ract run` trains one run for each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seeds: Vec<u64>,
    /// A run folder, or a folder that holds one run folder per seed, of an experiment with the same actor. If the actor
    /// is trained there, it is taken from there; training it again would give the same bits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_from: Option<PathBuf>,
    /// A run folder, or a folder that holds one run folder per seed, of an experiment with the same settings on a split in
    /// which every user trains. The actor is trained anew, also on the validation items, for as many epochs as were best there;
    /// `actor.epochs` is that number. Nothing is selected then. `fine_tuning` must be empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refit_of: Option<PathBuf>,
    /// Users per step. The last batch of an epoch is dropped if it is incomplete.
    #[serde(default = "default_batch_size")]
    pub batch_size: usize,
    /// The probability that the actor sees an item of a training user.
    #[serde(default = "default_keep")]
    pub keep: f64,
    /// Where Adam adds epsilon, 1e-8, to the root of the second moment: `after-correction` (the default, as in Kingma and
    /// Ba's algorithm 1 and in PyTorch) or `before-correction` (as in TensorFlow, which the authors used).
    #[serde(default, with = "adam::WrittenPlace")]
    pub adam_epsilon: EpsilonPlace,
    /// How exactly large products are computed: `f32` (the default, the same bits on every machine), `bf16x3`, `bf16`, or
    /// `auto`: bf16x3 where the processor has a tile unit (AMX), elsewhere f32. A precision is never worse than what is
    /// written here; where no unit is faster than f32, it is f32.
    #[serde(default, skip_serializing_if = "Precision::is_f32")]
    pub precision: Precision,
    /// The unit that multiplies in bf16, whether it is faster than f32 or not: `amx`, `avx512-bf16`, or `portable` (slow, on
    /// every processor). If it is left out, the fastest is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bf16_unit: Option<UnitName>,
    /// The shortest time between two checkpoints within a phase, in seconds; 0 writes one after every epoch.
    #[serde(default = "default_checkpoint_seconds")]
    pub checkpoint_seconds: f64,
    /// Where the interactions come from.
    pub data: Data,
    /// The actor and its own training.
    #[serde(default)]
    pub actor: Actor,
    /// The critic and its training while the actor is frozen.
    #[serde(default)]
    pub critic: Critic,
    /// The fine-tunings. Each starts from the same best actor.
    #[serde(default = "default_fine_tuning")]
    pub fine_tuning: Vec<FineTuning>,
    /// The phase in which both the actor and the critic train.
    #[serde(default)]
    pub actor_critic: ActorCritic,
    /// The control, which continues on the actor's own loss instead of the critic's, and the other fine-tuning arms
    /// without a critic. Values that are left out are those of `actor_critic`.
    #[serde(default)]
    pub control: Control,
    /// The fine-tuning arms at the full step size, as in the authors' program.
    #[serde(default)]
    pub full_rate: FullRate,
    /// The metrics to measure, and the metric that selects.
    #[serde(default)]
    pub evaluation: Evaluation,
}

fn default_batch_size() -> usize {
    500
}

fn default_fine_tuning() -> Vec<FineTuning> {
    control().map(FineTuning::Arm).into_iter().chain([FineTuning::Ract]).collect()
}

fn default_keep() -> f64 {
    0.5
}

fn default_checkpoint_seconds() -> f64 {
    30.0
}

impl Config {
    /// An experiment with the paper's settings.
    pub fn new(dataset: impl Into<String>, data: Data) -> Self {
        Self {
            dataset: dataset.into(),
            seed: 0,
            seeds: Vec::new(),
            actor_from: None,
            refit_of: None,
            batch_size: default_batch_size(),
            keep: default_keep(),
            adam_epsilon: EpsilonPlace::default(),
            precision: Precision::default(),
            bf16_unit: None,
            checkpoint_seconds: default_checkpoint_seconds(),
            data,
            actor: Actor::default(),
            critic: Critic::default(),
            fine_tuning: default_fine_tuning(),
            actor_critic: ActorCritic::default(),
            control: Control::default(),
            full_rate: FullRate::default(),
            evaluation: Evaluation::default(),
        }
    }

    /// The configuration of the run with one seed.
    #[must_use]
    pub fn of_seed(&self, seed: u64) -> Self {
        Self { seed, seeds: Vec::new(), ..self.clone() }
    }

    /// The actor's name in tables.
    pub fn actor_label(&self) -> &'static str {
        self.actor.network.label
    }

    /// How large products are computed on this machine.
    ///
    /// # Errors
    /// When the configuration names a unit that this machine does not have.
    pub fn products(&self) -> Result<Products> {
        self.precision.products(self.bf16_unit).map_err(Error::Usage)
    }

    /// The name of [`products`](Self::products), or `None` when they are in `f32`.
    ///
    /// # Errors
    /// As for [`products`](Self::products).
    pub(crate) fn products_if_not_exact(&self) -> Result<Option<String>> {
        let products = self.products()?;
        Ok((products != Products::default()).then(|| products.to_string()))
    }

    /// All metrics that it names: the measured ones, the one that selects, the critic's target.
    pub(crate) fn metrics(&self) -> Vec<Metric> {
        let Evaluation { metrics, select } = &self.evaluation;
        metrics.iter().copied().chain([*select, self.critic.metric]).collect()
    }

    /// Whether each epoch of the phase is measured on the validation users, and the best one is kept. The actor from which a
    /// fine-tuning starts is a candidate too, as epoch 0. Otherwise the last epoch is kept.
    pub fn selects(&self, phase: Phase) -> bool {
        phase.changes_actor() && self.refit_of.is_none()
    }

    fn check_outcomes(&self) -> Result<(), String> {
        let Critic { target, outcomes, features, inputs, .. } = &self.critic;
        let problem = match (target, outcomes) {
            (Target::Metric, None) => return Ok(()),
            (Target::Metric, Some(_)) => "critic.outcomes is a log: set critic.target = \"outcomes\" to learn from it",
            (Target::Outcomes, None) => "critic.target is outcomes: name the log with critic.outcomes = \"FILE\"",
            (Target::Outcomes, Some(_)) if *features != Features::Raw => {
                "a critic of outcomes sees its features as they are: set critic.features = \"raw\""
            }
            (Target::Outcomes, Some(_)) if inputs.iter().any(|input| !OF_A_LIST.contains(&input.name())) => {
                "a critic of outcomes sees lists, of which no item is held out: critic.inputs may have seen, log-seen, exposure"
            }
            (Target::Outcomes, Some(_)) => return Ok(()),
        };
        Err(problem.to_owned())
    }

    /// Epochs and step size of the control and of the other fine-tuning arms without a critic.
    pub fn control(&self) -> Schedule {
        Schedule {
            epochs: self.control.epochs.unwrap_or(self.actor_critic.epochs),
            learning_rate: self
                .control
                .learning_rate
                .clone()
                .unwrap_or_else(|| self.actor_critic.learning_rate.clone()),
        }
    }
}

impl Settings for Config {
    /// The weights of the actor's regularisers, from the registry: `config.toml` of a run then names them.
    fn fill(&mut self) {
        let Actor { network, l2, beta_max, .. } = &mut self.actor;
        l2.get_or_insert(network.l2);
        beta_max.get_or_insert(network.beta.largest());
    }

    fn check(&self) -> Result<(), String> {
        let control = self.control();
        let positive = [
            ("batch_size", self.batch_size as f64),
            ("actor.epochs", self.actor.epochs as f64),
            ("actor.learning_rate", self.actor.learning_rate),
            ("actor.decay", self.actor.decay),
            ("actor.anneal_batches", self.actor.anneal_batches as f64),
            ("critic.epochs", self.critic.epochs as f64),
            ("critic.learning_rate", self.critic.learning_rate),
            ("actor_critic.epochs", self.actor_critic.epochs as f64),
            ("control.epochs", control.epochs as f64),
            ("full_rate.epochs", self.full_rate.epochs as f64),
            ("full_rate.learning_rate", self.full_rate.learning_rate),
            ("actor.positive_weight", self.actor.positive_weight),
            ("actor.gamma", self.actor.gamma),
            ("actor.ease_gain", self.actor.ease_gain),
            ("actor.knn_neighbours", self.actor.knn_neighbours as f64),
            ("actor.knn_gain", self.actor.knn_gain),
            ("actor.sl_k", self.actor.sl_k as f64),
            ("actor.sl_weight_temperature", self.actor.sl_weight_temperature),
            ("actor.sl_temperature", self.actor.sl_temperature),
            ("actor.temperature", self.actor.temperature),
        ];
        let rates_of = [&self.actor_critic.learning_rate, &control.learning_rate];
        let rates = ["actor_critic.learning_rate", "control.learning_rate"].into_iter().zip(rates_of);
        let rates = rates.flat_map(|(key, rates)| rates.iter().map(move |rate| (key, rate)));
        for (key, value) in positive.into_iter().chain(rates) {
            if !(value > 0.0 && value.is_finite()) {
                return Err(format!("{key} is {value}: it must be above 0"));
            }
        }
        if !(-1.0..=1.0).contains(&self.actor.popularity_power) {
            return Err(format!("actor.popularity_power is {}: it must be from -1 to 1", self.actor.popularity_power));
        }
        if self.actor.decay > 1.0 {
            return Err(format!("actor.decay is {}: it must be 1 at most", self.actor.decay));
        }
        let epochs = [
            ("actor.epochs", self.actor.epochs),
            ("critic.epochs", self.critic.epochs),
            ("actor_critic.epochs", self.actor_critic.epochs),
            ("control.epochs", control.epochs),
            ("full_rate.epochs", self.full_rate.epochs),
        ];
        if let Some((key, epochs)) = epochs.into_iter().find(|&(_, epochs)| epochs > MAX_EPOCHS) {
            return Err(format!("{key} is {epochs}: it may be {MAX_EPOCHS} at most"));
        }
        let not_negative = [
            ("actor.beta_max", self.actor.beta_max.unwrap_or(0.0)),
            ("actor.l2", self.actor.l2.unwrap_or(0.0)),
            ("critic.l2", self.critic.l2),
            ("actor_critic.regulariser", self.actor_critic.regulariser),
            ("actor_critic.trust", self.actor_critic.trust),
            ("actor_critic.lambda", self.actor_critic.lambda.unwrap_or(0.0)),
            ("checkpoint_seconds", self.checkpoint_seconds),
        ];
        for (key, value) in not_negative {
            if !(value >= 0.0 && value.is_finite()) {
                return Err(format!("{key} is {value}: it must be 0 or more"));
            }
        }
        self.actor.ease_part().weighting.check().map_err(|problem| format!("actor.ease_{problem}"))?;
        if self.bf16_unit.is_some() && !matches!(self.precision, Precision::Bf16x3 | Precision::Bf16) {
            return Err(
                "bf16_unit counts with precision bf16x3 or bf16 alone: set one of them, or leave it out".to_owned()
            );
        }
        if !(self.keep > 0.0 && self.keep < 1.0) {
            return Err(format!("keep is {}: it must be above 0 and below 1", self.keep));
        }
        let widths = [("actor.hidden", self.actor.hidden), ("actor.latent", self.actor.latent)];
        let widths = widths.into_iter().chain(self.critic.hidden.iter().map(|&width| ("critic.hidden", width)));
        for (key, width) in widths {
            if !(1..=MAX_WIDTH).contains(&width) {
                return Err(format!("{key} is {width}: a layer has 1 to {MAX_WIDTH} numbers"));
            }
        }
        if rates_of.iter().any(|rates| rates.iter().len() == 0) {
            return Err("a learning_rate is an empty list: name at least one".to_owned());
        }
        if !self.critic.inputs.iter().any(|input| input.has_gradient) {
            let problem = "critic.inputs has nothing through which a gradient reaches the actor: add one, such as loss";
            return Err(problem.to_owned());
        }
        if (1..self.seeds.len()).any(|place| self.seeds[..place].contains(&self.seeds[place])) {
            return Err("seeds names a seed twice: each seed makes one run".to_owned());
        }
        if self.refit_of.is_some() && !self.fine_tuning.is_empty() {
            return Err("refit_of trains the actor alone: set fine_tuning = []".to_owned());
        }
        if self.refit_of.is_some() && !matches!(self.data, Data::Path(_)) {
            return Err("refit_of needs prepared data, in which every user trains: set data.path".to_owned());
        }
        if self.refit_of.is_some() && self.actor_from.is_some() {
            return Err(
                "refit_of trains the actor anew, actor_from takes a trained one: leave one of them out".to_owned()
            );
        }
        self.check_outcomes()?;
        if self.actor_critic.lambda.is_some() && self.actor_critic.regulariser > 0.0 {
            let problem = "actor_critic.lambda keeps the actor's own loss with its regulariser: leave out actor_critic.regulariser";
            return Err(problem.to_owned());
        }
        if self.evaluation.metrics.is_empty() {
            return Err("evaluation.metrics is empty: name at least one, such as ndcg@100".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str = "dataset = \"tiny\"\ndata.path = \"data/tiny\"\n";

    fn read(text: &str, overrides: &[&str]) -> Result<Config, String> {
        let file = tempfile::NamedTempFile::with_suffix(".toml").unwrap();
        std::fs::write(file.path(), text).unwrap();
        let overrides: Vec<_> = overrides.iter().map(|&s| s.to_owned()).collect();
        Config::read(file.path(), &overrides).map_err(|error| {
            assert_eq!(error.exit_code(), 2);
            error.to_string().replace(&file.path().display().to_string(), "FILE")
        })
    }

    #[test]
    fn settings_that_a_file_leaves_out_are_those_of_the_paper() {
        let config = read(MINIMAL, &[]).unwrap();
        assert_eq!((config.batch_size, config.keep, config.actor.hidden, config.actor.latent), (500, 0.5, 600, 200));
        assert_eq!((config.actor.anneal_batches, config.actor.gamma), (200_000, 0.005));
        assert_eq!((config.actor.learning_rate, config.critic.learning_rate), (1e-3, 1e-4));
        assert_eq!((config.control().epochs, config.control().learning_rate), (100, Rates::of(2e-6)));
    }

    #[test]
    fn a_resolved_configuration_reads_back_the_same() {
        let config = read(MINIMAL, &["control.learning_rate=[1e-5, 2e-5]", "actor.l2=0.1"]).unwrap();
        assert_eq!(read(&config.to_toml().unwrap(), &[]).unwrap(), config);
        assert_eq!((config.actor.l2, config.actor.beta_max), (Some(0.1), Some(0.2)), "the latter is the registry's");
    }

    #[test]
    fn overrides_reach_nested_keys_and_take_strings_without_quotes() {
        let config = read(MINIMAL, &["actor.epochs=3", "evaluation.select=recall@20", "dataset=other"]).unwrap();
        assert_eq!((config.actor.epochs, config.evaluation.select), (3, Metric::recall(20)));
        assert_eq!(config.dataset, "other");
    }

    #[test]
    fn the_difference_of_two_configurations_is_a_key_that_changes_the_results() {
        let config = read(MINIMAL, &[]).unwrap();
        let difference = |set: &str| config.difference(&read(MINIMAL, &[set]).unwrap()).unwrap();
        assert_eq!(difference("seed=0"), None);
        assert_eq!(difference("checkpoint_seconds=1"), None);
        assert_eq!(difference("actor.epochs=7").unwrap(), "actor.epochs is 200, not 7");
        assert_eq!(difference("control.learning_rate=0.5").unwrap(), "control.learning_rate is unset, not 0.5");
    }

    #[test]
    fn errors_name_file_line_and_key() {
        let error = read(&format!("{MINIMAL}[actor]\nlerning_rate = 1\n"), &[]).unwrap_err();
        assert!(error.starts_with("FILE, line 4: unknown field `lerning_rate`, expected one of"), "{error}");
        let error = read(&format!("{MINIMAL}seed = \"x\"\n"), &[]).unwrap_err();
        assert!(error.starts_with("FILE, line 3: invalid type: string \"x\""), "{error}");
        let error = read(&format!("{MINIMAL}seed = \n"), &[]).unwrap_err();
        assert!(error.starts_with("FILE, line 3: "), "{error}");
        assert_eq!(read("data.path = \"x\"\n", &[]).unwrap_err(), "FILE, line 1: missing field `dataset`");
        let error = read(MINIMAL, &["actor.epoch=3"]).unwrap_err();
        assert!(error.starts_with("--set actor.epoch=3: unknown field `epoch`"), "{error}");
        assert_eq!(read(MINIMAL, &["keep=1.5"]).unwrap_err(), "FILE: keep is 1.5: it must be above 0 and below 1");
        assert_eq!(read(MINIMAL, &["actor.decay=1.5"]).unwrap_err(), "FILE: actor.decay is 1.5: it must be 1 at most");
        let error = read(MINIMAL, &["actor.popularity_power=-2"]).unwrap_err();
        assert_eq!(error, "FILE: actor.popularity_power is -2: it must be from -1 to 1");
        let error = read(MINIMAL, &["actor.hidden=100000000000"]).unwrap_err();
        assert_eq!(error, "FILE: actor.hidden is 100000000000: a layer has 1 to 100000 numbers");
        let error = read(MINIMAL, &["actor.network=vae"]).unwrap_err();
        assert!(error.contains("there is no actor 'vae': write one of mult-vae, mult-dae, "), "{error}");
        let error = read(MINIMAL, &["critic.inputs=[\"seen\"]"]).unwrap_err();
        assert!(error.contains("nothing through which a gradient reaches the actor"), "{error}");
        let either =
            "data is either `path`, a prepared folder, or `synthetic`, data to be generated: one of them, and not both";
        assert_eq!(read("dataset = \"x\"\n[data]\n", &[]).unwrap_err(), format!("FILE, line 2: {either}"));
        let both = format!("{MINIMAL}[data.synthetic]\nusers = 100\nitems = 100\nheldout_users = 10\n");
        assert!(read(&both, &[]).unwrap_err().ends_with(either));
        let error = read(MINIMAL, &["evaluation.select=mrr"]).unwrap_err();
        assert!(error.contains("unknown metric 'mrr'"), "{error}");
    }
}
