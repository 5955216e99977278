//! Comparisons give what scipy gives. `golden/significance.py` wrote the values.

use ract::metrics::{Comparison, Seeds};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    paired: bool,
    after: Vec<Vec<f64>>,
    before: Vec<Vec<f64>>,
    scipy: Exact,
    bootstrap: Resampled,
}

#[derive(Deserialize)]
struct Exact {
    mean: f64,
    se: f64,
    effect: f64,
    t: f64,
    wilcoxon: f64,
}

#[derive(Deserialize)]
struct Resampled {
    low: f64,
    high: f64,
    p: f64,
}

/// Number of resamples of a comparison. Scipy's values come from twenty times as many.
const RESAMPLES: f64 = 10_000.0;

#[test]
fn a_comparison_gives_the_numbers_of_scipy() {
    let golden: Golden = serde_json::from_str(include_str!("golden/significance.json")).unwrap();
    for Case { name, paired, after, before, scipy, bootstrap } in golden.cases {
        let found = Comparison::of(&after, &before, if paired { Seeds::Paired } else { Seeds::Apart });
        let se = found.gain.se.unwrap();
        let exact = [
            ("mean", found.gain.mean, scipy.mean),
            ("se", se, scipy.se),
            ("effect", found.effect, scipy.effect),
            ("t", found.t, scipy.t),
            ("wilcoxon", found.wilcoxon, scipy.wilcoxon),
        ];
        for (what, found, expected) in exact {
            let difference = (found - expected).abs();
            assert!(
                difference < 1e-9 && difference < 1e-6 * expected.abs(),
                "{name}, {what}: {found} is not {expected}"
            );
        }
        // The standard deviation of a share of the resamples is the root of share (1 - share) / resamples. An edge of
        // the interval is where the share is 2.5 %; the density there makes it 0.027 of the half width / 1.96. Five of
        // these are allowed, and for few users a step between two possible means.
        let share = bootstrap.p / 2.0;
        let of_p = 5.0 * 2.0 * (share.max(1.0 / RESAMPLES) * (1.0 - share) / RESAMPLES).sqrt();
        assert!((found.p - bootstrap.p).abs() < of_p, "{name}, p: {} is not {}", found.p, bootstrap.p);
        let of_edge = 5.0 * 0.027 * (bootstrap.high - bootstrap.low) / (2.0 * 1.96);
        for (found, expected) in [(found.interval.0, bootstrap.low), (found.interval.1, bootstrap.high)] {
            assert!((found - expected).abs() < of_edge, "{name}, 95 %: {found} is not {expected}");
        }
    }
}
