//! Tests of the real training step: which network each phase changes, and through which feature the critic's gradient
//! reaches the actor.

use super::Trainer;
use super::epoch::Draws;
use super::state::PhaseState;
use super::steps::{Recorded, Step};
use crate::config::{Config, CriticAdam, Data, Phase};
use crate::run::RunFolder;
use ract_autodiff::optim::Adam;
use ract_autodiff::{Mat, Module, Tape};
use ract_data::{Interactions, SyntheticSpec};
use ract_models::actors::ActorKind;
use ract_models::fine_tuning::Arm;
use ract_models::{Scored, Users};

fn config(network: ActorKind) -> Config {
    let mut config = Config::new("tiny", Data::Path("tiny".into()));
    config.batch_size = 20;
    (config.actor.network, config.actor.hidden, config.actor.latent) = (network, 12, 6);
    // Otherwise beta is so small that a wrong regulariser could go unseen.
    config.actor.anneal_batches = 10;
    config
}

/// Synthetic training users.
fn train() -> Interactions {
    SyntheticSpec { users: 120, items: 60, heldout_users: 20, seed: 0 }.dataset().unwrap().train
}

/// The first batch of an epoch of `phase`.
fn first_step(trainer: &Trainer<'_>, phase: Phase, train: &Interactions) -> Step {
    let draws: Draws = trainer.draws(phase, 1);
    let order = trainer.order(train, phase, 1);
    draws.step(train, &order[..trainer.config.batch_size])
}

/// Calls `test` with a trainer for each actor, after a few steps of the actor and of the critic.
fn for_each_actor(mut test: impl FnMut(&mut Trainer<'_>, &Interactions)) {
    for network in ActorKind::all() {
        let config = config(network);
        let train = train();
        let mut trainer = Trainer::new(&config, &train).unwrap();
        for phase in [Phase::Actor, Phase::Critic] {
            let mut state = PhaseState::new(phase, &trainer);
            for _ in 0..3 {
                let step = first_step(&trainer, phase, &train);
                trainer.step(&mut state, step).unwrap();
            }
        }
        test(&mut trainer, &train);
    }
}

fn actor_of(trainer: &Trainer<'_>) -> Vec<Mat<f32>> {
    trainer.actor.params().into_iter().map(|param| param.value().clone()).collect()
}

fn critic_of(trainer: &Trainer<'_>) -> (Vec<Mat<f32>>, Vec<f64>) {
    let weights = trainer.critic.params().into_iter().map(|param| param.value().clone()).collect();
    (weights, trainer.critic.statistics.to_numbers())
}

#[test]
fn in_the_actor_critic_step_the_loss_feature_has_a_gradient_and_the_counts_have_none() {
    for_each_actor(|trainer, train| {
        let step = first_step(trainer, Phase::ActorCritic, train);
        let tape = Tape::new();
        let Recorded { actor_loss, features, .. } = trainer.record(&tape, Phase::ActorCritic, step).unwrap();
        let each = features.unwrap().each;
        assert_eq!(each.iter().map(|(feature, _)| feature.name()).collect::<Vec<_>>(), ["seen", "unseen", "loss"]);
        let grads = actor_loss.unwrap().backward(each.iter().map(|&(_, column)| column)).unwrap();
        for (feature, column) in each {
            let grad = grads.get(column);
            if feature.name() == "loss" {
                assert!(grad.unwrap().iter().any(|&g| g != 0.0), "{}: loss", trainer.config.actor.network);
            } else {
                assert!(grad.is_none(), "{}: {feature}", trainer.config.actor.network);
            }
        }
    });
}

#[test]
fn with_the_loss_feature_detached_the_actor_critic_step_has_no_gradient_for_the_actor() {
    for_each_actor(|trainer, train| {
        for is_detached in [false, true] {
            let Step { batch, users, eps } = first_step(trainer, Phase::ActorCritic, train);
            let tape = Tape::new();
            let users = Users { input: &batch.input, items: &batch.items, rows: Some(&users) };
            let scored = trainer.actor.forward(&tape, &users, eps);
            let loss = if is_detached { scored.loss.detach() } else { scored.loss };
            let scored = Scored { loss, ..scored };
            let recorded = trainer.record_critic(&tape, Phase::ActorCritic, &batch, &scored, None).unwrap();
            let grads = recorded.actor_loss.unwrap().backward(trainer.actor.params()).unwrap();
            assert_eq!(grads.is_empty(), is_detached, "{}", trainer.config.actor.network);
        }
    });
}

#[test]
fn the_critics_phase_changes_no_bit_of_the_actor_and_the_arms_change_no_bit_of_the_critic() {
    for_each_actor(|trainer, train| {
        let mut changed = |phase: Phase| {
            let (actor, critic) = (actor_of(trainer), critic_of(trainer));
            let mut state = PhaseState::new(phase, trainer);
            let step = first_step(trainer, phase, train);
            trainer.step(&mut state, step).unwrap();
            (actor_of(trainer) != actor, critic_of(trainer) != critic)
        };
        assert_eq!(changed(Phase::Critic), (false, true));
        for arm in Arm::all() {
            assert_eq!(changed(Phase::Arm(arm)), (true, false), "{arm}");
        }
        assert_eq!(changed(Phase::ActorCritic), (true, true));
    });
}

#[test]
fn with_lambda_0_the_actor_critic_step_is_the_controls_to_the_last_bit() {
    for network in ActorKind::all() {
        let after = |phase: Phase, lambda| {
            let mut config = config(network);
            config.actor_critic.lambda = lambda;
            let train = train();
            let mut trainer = Trainer::new(&config, &train).unwrap();
            let step = first_step(&trainer, Phase::ActorCritic, &train);
            trainer.step(&mut PhaseState::new(phase, &trainer), step).unwrap();
            actor_of(&trainer)
        };
        let control = after(Phase::Arm("control".parse().unwrap()), None);
        assert_eq!(after(Phase::ActorCritic, Some(0.0)), control, "{network}");
        assert_ne!(after(Phase::ActorCritic, Some(1000.0)), control, "{network}");
    }
}

#[test]
fn after_the_actors_own_training_the_statistics_of_the_features_stay_as_they_are() {
    for_each_actor(|trainer, train| {
        let gathered = trainer.critic.statistics.clone();
        for phase in Phase::all().filter(|&phase| phase != Phase::Actor) {
            let mut state = PhaseState::new(phase, trainer);
            let step = first_step(trainer, phase, train);
            trainer.step(&mut state, step).unwrap();
            assert_eq!(trainer.critic.statistics, gathered, "{phase}");
        }
    });
}

#[test]
fn beta_starts_at_0_grows_with_each_batch_and_stays_in_the_control() {
    let config = config("mult-vae".parse().unwrap());
    let train = train();
    let mut trainer = Trainer::new(&config, &train).unwrap();
    let mut betas = |phase: Phase| {
        let mut state = PhaseState::new(phase, &trainer);
        [(); 2].map(|()| {
            let step = first_step(&trainer, phase, &train);
            trainer.step(&mut state, step).unwrap()["beta"] as f32
        })
    };
    assert_eq!(betas(Phase::Actor), [0.0, 0.1]);
    assert_eq!(betas(Phase::Arm("control".parse().unwrap())), [0.2, 0.2]);
}

#[test]
fn the_kl_term_of_recvae_has_its_own_weight_from_the_first_batch_on() {
    let config = config("recvae".parse().unwrap());
    let train = train();
    let mut trainer = Trainer::new(&config, &train).unwrap();
    let mut state = PhaseState::new(Phase::Actor, &trainer);
    let step = first_step(&trainer, Phase::Actor, &train);
    assert_eq!(trainer.step(&mut state, step).unwrap()["beta"], 1.0);
}

#[test]
fn the_critics_moments_and_steps_go_on_into_the_actor_critic_phase_or_start_anew() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config("mult-vae".parse().unwrap());
    let checkpoints = RunFolder::open(folder.path(), &config, "of the data").unwrap().checkpoints;
    let train = train();
    for critic_adam in [CriticAdam::Continued, CriticAdam::New] {
        config.actor_critic.critic_adam = critic_adam;
        let mut trainer = Trainer::new(&config, &train).unwrap();
        let mut state = PhaseState::new(Phase::Critic, &trainer);
        for _ in 0..3 {
            let step = first_step(&trainer, Phase::Critic, &train);
            trainer.step(&mut state, step).unwrap();
        }
        let moments = |adam: &Adam<f32>| -> Vec<_> {
            adam.moments().iter().map(|of| (of.steps, of.first.clone(), of.second.clone())).collect()
        };
        let trained = moments(&state.critic_adam);
        assert!(trained.iter().all(|(steps, ..)| *steps == 3));
        checkpoints.save_outcome(Phase::Critic, &state.into_outcome(&trainer)).unwrap();
        let start = PhaseState::start(Phase::ActorCritic, 0, &mut trainer, &checkpoints).unwrap();
        let found = moments(&start.critic_adam);
        match critic_adam {
            CriticAdam::Continued => assert_eq!(found, trained),
            CriticAdam::New => assert!(found.iter().all(|(steps, first, _)| *steps == 0 && first.sum() == 0.0)),
        }
    }
}
