//! Draws synthetic interactions from a seed: items with a long tail, users as unequal as those of MovieLens, tastes of low
//! rank.
//!
//! A user's preference for item i is `popularity_i * (background + sum_c taste_c affinity_ic)` over a few topics c. The
//! user's items are drawn by it without replacement.

use crate::random::{Purpose, stream};
use ndarray_rand::rand_distr::weighted::WeightedAliasIndex;
use ndarray_rand::rand_distr::{Distribution, Exp1, StandardNormal};
use rand::Rng;
use rand::seq::{SliceRandom, index};
use rand_chacha::ChaCha8Rng;
use rustc_hash::FxHashSet;

/// Number of topics.
const TOPICS: usize = 20;
/// A user likes at most this many of them.
const MAX_USER_TOPICS: usize = 4;
/// Preference for items of all topics, added to tastes that sum to 1.
const BACKGROUND: f64 = 0.03;
/// How much an item belongs to its second topic. It belongs to its first by 1.
const SECOND_TOPIC: f64 = 0.4;
/// The long tail of items: (rank as a share of all items, preference), interpolated on logarithmic scales.
pub(super) type Popularity = [(f64, f64)];

/// Ratings by rank in MovieLens 20M.
pub(super) const POPULARITY: [(f64, f64); 9] = [
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

/// How many items users have: a smallest number, and above it a log-normal excess.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Activity {
    pub(super) min: usize,
    pub(super) max: usize,
    /// Standard deviation of the logarithm of the excess over `min`.
    pub(super) spread: f64,
}

/// Users, items and their tastes.
pub(super) struct Generator {
    seed: u64,
    /// Of each item.
    popularity: Vec<f64>,
    /// The first and the second topic of each item.
    topics: Vec<[u8; 2]>,
    /// Every item, by popularity.
    background: Choice,
    /// The items of each topic, by popularity and affinity.
    by_topic: Vec<Option<Choice>>,
    /// Number of items of each user.
    activity: Vec<usize>,
    /// (user, item), users ascending: each item's first user, so that every item has one.
    first_users: Vec<(usize, u32)>,
}

impl Generator {
    /// `interactions` is the exact number of all of them, as far as `activity` allows.
    pub(super) fn new(
        users: usize,
        items: usize,
        interactions: usize,
        activity: Activity,
        popularity: &Popularity,
        seed: u64,
    ) -> Self {
        let mut rng = stream(seed, Purpose::SyntheticItems, 0, 0);
        let mut popularity: Vec<f64> =
            (0..items).map(|rank| popularity_at(popularity, (rank + 1) as f64 / items as f64)).collect();
        popularity.shuffle(&mut rng);
        let topics: Vec<[u8; 2]> = (0..items).map(|_| [(); 2].map(|()| rng.random_range(0..TOPICS) as u8)).collect();
        let background = Choice::new((0..).zip(popularity.iter().copied())).expect("there are items");
        let of_topic = |topic| {
            let weight = |item: u32| {
                let [first, second] = topics[item as usize].map(|of| f64::from(u8::from(usize::from(of) == topic)));
                popularity[item as usize] * (first + SECOND_TOPIC * second)
            };
            Choice::new((0..items as u32).map(|item| (item, weight(item))).filter(|&(_, weight)| weight > 0.0))
        };
        let by_topic = (0..TOPICS).map(of_topic).collect();
        let activity = activities(users, interactions, activity, seed);
        let first_users = first_users(&activity, items, &mut rng);
        Self { seed, popularity, topics, background, by_topic, activity, first_users }
    }

    /// The popularity of `item`: the preference for it without tastes.
    pub(super) fn popularity(&self, item: u32) -> f64 {
        self.popularity[item as usize]
    }

    /// The items of `user`, ascending, and the user's stream for further draws.
    pub(super) fn choices(&self, user: usize) -> (Vec<u32>, ChaCha8Rng) {
        let mut rng = stream(self.seed, Purpose::SyntheticUsers, 0, user as u64);
        let taste = taste(&mut rng);
        let n_items = self.popularity.len();
        let mut chosen = Chosen { items: Vec::with_capacity(self.activity[user]), are: FxHashSet::default() };
        let of_user = self.first_users.partition_point(|&(of, _)| of < user);
        self.first_users[of_user..].iter().take_while(|&&(of, _)| of == user).for_each(|&(_, item)| chosen.add(item));
        let wanted = self.activity[user].min(n_items);
        self.draw(&taste, wanted, &mut chosen, &mut rng);
        self.draw_at_once(&taste, wanted, &mut chosen, &mut rng);
        chosen.items.sort_unstable();
        (chosen.items, rng)
    }

    /// Draws one by one, without what the user has, until there are `wanted` or it takes too long.
    fn draw(&self, taste: &[f64; TOPICS], wanted: usize, chosen: &mut Chosen, rng: &mut ChaCha8Rng) {
        let of_topics = self.by_topic.iter().zip(taste).filter(|&(_, &taste)| taste > 0.0);
        let of_topics = of_topics.filter_map(|(choice, taste)| Some((choice.as_ref()?, *taste)));
        let choices: Vec<_> = std::iter::once((&self.background, BACKGROUND)).chain(of_topics).collect();
        let total: f64 = choices.iter().map(|(choice, weight)| weight * choice.total).sum();
        for _ in 0..self.popularity.len() / 2 {
            if chosen.items.len() >= wanted {
                return;
            }
            let mut at = total * rng.random::<f64>();
            let among = choices.iter().find(|(choice, weight)| {
                at -= weight * choice.total;
                at < 0.0
            });
            chosen.add(among.map_or(&self.background, |(choice, _)| choice).draw(rng));
        }
    }

    /// Completes the choice: the smallest of exponential times with the preferences as rates are a weighted draw without
    /// replacement (Efraimidis and Spirakis, 2006), the same that drawing one by one leads to.
    fn draw_at_once(&self, taste: &[f64; TOPICS], wanted: usize, chosen: &mut Chosen, rng: &mut ChaCha8Rng) {
        let missing = wanted.saturating_sub(chosen.items.len());
        if missing == 0 {
            return;
        }
        let left = (0..self.popularity.len()).filter(|&item| !chosen.are.contains(&(item as u32)));
        let mut times: Vec<(f64, u32)> = left
            .map(|item| {
                let [first, second] = self.topics[item].map(|topic| taste[usize::from(topic)]);
                let wait: f64 = Exp1.sample(rng);
                (wait / (self.popularity[item] * (BACKGROUND + first + SECOND_TOPIC * second)), item as u32)
            })
            .collect();
        if missing < times.len() {
            times.select_nth_unstable_by(missing, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        }
        times.iter().take(missing).for_each(|&(_, item)| chosen.add(item));
    }
}

/// What a user has, as a list and as a set.
struct Chosen {
    items: Vec<u32>,
    are: FxHashSet<u32>,
}

impl Chosen {
    fn add(&mut self, item: u32) {
        if self.are.insert(item) {
            self.items.push(item);
        }
    }
}

/// Draws items by their weights.
struct Choice {
    items: Vec<u32>,
    alias: WeightedAliasIndex<f64>,
    total: f64,
}

impl Choice {
    /// Of items with positive weights; nothing, when there are none.
    fn new(weighted: impl Iterator<Item = (u32, f64)>) -> Option<Self> {
        let (items, weights): (Vec<u32>, Vec<f64>) = weighted.unzip();
        let total = weights.iter().sum();
        Some(Self { items, alias: WeightedAliasIndex::new(weights).ok()?, total })
    }

    fn draw(&self, rng: &mut ChaCha8Rng) -> u32 {
        self.items[self.alias.sample(rng)]
    }
}

/// Preference for the item of a rank, as a share of all.
fn popularity_at(curve: &Popularity, share: f64) -> f64 {
    let after = curve.partition_point(|&(at, _)| at < share).clamp(1, curve.len() - 1);
    let ((x0, y0), (x1, y1)) = (curve[after - 1], curve[after]);
    let along = libm::log(share / x0) / libm::log(x1 / x0);
    y0 * libm::pow(y1 / y0, along.max(0.0))
}

/// How much a user likes each topic; the sum is 1.
fn taste(rng: &mut impl Rng) -> [f64; TOPICS] {
    let mut taste = [0.0; TOPICS];
    let number = rng.random_range(1..=MAX_USER_TOPICS);
    for topic in index::sample(rng, TOPICS, number) {
        taste[topic] = Exp1.sample(rng);
    }
    let sum: f64 = taste.iter().sum();
    taste.map(|weight: f64| weight / sum)
}

/// The number of items of each user: log-normal above the smallest, adding up to `total`.
fn activities(users: usize, total: usize, Activity { min, max, spread }: Activity, seed: u64) -> Vec<usize> {
    let excess: Vec<f64> = (0..users)
        .map(|user| {
            let z: f64 = StandardNormal.sample(&mut stream(seed, Purpose::SyntheticUsers, 1, user as u64));
            libm::exp(spread * z)
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
        let at = rng.random_range(0..total);
        let drawn = ends.partition_point(|&end| end <= at);
        let with_room = (drawn..activity.len()).chain(0..drawn).find(|&user| room[user] > 0);
        if let Some(user) = with_room {
            room[user] -= 1;
            first.push((user, item));
        }
    }
    first.sort_unstable();
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activity_adds_up_within_its_bounds_and_every_item_has_a_user() {
        let generator = Generator::new(500, 300, 20_000, Activity { min: 5, max: 80, spread: 1.2 }, &POPULARITY, 1);
        let choices: Vec<_> = (0..500).map(|user| generator.choices(user).0).collect();
        assert_eq!(choices.iter().map(Vec::len).sum::<usize>(), 20_000);
        assert!(choices.iter().all(|items| (5..=80).contains(&items.len())));
        let mut has_user = vec![false; 300];
        choices.iter().flatten().for_each(|&item| has_user[item as usize] = true);
        assert!(has_user.iter().all(|&has| has));
    }

    #[test]
    fn the_more_active_a_user_the_more_items_come_there_first() {
        let activity: Vec<usize> = (0..100).map(|user| if user % 2 == 0 { 300 } else { 100 }).collect();
        let first = first_users(&activity, 8000, &mut stream(1, Purpose::SyntheticItems, 0, 0));
        let share = |of: &dyn Fn(usize) -> bool| first.iter().filter(|&&(user, _)| of(user)).count() as f64 / 8000.0;
        assert!((share(&|user| user % 2 == 0) - 0.75).abs() < 0.02);
        assert!((share(&|user| user < 50) - 0.5).abs() < 0.02);
    }

    #[test]
    fn popularity_falls_from_the_head_to_the_tail() {
        let curve: Vec<_> = (1..=26_744).map(|rank| popularity_at(&POPULARITY, f64::from(rank) / 26_744.0)).collect();
        assert!(curve.windows(2).all(|two| two[0] >= two[1]));
        assert!((curve[0] - 67_310.0).abs() < 1.0 && (curve[999] - 5_000.0).abs() < 1.0);
    }

    #[test]
    fn a_user_has_more_of_the_own_topics_than_others_have() {
        let generator = Generator::new(300, 2000, 12_000, Activity { min: 5, max: 200, spread: 1.0 }, &POPULARITY, 1);
        let (mut own, mut all) = (0, 0);
        for user in 0..300 {
            let (items, _) = generator.choices(user);
            let taste = taste(&mut stream(1, Purpose::SyntheticUsers, 0, user as u64));
            own += items.iter().filter(|&&item| taste[usize::from(generator.topics[item as usize][0])] > 0.0).count();
            all += items.len();
        }
        // By chance it would be an eighth: two and a half of twenty topics.
        assert!(own as f64 > 0.3 * all as f64, "{own} of {all}");
    }
}
