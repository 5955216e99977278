//! Recommendations of a finished run, for the users of any file.

mod export;
mod histories;
mod judge;
mod lists;
mod parquet;
mod prediction;
mod ranking;
mod reasons;
mod scoring;
mod titles;

pub use export::export;
pub(crate) use histories::ids;
pub use histories::{Histories, History};
pub use judge::{Judge, Judged, Judgement};
pub use lists::{Form, Lists};
pub use prediction::Quality;
pub use titles::Titles;

use crate::config::{AnyConfig, Config, Data, Phase, Role};
use crate::experiment::baseline::fit_chosen;
use crate::experiment::{load_data, read_with_fingerprint};
use crate::metrics::best_items;
use crate::run::{BaselineResult, Checkpoints, RunPath};
use crate::training::{Trainer, users_at_once};
use crate::{Error, Result};
use ndarray::Array2;
use prediction::Calibration;
use ract_data::{Batch, Dataset, HeldOut, Interactions, Names};
use ract_models::baselines::{Baseline, Popularity};
use std::path::Path;

/// A finished run, and the data that it was trained on.
pub struct Source {
    config: AnyConfig,
    data: Dataset,
    /// What its items and test users are called.
    pub names: Names,
    path: RunPath,
}

impl Source {
    /// Opens the run or the baseline in `path`.
    ///
    /// # Errors
    /// When there is none, or its data are missing or have changed.
    pub fn open(path: &Path) -> Result<Self> {
        let path = RunPath::at(path);
        let config = path.read_any_config()?;
        let ((data, sha256), place) = match &config {
            AnyConfig::Run(config) => (load_data(config)?, &config.data),
            AnyConfig::Baseline(config) => (read_with_fingerprint(&config.data)?, &config.data),
        };
        path.check_fingerprint(&sha256)?;
        let names = match place {
            Data::Path(folder) => Names::read(folder)?,
            Data::Synthetic(_) => Names::numbers(data.n_items(), data.test.n_users()),
        };
        Ok(Self { config, data, names, path })
    }

    /// Whether it is a run, not a baseline.
    pub fn is_run(&self) -> bool {
        matches!(self.config, AnyConfig::Run(_))
    }

    /// The data that it was trained on.
    pub fn data(&self) -> &Dataset {
        &self.data
    }

    /// The test users' fold-in, with the users' ids.
    pub fn test_users(&self) -> impl Iterator<Item = History> {
        let fold_in = &self.data.test.fold_in;
        self.names.test_users().iter().enumerate().map(|(row, user)| History {
            user: user.clone(),
            items: fold_in.items(row).iter().map(|&item| self.names.item(item).to_owned()).collect(),
        })
    }

    /// The recommender `role` of the run: its last one, if none is named. A baseline is fitted again.
    ///
    /// # Errors
    /// When the run has no such recommender, or a checkpoint is damaged.
    pub fn recommender(&self, role: Option<Role>) -> Result<Recommender<'_>> {
        let (model, label) = match &self.config {
            AnyConfig::Run(config) => self.actor(config, role)?,
            AnyConfig::Baseline(config) => {
                let method = config.baseline.method;
                if let Some(other) = role.filter(|&role| role != Role::Baseline(method)) {
                    return Err(Error::Usage(format!("this is a run of {method}, not of {other}")));
                }
                let result: BaselineResult = self.path.read_finished()?;
                (Model::Baseline(fit_chosen(config, &result.chosen, &self.data)?), result.baseline.label.to_owned())
            }
        };
        let n_items = self.data.n_items();
        let nothing = Interactions::from_rows(n_items, [[0_u32; 0]]);
        let popularity = Popularity::fit(&self.data.train).scores(&nothing);
        Ok(Recommender { model, label, n_items, popularity: popularity.into_iter().collect(), calibration: None })
    }

    fn actor<'a>(&self, config: &'a Config, role: Option<Role>) -> Result<(Model<'a>, String)> {
        let checkpoints = Checkpoints::of(&self.path);
        let there: Vec<(Role, Phase)> = Phase::of(config)
            .filter(|&phase| checkpoints.has(phase))
            .filter_map(|phase| Some((phase.role()?, phase)))
            .collect();
        let last = || there.iter().max_by_key(|(role, _)| *role);
        let found = role.map_or_else(last, |role| there.iter().find(|(other, _)| *other == role));
        let Some(&(role, phase)) = found else {
            let folder = self.path.folder().display();
            let problem = match role {
                Some(role) => {
                    let names: Vec<_> = there.iter().map(|(role, _)| role.name()).collect();
                    format!("{folder} has no {role}; it has: {}", names.join(", "))
                }
                None => format!("{folder} has not finished any phase: go on with `ract run`"),
            };
            return Err(Error::Usage(problem));
        };
        let phase = checkpoints.with_critic(phase);
        let mut trainer = Trainer::new(config, &self.data.train)?;
        trainer.restore(&checkpoints.outcome(phase)?)?;
        let has_critic = matches!(phase, Phase::Critic | Phase::ActorCritic);
        Ok((Model::Actor { trainer: Box::new(trainer), has_critic }, role.label(config.actor_label()).to_owned()))
    }
}

enum Model<'a> {
    Actor {
        trainer: Box<Trainer<'a>>,
        /// Whether its critic was trained.
        has_critic: bool,
    },
    Baseline(Box<dyn Baseline>),
}

/// What scores the items for any user.
pub struct Recommender<'a> {
    model: Model<'a>,
    label: String,
    n_items: usize,
    /// The score of each item for those who have nothing.
    popularity: Vec<f32>,
    /// How the critic's output becomes an expected metric, if that is wanted.
    calibration: Option<Calibration>,
}

/// What is recommended to a user.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recommended {
    /// The items and their scores, best first.
    pub items: Vec<(u32, f32)>,
    /// The metric that the critic expects of the user's whole ranking, if that is wanted and the user has items.
    pub expected: Option<f64>,
}

/// Which items are recommended.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// How many.
    pub top: usize,
    /// If there are any, only these; ascending.
    pub among: Vec<u32>,
    /// These are not; ascending.
    pub without: Vec<u32>,
}

impl<'a> Recommender<'a> {
    /// What it is called in tables.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// How many users are best scored at a time.
    pub fn users_at_once(&self) -> usize {
        users_at_once(self.n_items).max(1)
    }

    /// The best items for each row of `histories` (users x items), best first, with their scores. Items that the user has
    /// are not among them. A user without items gets the most popular ones.
    ///
    /// # Errors
    /// When the actor computes something that is not finite.
    pub fn recommend(&mut self, histories: &Interactions, choice: &Choice) -> Result<Vec<Recommended>> {
        self.recommend_each(histories, |_| choice)
    }

    /// The same with a choice for each user.
    ///
    /// # Errors
    /// When the actor computes something that is not finite.
    pub fn recommend_each<'c>(
        &mut self,
        histories: &Interactions,
        choice: impl Fn(usize) -> &'c Choice + Sync,
    ) -> Result<Vec<Recommended>> {
        let Self { model, n_items, popularity, calibration, .. } = self;
        let (best, expected) = match model {
            Model::Baseline(baseline) => {
                let scores = baseline.scores(histories);
                let scores = scores.as_standard_layout();
                (best_of_all(histories, choice, popularity, |user| scores.row(user).to_slice()), None)
            }
            Model::Actor { trainer, .. } => {
                let batch = batch_of(histories, *n_items);
                let found = {
                    let output = trainer.output(&batch);
                    let scores = output.scores().value()?;
                    let best = best_of_all(histories, choice, popularity, |user| scores.row(user).to_slice());
                    (best, calibration.map(|calibration| calibration.of(trainer, &batch, output)).transpose()?)
                };
                trainer.tape.reset();
                found
            }
        };
        let expected = |user: usize| expected.as_ref().map(|of| of[user]).filter(|_| !histories.items(user).is_empty());
        let recommended = best.into_iter().enumerate();
        Ok(recommended.map(|(user, items)| Recommended { items, expected: expected(user) }).collect())
    }

    /// The scores of all items for each row of `histories`, users x items.
    fn scores(&mut self, histories: &Interactions) -> Result<Array2<f32>> {
        match &mut self.model {
            Model::Baseline(baseline) => Ok(baseline.scores(histories)),
            Model::Actor { trainer, .. } => {
                let scores = trainer.output(&batch_of(histories, self.n_items)).scores().value()?.clone();
                trainer.tape.reset();
                Ok(scores)
            }
        }
    }

    /// The actor, if it has a trained critic.
    fn with_critic(&mut self) -> Option<&mut Trainer<'a>> {
        match &mut self.model {
            Model::Actor { trainer, has_critic: true } => Some(trainer),
            _ => None,
        }
    }
}

/// Users of whom only the history is known.
fn batch_of(histories: &Interactions, n_items: usize) -> Batch<f32> {
    let n_users = histories.n_users();
    let nothing = Interactions::from_rows(n_items, std::iter::repeat_n([0_u32; 0], n_users));
    let of = HeldOut { fold_in: histories.clone(), held_out: nothing, candidates: None };
    Batch::evaluation(&of, &(0..n_users as u32).collect::<Vec<_>>())
}

fn best_of_all<'s, 'c>(
    histories: &Interactions,
    choice: impl Fn(usize) -> &'c Choice + Sync,
    popularity: &'s [f32],
    scores_of: impl Fn(usize) -> Option<&'s [f32]> + Sync,
) -> Vec<Vec<(u32, f32)>> {
    let most = (0..histories.n_users()).map(|user| choice(user).top).max().unwrap_or(0);
    let mut best = best_items(histories.n_users(), most, |user| {
        let (has, choice) = (histories.items(user), choice(user));
        let scores = if has.is_empty() { popularity } else { scores_of(user).unwrap_or(&[]) };
        let mut without = [has, &choice.without].concat();
        without.sort_unstable();
        let among = (!choice.among.is_empty())
            .then(|| choice.among.iter().copied().filter(|item| without.binary_search(item).is_err()).collect());
        (scores, without, among)
    });
    best.iter_mut().enumerate().for_each(|(user, best)| best.truncate(choice(user).top));
    best
}
