//! An actor is trained anew, also on the validation items, for as many epochs as another run found best on them.

use super::actor_from::{of_the_actor, trained};
use super::read_with_fingerprint;
use crate::config::{Config, Data, Phase, Settings};
use crate::run::Checkpoints;
use crate::{Error, Result};
use ract_data::Dataset;

/// The data with the validation items in the training, if it `is_refit`.
pub(super) fn data(is_refit: bool, data: &Data) -> Result<Option<Dataset>> {
    match data {
        Data::Path(path) if is_refit => Ok(Some(Dataset::read_with_validation(path)?)),
        _ => Ok(None),
    }
}

/// The configuration with the best epoch of the run `refit_of` as `actor.epochs`. Without `refit_of`, it is as it was.
///
/// # Errors
/// When that run has not finished its actor, or differs in its settings or its data.
pub fn resolved(config: &Config) -> Result<Config> {
    let Some(place) = &config.refit_of else { return Ok(config.clone()) };
    let refuse = |problem: String| Err(Error::Usage(format!("refit_of: {problem}")));
    let Some(from) = trained(place, config.seed) else {
        return refuse(format!(
            "no run in {} has finished its actor: train it first, with `ract run`",
            place.display()
        ));
    };
    let shown = from.folder().display();
    let theirs = from.read_config()?;
    if theirs.refit_of.is_some() {
        return refuse(format!("{shown} is a refit itself: name the run whose validation chose the epochs"));
    }
    let epochs = Checkpoints::of(&from).outcome(Phase::Actor)?.meta.epoch;
    let with_epochs = |config: &Config| {
        let mut with = Config { refit_of: None, ..config.clone() };
        with.actor.epochs = epochs;
        with
    };
    let ours = with_epochs(config);
    if let Some(difference) = of_the_actor(&with_epochs(&theirs), &ours).difference(&ours)? {
        return refuse(format!("{shown} has other settings ({difference}): make them the same"));
    }
    if from.read_data_sha256()? != read_with_fingerprint(&config.data)?.1 {
        return refuse(format!("{shown} was trained on other data: name a run on {:?}", config.data));
    }
    Ok(Config { refit_of: config.refit_of.clone(), ..ours })
}
