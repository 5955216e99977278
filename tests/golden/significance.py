"""Writes significance.json, the values that tests/significance.rs expects: python3 significance.py

Needs numpy and scipy. The bootstrap of several seeds is not in scipy and is written out here.
"""

import json
from pathlib import Path

import numpy as np
import scipy
from scipy import stats

RESAMPLES = 200_000
rng = np.random.default_rng(1)


def shares(seeds, users, gain, step):
    """Values per user before and after, in multiples of `step`; a third of the users has no difference."""
    before = rng.beta(2, 3, (1, users)) + rng.normal(0, 0.02, (seeds, users))
    changed = rng.random((seeds, users)) < 2 / 3
    after = before + changed * rng.normal(gain, 0.05, (seeds, users))
    return [np.round(np.round(values / step) * step, 6) for values in (after, before)]


def resampled(after, before, paired):
    """Mean differences of resampled users and seeds."""
    means = []
    users = after.shape[1]
    for _ in range(RESAMPLES):
        drawn = rng.integers(users, size=users)
        first = rng.integers(len(after), size=len(after))
        second = first if paired else rng.integers(len(before), size=len(before))
        means.append(after[:, drawn].mean(1)[first].mean() - before[:, drawn].mean(1)[second].mean())
    return np.array(means)


def case(name, after, before, paired=True):
    x, y = after.mean(0), before.mean(0)
    d = x - y
    found = {
        "mean": d.mean(),
        "se": stats.sem(d),
        "effect": d.mean() / d.std(ddof=1),
        "t": stats.ttest_rel(x, y).pvalue,
        "wilcoxon": stats.wilcoxon(x, y, zero_method="wilcox", correction=False, method="asymptotic").pvalue,
    }
    if len(after) == len(before) == 1:
        interval = stats.bootstrap((d,), np.mean, n_resamples=RESAMPLES, method="percentile", rng=rng, batch=1000)
        low, high = interval.confidence_interval
        means = interval.bootstrap_distribution
    else:
        means = resampled(after, before, paired)
        low, high = np.percentile(means, [2.5, 97.5])
    p = min(1, 2 * min(np.mean(means <= 0), np.mean(means >= 0)))
    return {
        "name": name,
        "paired": paired,
        "after": after.tolist(),
        "before": before.tolist(),
        "scipy": {key: float(value) for key, value in found.items()},
        "bootstrap": {"low": float(low), "high": float(high), "p": float(p)},
    }


cases = [
    case("five users", *shares(1, 5, 0.05, 1e-6)),
    case("thirty users, ties and zeros", *shares(1, 30, 0.02, 1 / 64)),
    case("sixty users, a loss", *shares(1, 60, -0.03, 1e-4)),
    case("four hundred users", *shares(1, 400, 0.005, 1e-4)),
    case("four hundred users, clear", *shares(1, 400, 0.02, 1e-3)),
    case("three seeds, paired", *shares(3, 150, 0.003, 1e-4)),
    case("three seeds beside two", *[v[:k] for v, k in zip(shares(3, 150, 0.006, 1e-4), (3, 2))], paired=False),
]
made_by = (
    "significance.py: scipy.stats.ttest_rel; scipy.stats.wilcoxon(zero_method='wilcox', correction=False, "
    "method='asymptotic'); scipy.stats.sem; scipy.stats.bootstrap(method='percentile', "
    f"n_resamples={RESAMPLES}). scipy {scipy.__version__}, numpy {np.__version__}"
)
text = json.dumps({"made_by": made_by, "cases": cases}, indent=1)
# One line for the values of a seed.
lines, row = [], None
for line in text.splitlines():
    if line.strip() == "[":
        row = [line]
    elif row is not None:
        row.append(line.strip())
        if line.strip().startswith("]"):
            lines.append("".join(row))
            row = None
    else:
        lines.append(line)
Path(__file__).with_suffix(".json").write_text("\n".join(lines) + "\n")
