//! The losses of each phase, and one optimiser step on them.

use super::Trainer;
use super::features::Features;
use super::state::PhaseState;
use crate::config::{ActorCritic, Phase, Target};
use crate::metrics::{Candidates, score_users};
use crate::{Error, Result, config};
use ndarray::Axis;
use ract_autodiff::{Mat, Module, Tape, Var};
use ract_data::Batch;
use ract_models::features::Width;
use ract_models::fine_tuning::{ArmInput, Regulariser};
use ract_models::{Scored, Users};
use std::collections::BTreeMap;

/// The losses that a step reports, by name. Each is a mean over the batch.
pub(crate) type Losses = BTreeMap<String, f64>;

/// The input of a step.
pub(crate) struct Step {
    pub(crate) batch: Batch<f32>,
    /// The users' rows in the training data.
    pub(crate) users: Vec<u32>,
    /// Noise of the latent variables, B x d.
    pub(crate) eps: Mat<f32>,
}

/// A forward pass on a tape, and the losses of the networks that the phase trains.
pub(crate) struct Recorded<'t> {
    pub(crate) actor_loss: Option<Var<'t, f32>>,
    pub(crate) critic_loss: Option<Var<'t, f32>>,
    /// The critic features, in phases where the critic predicts or its statistics are collected.
    pub(crate) features: Option<Features<'t>>,
    /// The critic's predictions, B x 1.
    pub(crate) predicted: Option<Var<'t, f32>>,
    pub(crate) report: Losses,
}

impl Trainer<'_> {
    /// One step of the phase. All its losses come from one forward pass. When one of them is not finite, no weight is
    /// changed. A gradient that is not finite is found while the weights are changed.
    pub(crate) fn step(&mut self, state: &mut PhaseState, step: Step) -> Result<Losses> {
        let (report, actor_grads, critic_grads) = {
            let Recorded { actor_loss, critic_loss, features, report, .. } =
                self.record(&self.tape, state.phase, step)?;
            if let Some((name, value)) = report.iter().find(|(_, value)| !value.is_finite()) {
                return Err(Error::NotFinite(format!("{name} is {value}")));
            }
            if let Some(features) = features.filter(|_| state.phase == Phase::Actor) {
                self.critic.statistics.update(features.together.value()?);
            }
            let turn = self.turn(state.phase, state.epoch + 1);
            let trained = self.actor.params().into_iter().filter(|param| param.name().starts_with(turn.prefix));
            let actor_grads = actor_loss.map(|loss| loss.backward(trained)).transpose()?;
            let critic_grads = critic_loss.map(|loss| loss.backward(self.critic.params())).transpose()?;
            (report, actor_grads, critic_grads)
        };
        self.tape.reset();
        if let Some(grads) = actor_grads {
            self.tape.timed("actor's adam", || state.actor_adam.step(self.actor.params_mut(), &grads))?;
        }
        if let Some(grads) = critic_grads {
            self.tape.timed("critic's adam", || state.critic_adam.step(self.critic.params_mut(), &grads))?;
        }
        self.batches_seen += u64::from(state.phase.is_own_training());
        Ok(report)
    }

    /// Records the forward pass and the losses of `phase`:
    /// - actor and control: the actor's own loss and its regulariser; other fine-tuning arms have other losses;
    /// - critic: the critic's loss, while the actor stays fixed;
    /// - actor-critic: minus the critic's mean prediction for the actor, or its own loss minus lambda times that; and the critic's
    ///   own loss for the critic.
    pub(crate) fn record<'t>(&self, tape: &'t Tape<f32>, phase: Phase, step: Step) -> Result<Recorded<'t>> {
        let Step { batch, users, eps } = step;
        let users = Users { input: &batch.input, items: &batch.items, rows: Some(&users) };
        let start = self.start_scores(phase, &users, &eps)?;
        let scored = self.actor.forward(tape, &users, eps);
        if matches!(phase, Phase::Critic | Phase::ActorCritic) {
            return self.record_critic(tape, phase, &batch, &scored, start);
        }
        let mean_loss = scored.loss.mean();
        let mut report = report([(self.actor.loss().name(), mean_loss.scalar()?)]);
        let actor_loss = match phase {
            Phase::Arm(arm) => {
                let Batch { seen, unseen, items, .. } = &batch;
                let loss =
                    (arm.loss)(&ArmInput { tape, seen, unseen, items, scored: &scored, depth: self.target.depth() })
                        .mean();
                match arm.regulariser {
                    Regulariser::Absent => loss,
                    Regulariser::Constant | Regulariser::AnnealedAnew => {
                        loss + self.regulariser(tape, &scored, &mut report)?
                    }
                }
            }
            _ => mean_loss + self.regulariser(tape, &scored, &mut report)?,
        };
        let gathers = phase == Phase::Actor && self.config.critic.features == config::Features::Standardised;
        let features = gathers.then(|| self.features(tape, &batch, &scored));
        Ok(Recorded { actor_loss: Some(actor_loss), critic_loss: None, features, predicted: None, report })
    }

    /// `beta KL` for a variational actor. For other actors, `l2` times the sum of squares of the parameters.
    fn regulariser<'t>(
        &self,
        tape: &'t Tape<f32>,
        scored: &Scored<'t, f32>,
        report: &mut Losses,
    ) -> Result<Var<'t, f32>> {
        let mut note = |name: &str, value: f32| report.insert(name.to_owned(), f64::from(value));
        if let Some(kl) = scored.output.kl {
            let beta = self.beta() as f32;
            note("kl", kl.scalar()?);
            note("beta", beta);
            return Ok(kl.scale(beta));
        }
        let squares = self.actor.params().into_iter().map(|param| tape.param(param).sum_squares());
        let Some(l2) = squares.reduce(|sum, of_param| sum + of_param).filter(|_| self.l2 > 0.0) else {
            return Ok(tape.constant(Mat::zeros((1, 1))));
        };
        note("l2", l2.scalar()?);
        Ok(l2.scale(self.l2 as f32))
    }

    pub(crate) fn record_critic<'t>(
        &self,
        tape: &'t Tape<f32>,
        phase: Phase,
        batch: &Batch<f32>,
        scored: &Scored<'t, f32>,
        start: Option<Mat<f32>>,
    ) -> Result<Recorded<'t>> {
        let features = self.features_of(tape, batch, scored, None, start.as_ref());
        let predicted = self.critic.predict(features.together);
        let mean_predicted = predicted.mean();
        let mut report =
            report([(self.actor.loss().name(), scored.loss.mean().scalar()?), ("predicted", mean_predicted.scalar()?)]);
        let critic_loss = match self.config.critic.target {
            // What would come of the actor's lists is not known: the critic stays as the log taught it.
            Target::Outcomes => {
                if let Some((_, lists)) = features.each.iter().find(|(feature, _)| feature.width == Width::Items) {
                    self.report_rarely_shown(lists.value()?, &mut report);
                }
                None
            }
            Target::Metric => {
                let scores = scored.output.scores().value()?;
                let metric = tape.timed("ranking", || self.metric(scores, batch));
                report.insert("metric".to_owned(), metric.mean().unwrap_or_default().into());
                let loss = self.critic.loss(predicted, metric, self.config.critic.l2);
                report.insert("critic_loss".to_owned(), loss.scalar()?.into());
                Some(loss)
            }
        };
        let actor_loss = match phase {
            Phase::ActorCritic => Some(self.climb(tape, scored, mean_predicted, start, &mut report)?),
            _ => None,
        };
        Ok(Recorded { actor_loss, critic_loss, features: Some(features), predicted: Some(predicted), report })
    }

    /// The actor's loss in the actor-critic phase, 1 x 1: minus the critic's mean prediction. With a lambda, it is the actor's own loss
    /// with its regulariser, minus lambda times the prediction. A trust region adds the divergence from the scores at the `start`.
    fn climb<'t>(
        &self,
        tape: &'t Tape<f32>,
        scored: &Scored<'t, f32>,
        mean_predicted: Var<'t, f32>,
        start: Option<Mat<f32>>,
        report: &mut Losses,
    ) -> Result<Var<'t, f32>> {
        let ActorCritic { regulariser, lambda, trust, .. } = self.config.actor_critic;
        let mut loss = match lambda {
            Some(lambda) => {
                let own = scored.loss.mean() + self.regulariser(tape, scored, report)?;
                if lambda > 0.0 { own - mean_predicted.scale(lambda as f32) } else { own }
            }
            None if regulariser > 0.0 => {
                -mean_predicted + self.regulariser(tape, scored, report)?.scale(regulariser as f32)
            }
            None => -mean_predicted,
        };
        if let Some(start) = start.filter(|_| trust > 0.0) {
            let (start, now) = (tape.constant(start).log_softmax(), scored.output.scores().log_softmax());
            let divergence = (start.exp() * (start - now)).sum_axis(Axis(1)).mean().named("divergence");
            report.insert("divergence".to_owned(), divergence.scalar()?.into());
            loss = loss + divergence.scale(trust as f32);
        }
        Ok(loss)
    }

    /// The scores of the actor from which the actor-critic phase starts, on the same input, if something is compared with them.
    fn start_scores(&self, phase: Phase, users: &Users<'_, f32>, eps: &Mat<f32>) -> Result<Option<Mat<f32>>> {
        let Some(start) = self.start.as_ref().filter(|_| phase == Phase::ActorCritic) else { return Ok(None) };
        let tape = Tape::new();
        tape.set_products(self.tape.products());
        let scores = start.output(&tape, users, Some(eps.clone())).scores();
        Ok(Some(scores.value()?.clone()))
    }

    /// The critic's target: each user's metric on the unseen items, B x 1.
    fn metric(&self, scores: &Mat<f32>, batch: &Batch<f32>) -> Mat<f32> {
        let target = [&*self.target];
        score_users(|user| scores.row(user), Candidates::of(batch), &batch.unseen, &target, &self.facts)
            .mapv(|value| value as f32)
    }
}

pub(super) fn report<'a>(losses: impl IntoIterator<Item = (&'a str, f32)>) -> Losses {
    losses.into_iter().map(|(name, value)| (name.to_owned(), f64::from(value))).collect()
}
