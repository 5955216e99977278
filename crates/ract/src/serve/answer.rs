//! What is asked and answered, in JSON. The same is said in `openapi.json`.

use crate::recommend::{Judged, Quality, ids};
use serde::{Deserialize, Serialize};

/// A request's list has no more items.
pub(super) const MOST_ITEMS: usize = 10_000;
/// No more items are recommended at a time.
pub(super) const MOST_TOP: usize = 1_000;

/// The body of `POST /recommend`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recommend {
    /// The items that the user has.
    #[serde(deserialize_with = "ids")]
    pub(super) items: Vec<String>,
    #[serde(default = "ten")]
    pub(super) top: usize,
    /// If there are any, only these are recommended.
    #[serde(default, deserialize_with = "ids")]
    pub(super) candidates: Vec<String>,
    /// These are not.
    #[serde(default, deserialize_with = "ids")]
    pub(super) exclude: Vec<String>,
    /// Whether each recommended item comes with the item of the history that is nearest to it.
    #[serde(default)]
    pub(super) why: bool,
}

fn ten() -> usize {
    10
}

impl Recommend {
    /// What is wrong with it.
    pub(super) fn problem(&self) -> Option<String> {
        let lists = [("items", &self.items), ("candidates", &self.candidates), ("exclude", &self.exclude)];
        let long = lists.into_iter().find(|(_, list)| list.len() > MOST_ITEMS);
        if let Some((name, list)) = long {
            return Some(format!("{name} has {} items: name at most {MOST_ITEMS}", list.len()));
        }
        let is_in_range = (1..=MOST_TOP).contains(&self.top);
        (!is_in_range).then(|| format!("top is {}: ask for 1 to {MOST_TOP} items", self.top))
    }
}

/// The answer.
#[derive(Debug, Serialize)]
pub(super) struct Recommendations {
    pub(super) items: Vec<Recommended>,
    /// How many of the user's items are known.
    pub(super) known: usize,
    /// Those that are not.
    pub(super) unknown: Vec<String>,
    /// Whether this is the list for users without known items.
    pub(super) popular: bool,
    /// The metric that the critic expects, where the run has a critic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expected: Option<f64>,
}

/// A recommended item.
#[derive(Debug, Serialize)]
pub(super) struct Recommended {
    #[serde(flatten)]
    pub(super) item: Item,
    pub(super) score: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) because: Option<Item>,
}

/// What is wrong with the body of `POST /score`.
pub(super) fn problem_of(request: &Judged) -> Option<String> {
    let lists = [("items", request.items.len()), ("list", request.list.len())];
    let long = lists.into_iter().find(|&(_, len)| len > MOST_ITEMS);
    let long = long.map(|(name, len)| format!("{name} has {len} items: name at most {MOST_ITEMS}"));
    long.or_else(|| request.problem())
}

/// The answer of `POST /score`.
#[derive(Debug, Serialize)]
pub(super) struct Scored {
    /// The metric that the critic expects.
    pub(super) expected: f64,
    /// How good it is at that.
    pub(super) critic: Critic,
    /// How many of the user's items are known.
    pub(super) known: usize,
    /// How many items of the ranking were judged: the known ones among the first 100.
    pub(super) ranked: usize,
}

/// An item by its id and, where that is known, its title.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Item {
    pub(super) item: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<String>,
}

/// The critic of a run, for `/health` and the page.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Critic {
    /// What it predicts.
    pub(super) metric: String,
    /// On so many test users:
    pub(super) test_users: usize,
    pub(super) correlation: f64,
    /// The share of the metric's variance that the prediction explains.
    pub(super) explained: f64,
}

impl From<&Quality> for Critic {
    fn from(quality: &Quality) -> Self {
        let Quality { metric, users, correlation, explained } = *quality;
        Self { metric: metric.to_string(), test_users: users, correlation, explained }
    }
}

/// The answer of `GET /health`.
#[derive(Debug, Serialize)]
pub(super) struct Health {
    pub(super) status: &'static str,
    pub(super) run: String,
    pub(super) recommender: String,
    pub(super) items: usize,
    /// How often the run was opened.
    pub(super) generation: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) critic: Option<Critic>,
}
