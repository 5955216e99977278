//! A world that can be made anew from its seed: items with a long tail, users as unequal as MovieLens', tastes of low
//! rank.
//!
//! A user's preference for item i is `popularity_i * (background + sum_c taste_c affinity_ic)` over a few topics c; the
//! user's items are drawn by it without replacement.

use crate::random::{Purpose, stream};
use crate::{Dataset, RawInteractions, Result, SplitOptions, split};
use ndarray_rand::rand_distr::{Distribution, Exp1, StandardNormal};
use rand::Rng;
use rand::seq::{SliceRandom, index};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Number of topics.
const TOPICS: usize = 20;
/// A user cares for at most this many of them.
const MAX_USER_TOPICS: usize = 4;
/// Preference for items outside of the user's topics, beside tastes that sum to 1.
const BACKGROUND: f32 = 0.03;
/// How much an item belongs to its second topic; to its first, 1.
const SECOND_TOPIC: f32 = 0.4;
/// Ratings by rank in MovieLens 20M: (share of the items above, ratings), interpolated on logarithmic scales.
const POPULARITY: [(f64, f64); 9] = [
    (1.0 / 26_744.0, 67_310.0),
    (100.0 / 26_744.0, 27_000.0),
    (1_000.0 / 26_744.0, 5_000.0),
    (3_159.0 / 26_744.0, 1_000.0),
    (8_546.0 / 26_744.0, 100.0),
    (10_524.0 / 26_744.0, 50.0),
    (0.5, 18.0),
    (22_772.0 / 26_744.0, 1.2),
    (1.0, 0.8),
];

/// How many items users have: the smallest number, and by how much others exceed it, log-normally.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Activity {
    pub(crate) min: usize,
    pub(crate) max: usize,
    /// Deviation of the logarithm of what exceeds `min`.
    pub(crate) spread: f64,
}

/// Users, items and their tastes.
pub(crate) struct World {
    seed: u64,
    /// Of each item.
    popularity: Vec<f32>,
    /// The first and the second topic of each item.
    topics: Vec<[u8; 2]>,
    /// Number of items of each user.
    activity: Vec<usize>,
    /// (user, item), users ascending: each item's first user, so that every item has one.
    first_users: Vec<(usize, u32)>,
}

impl World {
    /// With exactly `interactions` in all.
    pub(crate) fn new(users: usize, items: usize, interactions: usize, activity: Activity, seed: u64) -> Self {
        let mut rng = stream(seed, Purpose::SyntheticItems, 0, 0);
        let mut popularity: Vec<f32> =
            (0..items).map(|rank| popularity_at((rank + 1) as f64 / items as f64) as f32).collect();
        popularity.shuffle(&mut rng);
        let topics = (0..items).map(|_| [(); 2].map(|()| rng.random_range(0..TOPICS) as u8)).collect();
        let activity = activities(users, interactions, activity, seed);
        let first_users = first_users(&activity, items, &mut rng);
        Self { seed, popularity, topics, activity, first_users }
    }

    /// The items of `user`, ascending, and the user's stream for further draws.
    pub(crate) fn choices(&self, user: usize) -> (Vec<u32>, ChaCha8Rng) {
        let mut rng = stream(self.seed, Purpose::SyntheticUsers, 0, user as u64);
        let taste = taste(&mut rng);
        // The smallest of exponential times with the preferences as rates: a weighted draw without replacement
        // (Efraimidis and Spirakis, 2006).
        let time = |((item, &popularity), topics): ((u32, &f32), &[u8; 2])| {
            let [first, second] = topics.map(|topic| taste[usize::from(topic)]);
            let wait: f32 = Exp1.sample(&mut rng);
            (wait / (popularity * (BACKGROUND + first + SECOND_TOPIC * second)), item)
        };
        let mut times: Vec<(f32, u32)> = (0..).zip(&self.popularity).zip(&self.topics).map(time).collect();
        let of_user = self.first_users.partition_point(|&(of, _)| of < user);
        for &(_, item) in self.first_users[of_user..].iter().take_while(|&&(of, _)| of == user) {
            times[item as usize].0 = 0.0;
        }
        let n = self.activity[user].min(times.len());
        if n < times.len() {
            times.select_nth_unstable_by(n, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        }
        let mut items: Vec<u32> = times[..n].iter().map(|&(_, item)| item).collect();
        items.sort_unstable();
        (items, rng)
    }
}

/// Ratings of an item with that share of the items above it.
fn popularity_at(share: f64) -> f64 {
    let after = POPULARITY.partition_point(|&(at, _)| at < share).clamp(1, POPULARITY.len() - 1);
    let ((x0, y0), (x1, y1)) = (POPULARITY[after - 1], POPULARITY[after]);
    let along = (share / x0).ln() / (x1 / x0).ln();
    y0 * (y1 / y0).powf(along.max(0.0))
}

/// How much a user cares for each topic; sums to 1.
fn taste(rng: &mut impl Rng) -> [f32; TOPICS] {
    let mut taste = [0.0; TOPICS];
    let number = rng.random_range(1..=MAX_USER_TOPICS);
    for topic in index::sample(rng, TOPICS, number) {
        taste[topic] = Exp1.sample(rng);
    }
    let sum: f32 = taste.iter().sum();
    taste.map(|weight: f32| weight / sum)
}

/// The number of items of each user: log-normal above the smallest, adding up to `total`.
fn activities(users: usize, total: usize, Activity { min, max, spread }: Activity, seed: u64) -> Vec<usize> {
    let excess: Vec<f64> = (0..users)
        .map(|user| {
            let z: f64 = StandardNormal.sample(&mut stream(seed, Purpose::SyntheticUsers, 1, user as u64));
            (spread * z).exp()
        })
        .collect();
    let at_scale = |scale: f64| excess.iter().map(move |e| (min + (scale * e) as usize).min(max));
    // The largest scale that does not exceed the total; what is missing then is made up one by one.
    let (mut low, mut high) = (0.0, total as f64);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if at_scale(middle).sum::<usize>() <= total { low = middle } else { high = middle }
    }
    let mut activity: Vec<usize> = at_scale(low).collect();
    let mut missing = total.saturating_sub(activity.iter().sum());
    while missing > 0 && activity.iter().any(|&n| n < max) {
        for n in activity.iter_mut().filter(|n| **n < max).take(missing) {
            *n += 1;
            missing -= 1;
        }
    }
    activity
}

/// Gives each item a first user; the more active, the likelier.
fn first_users(activity: &[usize], items: usize, rng: &mut impl Rng) -> Vec<(usize, u32)> {
    let ends: Vec<usize> = activity
        .iter()
        .scan(0, |end, n| {
            *end += n;
            Some(*end)
        })
        .collect();
    let total = ends.last().copied().unwrap_or_default().max(1);
    let mut room = activity.to_vec();
    let mut first = Vec::with_capacity(items);
    for item in 0..items as u32 {
        // A user whose items are all given already passes the item on to the next one with room.
        let drawn = ends.partition_point(|&end| end <= rng.random_range(0..total));
        let with_room = (drawn..activity.len()).chain(0..drawn).find(|&user| room[user] > 0);
        if let Some(user) = with_room {
            room[user] -= 1;
            first.push((user, item));
        }
    }
    first.sort_unstable();
    first
}

/// A synthetic data set in memory, split as real ones are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyntheticSpec {
    /// Number of users, held-out ones included.
    pub users: usize,
    /// Number of items.
    pub items: usize,
    /// Validation users, and as many test users.
    pub heldout_users: usize,
    /// Everything follows from it.
    pub seed: u64,
}

impl SyntheticSpec {
    /// Users have 5 to a quarter of the items: as many on average, and as unequally, as those of MovieLens 20M have
    /// ratings above 3.5 (mean 73, median 37).
    ///
    /// # Errors
    /// When there are not enough users or items to split.
    pub fn dataset(&self) -> Result<Dataset> {
        const MEAN: usize = 73;
        let activity = Activity { min: 5, max: (self.items / 4).max(5), spread: 1.23 };
        let interactions = self.users * MEAN.min(activity.max / 2 + 3);
        let world = World::new(self.users, self.items, interactions, activity, self.seed);
        let items: Vec<Vec<u32>> = (0..self.users).into_par_iter().map(|user| world.choices(user).0).collect();
        let pairs = (0..).zip(&items).flat_map(|(user, items)| items.iter().map(move |&item| (user, item)));
        let raw = RawInteractions {
            file: "synthetic data".to_owned(),
            user_ids: (0..self.users as u64).collect(),
            user_lines: (0..self.users as u64).collect(),
            item_ids: (0..self.items as u64).collect(),
            pairs: pairs.collect(),
            rows: 0,
            duplicates: 0,
        };
        let options = SplitOptions {
            min_user_items: 5,
            min_item_users: 0,
            heldout_users: self.heldout_users,
            seed: 98765,
            drop_empty_users: true,
        };
        Ok(Dataset::of(&split(&raw, &options)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: SyntheticSpec = SyntheticSpec { users: 600, items: 400, heldout_users: 100, seed: 3 };

    #[test]
    fn the_seed_decides_everything_and_the_number_of_threads_nothing() {
        let made_by = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| SPEC.dataset().unwrap())
        };
        assert_eq!(made_by(1), made_by(3));
        assert_ne!(made_by(1), SyntheticSpec { seed: 4, ..SPEC }.dataset().unwrap());
    }

    #[test]
    fn activity_adds_up_within_its_bounds_and_every_item_has_a_user() {
        let world = World::new(500, 300, 20_000, Activity { min: 5, max: 80, spread: 1.2 }, 1);
        let choices: Vec<_> = (0..500).map(|user| world.choices(user).0).collect();
        assert_eq!(choices.iter().map(Vec::len).sum::<usize>(), 20_000);
        assert!(choices.iter().all(|items| (5..=80).contains(&items.len())));
        let mut has_user = vec![false; 300];
        choices.iter().flatten().for_each(|&item| has_user[item as usize] = true);
        assert!(has_user.iter().all(|&has| has));
    }

    #[test]
    fn popularity_falls_from_the_head_to_the_tail() {
        let curve: Vec<_> = (1..=26_744).map(|rank| popularity_at(f64::from(rank) / 26_744.0)).collect();
        assert!(curve.windows(2).all(|two| two[0] >= two[1]));
        assert!((curve[0] - 67_310.0).abs() < 1.0 && (curve[999] - 5_000.0).abs() < 1.0);
    }

    #[test]
    fn a_user_has_more_of_the_own_topics_than_others_have() {
        let world = World::new(300, 2000, 12_000, Activity { min: 5, max: 200, spread: 1.0 }, 1);
        let (mut own, mut all) = (0, 0);
        for user in 0..300 {
            let (items, _) = world.choices(user);
            let taste = taste(&mut stream(1, Purpose::SyntheticUsers, 0, user as u64));
            own += items.iter().filter(|&&item| taste[usize::from(world.topics[item as usize][0])] > 0.0).count();
            all += items.len();
        }
        // By chance it would be an eighth: two and a half of twenty topics.
        assert!(own as f64 > 0.3 * all as f64, "{own} of {all}");
    }
}
