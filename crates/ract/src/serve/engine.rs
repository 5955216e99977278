//! Answers requests with an opened run.

use super::Options;
use super::answer::{Item, Recommend, Recommendations, Recommended, Scored};
use super::catalogue::Catalogue;
use super::opened::Opened;
use crate::recommend::{Choice, Judge, Judged, Quality, Recommender, Source, Titles};
use crate::{Error, Result};
use ract_data::{Interactions, Names};
use std::sync::Arc;
use tokio::sync::oneshot;

/// Rankings are judged by their first items, so many.
const JUDGED: usize = 100;

/// A recommender, with what its answers are made of.
pub(super) struct Engine<'a> {
    recommender: Recommender<'a>,
    names: &'a Names,
    titles: Option<Arc<Titles>>,
    critic: Option<WithCritic>,
}

struct WithCritic {
    own: Quality,
    judge: Judge,
}

impl<'a> Engine<'a> {
    pub(super) fn new(source: &'a Source, options: &Options) -> Result<Self> {
        let mut recommender = source.recommender(options.role)?;
        let critic = match recommender.predict(source.data()) {
            Ok(own) => Some(WithCritic { own, judge: Judge::of_rankings(&mut recommender, source.data(), JUDGED)? }),
            // There is no critic, or it sees what a service cannot know.
            Err(Error::Usage(_)) => None,
            Err(error) => return Err(error),
        };
        Ok(Self { recommender, names: &source.names, titles: options.titles.clone(), critic })
    }

    /// What others may know of it.
    pub(super) fn opened(&self, source: &Source) -> Opened {
        Opened {
            catalogue: Catalogue::of(source, self.titles.as_deref()),
            recommender: self.recommender.label().to_owned(),
            critic: self.critic.as_ref().map(|critic| critic.own),
        }
    }

    /// One forward pass for all, and one more for each who wants reasons.
    pub(super) fn recommend(&mut self, requests: &[Recommend]) -> Result<Vec<Recommendations>> {
        let known: Vec<Vec<u32>> = requests.iter().map(|request| self.names.known(&request.items)).collect();
        let sorted = |items: &[String]| {
            let mut items = self.names.known(items);
            items.sort_unstable();
            items
        };
        let choice = |request: &Recommend| Choice {
            top: request.top,
            among: sorted(&request.candidates),
            without: sorted(&request.exclude),
        };
        let choices: Vec<Choice> = requests.iter().map(choice).collect();
        let histories = Interactions::from_rows(self.names.items().len(), &known);
        let best = self.recommender.recommend_each(&histories, |user| &choices[user])?;
        let mut answers = Vec::with_capacity(requests.len());
        for (((request, choice), known), best) in requests.iter().zip(&choices).zip(&known).zip(best) {
            // None of the candidates is known: an empty list of them would mean all items.
            let is_none_known = !request.candidates.is_empty() && choice.among.is_empty();
            let items = if is_none_known { Vec::new() } else { best.items };
            let reasons = match request.why {
                true => {
                    let items: Vec<u32> = items.iter().map(|&(item, _)| item).collect();
                    self.recommender.reasons(known, &items)?
                }
                false => vec![None; items.len()],
            };
            let recommended = items.iter().zip(reasons).map(|(&(item, score), because)| Recommended {
                item: self.item(item),
                score,
                because: because.map(|item| self.item(item)),
            });
            let unknown = request.items.iter().filter(|item| self.names.number(item).is_none()).cloned().collect();
            answers.push(Recommendations {
                items: recommended.collect(),
                known: known.len(),
                unknown,
                popular: known.is_empty(),
                expected: best.expected,
            });
        }
        Ok(answers)
    }

    /// One forward pass for all.
    pub(super) fn score(&mut self, requests: &[Judged]) -> Result<Vec<Scored>> {
        let Some(WithCritic { judge, .. }) = &self.critic else {
            return Err(Error::Usage("this recommender has no critic that could judge".to_owned()));
        };
        let judgements = judge.of(&mut self.recommender, self.names, requests)?;
        let scored = judgements.into_iter().zip(requests).map(|(judgement, request)| Scored {
            expected: judgement.expected,
            critic: judge.quality(request).into(),
            known: judgement.known,
            ranked: judgement.ranked,
        });
        Ok(scored.collect())
    }

    fn item(&self, number: u32) -> Item {
        let item = self.names.item(number).to_owned();
        let title = self.titles.as_ref().map(|titles| titles.of(&item).to_owned()).filter(|title| !title.is_empty());
        Item { item, title }
    }
}

/// Requests of one kind, and where their answers go.
pub(super) struct Asked<R, A> {
    requests: Vec<R>,
    to: Vec<oneshot::Sender<Result<A>>>,
}

impl<R, A> Default for Asked<R, A> {
    fn default() -> Self {
        Self { requests: Vec::new(), to: Vec::new() }
    }
}

impl<R, A> Asked<R, A> {
    pub(super) fn push(&mut self, request: R, to: oneshot::Sender<Result<A>>) {
        self.requests.push(request);
        self.to.push(to);
    }

    pub(super) fn len(&self) -> usize {
        self.requests.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    /// Answers all of them, or tells all of them what went wrong. Nobody may wait any longer, which is no failure.
    pub(super) fn answer(self, how: impl FnOnce(&[R]) -> Result<Vec<A>>) {
        match how(&self.requests) {
            Ok(answers) => self.to.into_iter().zip(answers).for_each(|(to, answer)| drop(to.send(Ok(answer)))),
            Err(error) => {
                let tell = |to: oneshot::Sender<Result<A>>| drop(to.send(Err(same(&error))));
                self.to.into_iter().for_each(tell);
            }
        }
    }
}

/// An error for each of those who wait.
fn same(error: &Error) -> Error {
    match error {
        Error::Usage(problem) => Error::Usage(problem.clone()),
        other => Error::Failed(other.to_string()),
    }
}
