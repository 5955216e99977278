//! What a critic saves: the time to predict a user's NDCG@100 beside the time to rank the items and measure it. Both need the user's
//! scores, whose time stands beside them. It prints lines of JSON: nanoseconds for each user, medians of five.
//!
//! `cargo run --release -p ract --example amortisation`

use ndarray::Array2;
use ndarray_rand::RandomExt;
use ndarray_rand::rand_distr::{StandardNormal, Uniform};
use ract::metrics::{Candidates, ItemFacts, Metric, score_users};
use ract::run::Provenance;
use ract_autodiff::{Param, Sparse, Tape};
use ract_data::Interactions;
use ract_models::{Critic, CriticOutput, Loss};
use rand::rngs::SmallRng;
use rand::seq::index;
use rand::{Rng, SeedableRng};
use serde_json::json;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

const HIDDEN: usize = 600;
const USERS: usize = 64;
/// The mean number of items of a user of MovieLens 20M.
const ITEMS_OF_USER: usize = 73;
const REPETITIONS: usize = 5;

/// Median nanoseconds for each user.
fn per_user(mut work: impl FnMut()) -> u64 {
    work();
    let mut times: Vec<f64> = (0..REPETITIONS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    (times[REPETITIONS / 2] * 1e9 / USERS as f64) as u64
}

fn rows(items: usize, rng: &mut SmallRng) -> Interactions {
    let row = |_| {
        let mut row: Vec<u32> = index::sample(rng, items, ITEMS_OF_USER).into_iter().map(|item| item as u32).collect();
        row.sort_unstable();
        row
    };
    Interactions::from_rows(items, (0..USERS).map(row).collect::<Vec<_>>())
}

fn measure(items: usize) -> serde_json::Value {
    let mut rng = SmallRng::seed_from_u64(1);
    let hidden = Array2::<f32>::random_using((USERS, HIDDEN), StandardNormal, &mut rng);
    let weights = Array2::<f32>::random_using((HIDDEN, items), Uniform::new(-0.1, 0.1).expect("a range"), &mut rng);
    let (seen, unseen) = (rows(items, &mut rng), rows(items, &mut rng));
    let bits = (0..=USERS).map(|user| user * ITEMS_OF_USER).collect();
    let of_user = (0..USERS).flat_map(|user| unseen.items(user).to_vec()).collect();
    let all = Arc::new(Sparse::new((USERS, items), bits, of_user, vec![1.0_f32; USERS * ITEMS_OF_USER]));
    let critic =
        Critic::<f32>::new(3, &[100, 100, 10], CriticOutput::Bounded, &mut SmallRng::seed_from_u64(rng.random()));

    let weights = Param::new("weights", weights);
    let product = |then: &mut dyn FnMut(&Array2<f32>)| {
        let tape = Tape::new();
        then(tape.constant(hidden.clone()).matmul(tape.param(&weights)).value().expect("finite"));
    };
    let scoring = per_user(|| {
        product(&mut |scores| {
            black_box(scores);
        })
    });
    let mut scores = Array2::zeros((0, 0));
    product(&mut |found| scores = found.clone());
    let facts = ItemFacts::default();
    let ranking = per_user(|| {
        let all_but = Candidates::AllBut(&seen);
        black_box(score_users(|user| scores.row(user), all_but, &unseen, &[Metric::ndcg(100)], &facts));
    });
    let counts = Array2::from_elem((USERS, 1), ITEMS_OF_USER as f32);
    let scores = Param::new("scores", scores);
    let predicting = per_user(|| {
        let tape = Tape::new();
        let loss = Loss::Nll.of(tape.param(&scores), &all);
        let features = tape.concat(&[tape.constant(counts.clone()), tape.constant(counts.clone()), loss]);
        black_box(critic.predict(features).value().expect("finite").sum());
    });
    let network = per_user(|| {
        let tape = Tape::new();
        let features = tape.constant(Array2::from_elem((USERS, 3), 0.5));
        black_box(critic.predict(features).value().expect("finite").sum());
    });
    json!({
        "items": items,
        "users_at_once": USERS,
        "scores_ns": scoring,
        "ranking_and_ndcg_ns": ranking,
        "loss_and_critic_ns": predicting,
        "critic_alone_ns": network,
        "provenance": Provenance::here(),
    })
}

#[expect(clippy::print_stdout, reason = "an example prints its results")]
fn main() {
    for items in [20_108, 1_000_000] {
        println!("{}", measure(items));
    }
}
