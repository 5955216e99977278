//! Sales in an invented world: what a critic of logged outcomes can learn, and no formula of hits knows.

use super::dcg::discount;
use super::{ItemFacts, Judges, MetricEntry, Ranked};
use rand::Rng;

pub(super) const ENTRY: MetricEntry = MetricEntry {
    name: "sales",
    about: "the expected number of sales in an invented world: places are looked at less and less, and items sell with hidden probabilities",
    is_unbounded: true,
    judges: Judges::Hits,
    of,
};

/// A hit at rank r is looked at with the probability `1 / log2(1 + r)`, and then bought with the item's
/// [`sale_probability`](ItemFacts::sale_probability). Other items are not bought.
fn of(user: Ranked<'_>, k: usize) -> f64 {
    chances(user, k).sum()
}

/// Draws which of the first k items are bought, and returns their number. Its expectation is the metric `sales@k`.
pub fn draw_sales(user: Ranked<'_>, k: usize, rng: &mut impl Rng) -> u32 {
    chances(user, k).map(|chance| u32::from(rng.random::<f64>() < chance)).sum()
}

fn chances(user: Ranked<'_>, k: usize) -> impl Iterator<Item = f64> {
    let Ranked { items, facts, .. } = user;
    let chance = move |facts: &ItemFacts, rank: usize| discount(rank) * facts.sale_probability(items[rank - 1]);
    let hits: Vec<usize> = user.hit_ranks(k).collect();
    hits.into_iter().map(move |rank| chance(facts, rank))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::SmallRng;

    #[test]
    fn the_mean_of_drawn_sales_is_the_metric() {
        let facts = ItemFacts::default();
        let user = Ranked { hits: &[true, false, true, true], items: &[5, 1, 2, 3], wanted: &[2, 3, 5], facts: &facts };
        let mut rng = SmallRng::seed_from_u64(1);
        let draws = 20_000;
        let mean = f64::from((0..draws).map(|_| draw_sales(user, 3, &mut rng)).sum::<u32>()) / f64::from(draws);
        let expected = facts.sale_probability(5) + 0.5 * facts.sale_probability(2);
        assert!((of(user, 3) - expected).abs() < 1e-12);
        assert!((mean - expected).abs() < 0.02, "{mean} and {expected}");
    }
}
