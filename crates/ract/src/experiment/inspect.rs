//! Shows the gradients of one batch of a run.

use crate::config::{self, Config, Phase};
use crate::run::{Checkpoints, RunPath};
use crate::training::Trainer;
use crate::{Error, Result};
use ract_autodiff::inspect::GradTable;
use ract_autodiff::{Grads, Mat, Module, Param, Tape, Target, Var};
use ract_data::Dataset;
use serde::Serialize;

/// The gradients of one batch.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// The loss that was differentiated.
    pub loss: f32,
    /// Gradients of named nodes and of the trained network's parameters.
    pub table: GradTable,
    /// Critic features and parameters that no gradient reaches, such as the critic's count features.
    pub without_gradient: Vec<String>,
    /// The recorded graph for Graphviz, with the path of the gradient in red.
    pub dot: String,
    /// In the actor-critic phase: the weight that the critic gives to each user of the batch.
    pub weights: Vec<UserWeight>,
}

/// The critic's effect on the actor for one user. To first order, a step on the critic's prediction is a step on the
/// actor's own loss, in which each user has a weight.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct UserWeight {
    /// Number of items that the actor saw.
    pub seen: f32,
    /// Number of items that it did not see.
    pub unseen: f32,
    /// The actor's own loss.
    pub loss: f32,
    /// The metric that the critic predicts.
    pub predicted: f32,
    /// The weight: minus the derivative of the prediction with respect to the loss.
    pub weight: f32,
}

/// Differentiates the loss of `phase` on batch `batch` (counted from 0) of the phase's first epoch. The networks are
/// the outcome of the phase. If it is not finished, they are the outcome of the last finished phase before it on which
/// it builds; for the actor's own phase, they are new networks.
///
/// # Errors
/// When there is no such batch, when these networks do not exist yet, or when the computation fails. If a value or a
/// gradient is not finite, the error names the first op where this happens.
pub fn inspect(config: &Config, data: &Dataset, run: &RunPath, phase: Phase, batch: usize) -> Result<Inspection> {
    if phase == Phase::Critic && config.critic.target == config::Target::Outcomes {
        let problem = "this critic learns from a log, not from the users of a batch: inspect the phase actor_critic";
        return Err(Error::Usage(problem.to_owned()));
    }
    let mut trainer = Trainer::new(config, &data.train)?;
    let checkpoints = Checkpoints::of(run);
    let trained = std::iter::successors(Some(phase), |phase| phase.starts_from()).find(|&phase| checkpoints.has(phase));
    if checkpoints.has(Phase::Actor) {
        trainer.compare_with_start(phase, &data.train, &checkpoints)?;
    }
    match trained {
        Some(phase) => trainer.restore(&checkpoints.outcome(phase)?)?,
        None if phase == Phase::Actor => {} // it starts from new networks
        None => return Err(Error::Failed("the run has finished no phase yet: go on with `ract run`".to_owned())),
    }
    let order = trainer.order(&data.train, phase, 1);
    let users = order.chunks_exact(config.batch_size).nth(batch).ok_or_else(|| {
        let batches = trainer.batches(phase, &data.train);
        Error::Usage(format!("--batch {batch}: an epoch has {batches} batches, the first is 0"))
    })?;

    let tape = Tape::new();
    tape.set_products(trainer.tape.products());
    tape.watch_for_non_finite();
    let recorded = trainer.record(&tape, phase, trainer.draws(phase, 1).step(&data.train, users))?;
    let (loss, params) = match (recorded.actor_loss, recorded.critic_loss) {
        (Some(loss), _) => (loss.named("actor_loss"), trainer.actor.params()),
        (None, Some(loss)) => (loss.named("critic_loss"), trainer.critic.params()),
        (None, None) => return Err(Error::Failed(format!("the phase {phase} has no loss"))),
    };
    let seen_by_critic = recorded.critic_loss.is_some().then_some(recorded.features).flatten();
    let features = seen_by_critic.iter().flat_map(|features| &features.each);
    let features: Vec<_> = features.map(|&(feature, node)| (feature.name(), node)).collect();
    // In the critic's own phase, only the critic is differentiated, so the actor's nodes are left out.
    let names = if recorded.actor_loss.is_some() { tape.names().collect() } else { vec!["features", "predicted"] };
    let named = names.into_iter().filter_map(|name| Some((name, tape.named(name)?)));
    let nodes: Vec<_> = features.iter().copied().chain(named.filter(|(_, node)| !is_among(&features, *node))).collect();
    let grads = loss.backward(targets(&nodes, &params))?;
    let weights = match (phase, recorded.predicted) {
        (Phase::ActorCritic, Some(predicted)) => user_weights(&features, predicted, &grads),
        _ => None,
    };
    // Among the nodes without a path to the loss, only the critic features are of interest.
    let nodes_without = features.iter().filter(|(_, node)| grads.get(*node).is_none());
    let nodes_without = nodes_without.map(|(name, _)| (*name).to_owned());
    let params_without = params.iter().filter(|p| grads.get(**p).is_none()).map(|p| p.name().to_owned());
    Ok(Inspection {
        loss: loss.scalar()?,
        table: with_features_named(&tape, grads.table(), &features),
        without_gradient: nodes_without.chain(params_without).collect(),
        dot: loss.dot(targets(&nodes, &params))?,
        weights: weights.unwrap_or_default(),
    })
}

/// The predictions of a finished run's critic for rows of its features.
///
/// # Errors
/// When the run has no trained critic, or when the number of columns differs from its number of features.
pub fn critic_at<const N: usize>(
    config: &Config,
    data: &Dataset,
    run: &RunPath,
    features: &[[f32; N]],
) -> Result<Vec<f32>> {
    let mut trainer = Trainer::new(config, &data.train)?;
    trainer.restore(&Checkpoints::of(run).outcome(Phase::ActorCritic)?)?;
    let tape = Tape::new();
    let features = tape.constant(Mat::from_shape_fn((features.len(), N), |(row, column)| features[row][column]));
    Ok(trainer.critic.predict(features).value()?.iter().copied().collect())
}

/// Renames the rows of features to the name of the feature, followed by the name of the actor's node if it differs:
/// `loss (nll)`.
fn with_features_named(tape: &Tape<f32>, mut table: GradTable, features: &[(&str, Var<'_, f32>)]) -> GradTable {
    for row in &mut table.0 {
        let node = tape.named(&row.name);
        if let Some((feature, _)) =
            features.iter().find(|(_, feature)| node.is_some_and(|node| is_same(node, *feature)))
        {
            row.name = if row.name == *feature { row.name.clone() } else { format!("{feature} ({})", row.name) };
        }
    }
    table
}

fn is_among(nodes: &[(&str, Var<'_, f32>)], node: Var<'_, f32>) -> bool {
    nodes.iter().any(|(_, other)| is_same(*other, node))
}

fn is_same(one: Var<'_, f32>, other: Var<'_, f32>) -> bool {
    let value = |node: Var<'_, f32>| node.value().ok().map(std::ptr::from_ref);
    value(one) == value(other)
}

/// The weight of each user. `None` when the critic does not use the counts and the loss as features.
fn user_weights(
    features: &[(&str, Var<'_, f32>)],
    predicted: Var<'_, f32>,
    grads: &Grads<f32>,
) -> Option<Vec<UserWeight>> {
    let node = |name: &str| features.iter().find(|(feature, _)| *feature == name).map(|&(_, node)| node);
    let (seen, unseen, own) = (node("seen")?.value().ok()?, node("unseen")?.value().ok()?, node("loss")?.value().ok()?);
    let predicted = predicted.value().ok()?;
    let slopes = grads.get(node("loss")?)?; // of minus the mean prediction, with respect to the loss
    let users = slopes.nrows() as f32;
    let of_user = |user: usize| UserWeight {
        seen: seen[(user, 0)],
        unseen: unseen[(user, 0)],
        loss: own[(user, 0)],
        predicted: predicted[(user, 0)],
        weight: users * slopes[(user, 0)],
    };
    Some((0..slopes.nrows()).map(of_user).collect())
}

fn targets<'a, 't>(
    nodes: &'a [(&str, Var<'t, f32>)],
    params: &'a [&'a Param<f32>],
) -> impl Iterator<Item = Target<'a, 't, f32>> + use<'a, 't> {
    nodes.iter().map(|(_, node)| Target::from(*node)).chain(params.iter().map(|&param| Target::from(param)))
}
