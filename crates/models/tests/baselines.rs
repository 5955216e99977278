//! Properties that every baseline must have.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use ndarray::Array2;
use ract_data::Interactions;
use ract_models::baselines::{BASELINES, BaselineEntry, Parameters};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

const ITEMS: usize = 60;

/// Every user likes many items of one half, and few of the other.
fn users(n: usize, seed: u64) -> Interactions {
    let rng = &mut SmallRng::seed_from_u64(seed);
    let rows = (0..n).map(|user| {
        let likes = |item: usize| if item % 2 == user % 2 { 0.3 } else { 0.05 };
        (0..ITEMS).filter(|&item| rng.random::<f64>() < likes(item)).map(|item| item as u32).collect::<Vec<_>>()
    });
    Interactions::from_rows(ITEMS, rows.collect::<Vec<_>>())
}

fn scores(entry: &BaselineEntry, train: &Interactions, fold_in: &Interactions) -> Array2<f32> {
    let parameters = entry.parameters.iter().map(|parameter| (parameter.name, parameter.grid[0]));
    (entry.fit)(train, &Parameters(parameters.collect())).unwrap().scores(fold_in)
}

#[test]
fn every_item_has_a_finite_score_for_every_user_even_without_fold_in_items() {
    let train = users(200, 1);
    let fold_in = Interactions::from_rows(ITEMS, [vec![], vec![0, 2, 4], vec![59]]);
    for entry in BASELINES {
        let scores = scores(entry, &train, &fold_in);
        assert_eq!(scores.dim(), (3, ITEMS), "{}", entry.name);
        assert!(scores.iter().all(|score| score.is_finite()), "{}", entry.name);
    }
}

#[test]
fn a_users_scores_do_not_depend_on_the_other_users_in_the_batch() {
    let (train, fold_in) = (users(200, 1), users(7, 2));
    for entry in BASELINES {
        let together = scores(entry, &train, &fold_in);
        for user in 0..7 {
            let alone = scores(entry, &train, &Interactions::from_rows(ITEMS, [fold_in.items(user)]));
            assert_eq!(together.row(user), alone.row(0), "{}", entry.name);
        }
    }
}

#[test]
fn scores_are_the_same_bit_for_bit_for_any_number_of_threads() {
    let (train, fold_in) = (users(300, 1), users(20, 2));
    for entry in BASELINES {
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| scores(entry, &train, &fold_in)).mapv(f32::to_bits)
        };
        assert_eq!(with(1), with(3), "{}", entry.name);
    }
}

#[test]
fn every_baseline_but_popularity_prefers_items_of_the_users_taste() {
    let train = users(400, 1);
    let even: Vec<u32> = vec![0, 4, 8, 12];
    for entry in BASELINES.iter().filter(|entry| entry.name != "popularity") {
        let scores = scores(entry, &train, &Interactions::from_rows(ITEMS, [&even]));
        let of = |parity: usize| (20 + parity..ITEMS).step_by(2).map(|item| scores[(0, item)]).sum::<f32>();
        assert!(of(0) > of(1), "{}: {} and {}", entry.name, of(0), of(1));
    }
}

#[test]
fn items_without_users_and_an_empty_training_set_give_finite_scores() {
    let lonely = Interactions::from_rows(4, [vec![0, 1], vec![0, 1, 3], vec![]]);
    let nobody = Interactions::from_rows(4, Vec::<Vec<u32>>::new());
    let fold_in = Interactions::from_rows(4, [vec![2], vec![0, 2]]);
    for entry in BASELINES {
        for train in [&lonely, &nobody] {
            assert!(scores(entry, train, &fold_in).iter().all(|score| score.is_finite()), "{}", entry.name);
        }
    }
}
