//! Judges rankings that any system made, given by the original ids of items.

use super::histories::{id, ids};
use super::ranking::{Form, Ranking, score_of_rank};
use super::scoring::Scoring;
use super::{Quality, Recommender};
use crate::Result;
use ract_data::{Dataset, Interactions, Names};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A user's items, and a ranking that any system made of items, those of the user among them.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// The user's id, if there is one.
    #[serde(default, deserialize_with = "id")]
    pub user: String,
    /// The items that the user has.
    #[serde(deserialize_with = "ids")]
    pub items: Vec<String>,
    /// The ranking, best first ...
    #[serde(default, deserialize_with = "ids")]
    pub list: Vec<String>,
    /// ... or the score of each item.
    #[serde(default)]
    pub scores: Option<BTreeMap<String, f32>>,
}

impl Judged {
    /// What is wrong with it.
    pub fn problem(&self) -> Option<String> {
        match &self.scores {
            Some(_) if !self.list.is_empty() => Some("name a list or scores, not both".to_owned()),
            Some(scores) => {
                let bad = scores.iter().find(|(_, score)| !score.is_finite());
                bad.map(|(item, score)| format!("the score of {item} is {score}: scores are finite numbers"))
            }
            None => self.list.is_empty().then(|| "name a list of items, or scores".to_owned()),
        }
    }

    /// The known items, best first.
    fn ranking(&self, names: &Names, len: usize) -> Ranking {
        let mut items: Vec<(u32, f32)> = match &self.scores {
            Some(scores) => scores.iter().filter_map(|(item, &score)| Some((names.number(item)?, score))).collect(),
            None => names.known(&self.list).into_iter().zip((1..).map(score_of_rank)).collect(),
        };
        items.sort_by(|one, other| other.1.total_cmp(&one.1));
        items.truncate(len);
        Ranking(items)
    }
}

/// What the critic expects of a ranking.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// The metric.
    pub expected: f64,
    /// How many of the user's items are known.
    pub known: usize,
    /// How many items of the ranking were judged: the known ones among the first.
    pub ranked: usize,
    /// Whether any of the user's items is among these. If none is, the critic sees nothing of the ranking but its length.
    pub has_own: bool,
}

/// Judges rankings by their first items.
pub struct Judge {
    len: usize,
    /// Of lists without and with scores.
    scorings: [(Scoring, Quality); 2],
}

impl Judge {
    /// Fits on the validation users how the critic judges such rankings: those of this recommender, as if only their first
    /// `len` items were known.
    ///
    /// # Errors
    /// When the recommender has no critic, or its critic sees which items are held out.
    pub fn of_rankings(recommender: &mut Recommender<'_>, data: &Dataset, len: usize) -> Result<Self> {
        let mut scoring = |has_scores| recommender.scoring(data, Form { len, has_scores });
        Ok(Self { len, scorings: [scoring(false)?, scoring(true)?] })
    }

    /// How good such judgements are on the test users.
    pub fn quality(&self, judged: &Judged) -> &Quality {
        &self.scorings[usize::from(judged.scores.is_some())].1
    }

    /// Judges each of them.
    ///
    /// # Errors
    /// When the actor or the critic computes something that is not finite.
    pub fn of(&self, recommender: &mut Recommender<'_>, names: &Names, judged: &[Judged]) -> Result<Vec<Judgement>> {
        let mut judgements: Vec<Option<Judgement>> = vec![None; judged.len()];
        for (has_scores, (scoring, _)) in [false, true].into_iter().zip(self.scorings) {
            let asked: Vec<usize> = (0..judged.len()).filter(|&at| judged[at].scores.is_some() == has_scores).collect();
            if asked.is_empty() {
                continue;
            }
            let known: Vec<Vec<u32>> = asked.iter().map(|&at| names.known(&judged[at].items)).collect();
            let rankings: Vec<Ranking> = asked.iter().map(|&at| judged[at].ranking(names, self.len)).collect();
            let histories = Interactions::from_rows(names.items().len(), &known);
            let expected = recommender.score(scoring, &histories, &rankings)?;
            for (((at, expected), known), Ranking(items)) in asked.into_iter().zip(expected).zip(known).zip(rankings) {
                let has_own = items.iter().any(|(item, _)| known.contains(item));
                judgements[at] = Some(Judgement { expected, known: known.len(), ranked: items.len(), has_own });
            }
        }
        Ok(judgements.into_iter().flatten().collect())
    }
}
