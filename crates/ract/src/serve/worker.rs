//! Opens the run, and answers what waits in the queue: all of it in one forward pass.

use super::answer::{Recommend, Recommendations, Scored};
use super::counters::Counters;
use super::engine::{Asked, Engine};
use super::opened::Opened;
use super::{Options, Say};
use crate::recommend::{Judged, Source};
use crate::run::RunPath;
use crate::{Error, Result};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime};
use tokio::sync::oneshot;

/// No more requests are answered in one forward pass.
const MOST_TOGETHER: usize = 128;
/// How often a thread that waits for requests looks whether another has taken over, and how often the run is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// A request that waits, and where its answer goes.
pub(super) enum Job {
    Recommend(Recommend, oneshot::Sender<Result<Recommendations>>),
    Score(Judged, oneshot::Sender<Result<Scored>>),
}

/// The queue, and who answers it.
#[derive(Clone)]
pub(super) struct Worker {
    queue: SyncSender<Job>,
    shared: Arc<Shared>,
}

struct Shared {
    options: Options,
    counters: Arc<Counters>,
    say: Say,
    jobs: Mutex<Receiver<Job>>,
    /// The thread that answers: the last one that could open the run.
    current: AtomicU64,
    opened: RwLock<Option<Arc<Opened>>>,
    is_stopped: AtomicBool,
}

impl Worker {
    /// Opens the run and begins to answer.
    pub(super) fn start(options: &Options, counters: &Arc<Counters>, say: &Say) -> Result<Self> {
        let (queue, jobs) = sync_channel(options.limits.waiting);
        let shared = Arc::new(Shared {
            options: options.clone(),
            counters: counters.clone(),
            say: say.clone(),
            jobs: Mutex::new(jobs),
            current: AtomicU64::new(0),
            opened: RwLock::new(None),
            is_stopped: AtomicBool::new(false),
        });
        let state = State::of(&options.run);
        let first = shared.clone();
        let (ready, is_ready) = sync_channel(1);
        std::thread::spawn(move || first.open_and_answer(1, |opened| drop(ready.send(opened))));
        is_ready.recv().map_err(|_| Error::Failed("the run could not be opened".to_owned()))??;
        let watching = shared.clone();
        std::thread::spawn(move || watching.watch(state));
        Ok(Self { queue, shared })
    }

    /// Puts a request in the queue; whether there was room.
    pub(super) fn ask(&self, job: Job) -> bool {
        !matches!(self.queue.try_send(job), Err(TrySendError::Full(_) | TrySendError::Disconnected(_)))
    }

    /// The run as it was opened last.
    pub(super) fn opened(&self) -> Option<Arc<Opened>> {
        self.shared.opened.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn run(&self) -> String {
        self.shared.options.run.display().to_string()
    }

    /// What is served, and how good its critic's predictions are.
    pub(super) fn describe(&self) -> Vec<String> {
        let Some(opened) = self.opened() else { return Vec::new() };
        let critic = opened
            .critic
            .map(|quality| format!("expected {}, on {} test users: {quality}", quality.metric, quality.users));
        let what = format!("{} of {}, {} items", opened.recommender, self.run(), opened.catalogue.len());
        std::iter::once(what).chain(critic).collect()
    }

    /// Answers no more.
    pub(super) fn stop(&self) {
        self.shared.is_stopped.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    /// Opens the run, tells that it is `ready`, and answers until another thread has done the same after it.
    fn open_and_answer(&self, number: u64, ready: impl FnOnce(Result<()>)) {
        let source = match Source::open(&self.options.run) {
            Ok(source) => source,
            Err(error) => return ready(Err(error)),
        };
        let mut engine = match Engine::new(&source, &self.options) {
            Ok(engine) => engine,
            Err(error) => return ready(Err(error)),
        };
        let opened = Arc::new(engine.opened(&source));
        {
            let mut shown = self.opened.write().unwrap_or_else(PoisonError::into_inner);
            // A later one may have been opened faster: it stays.
            if self.current.fetch_max(number, Ordering::Relaxed) > number {
                return;
            }
            *shown = Some(opened);
        }
        self.counters.opened();
        ready(Ok(()));
        while let Some(jobs) = self.next_jobs(number) {
            self.answer(&mut engine, jobs);
        }
    }

    /// What waits; nothing to do when another thread answers from now on.
    fn next_jobs(&self, number: u64) -> Option<Vec<Job>> {
        loop {
            let queue = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
            if self.current.load(Ordering::Relaxed) != number || self.is_stopped.load(Ordering::Relaxed) {
                return None;
            }
            match queue.recv_timeout(LOOK_EVERY) {
                Ok(first) => {
                    return Some(std::iter::once(first).chain(queue.try_iter()).take(MOST_TOGETHER).collect());
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    fn answer(&self, engine: &mut Engine<'_>, jobs: Vec<Job>) {
        let (mut recommend, mut score) = (Asked::default(), Asked::default());
        for job in jobs {
            match job {
                // Who does not wait any longer needs no answer.
                Job::Recommend(request, to) if !to.is_closed() => recommend.push(request, to),
                Job::Score(request, to) if !to.is_closed() => score.push(request, to),
                Job::Recommend(..) | Job::Score(..) => {}
            }
        }
        if !recommend.is_empty() {
            self.counters.passed(recommend.len());
            recommend.answer(|requests| engine.recommend(requests));
        }
        if !score.is_empty() {
            self.counters.passed(score.len());
            score.answer(|requests| engine.score(requests));
        }
    }

    /// Opens the run again when it has changed.
    fn watch(self: &Arc<Self>, mut known: State) {
        let mut number = 1;
        while !self.is_stopped.load(Ordering::Relaxed) {
            std::thread::sleep(LOOK_EVERY);
            let now = State::of(&self.options.run);
            // Two looks must agree: files that are still being written change.
            std::thread::sleep(LOOK_EVERY);
            if now == known || now != State::of(&self.options.run) {
                continue;
            }
            known = now;
            number += 1;
            let (newer, say) = (self.clone(), self.say.clone());
            std::thread::spawn(move || {
                newer.open_and_answer(number, |opened| match opened {
                    Ok(()) => say("the run has changed: it is opened again"),
                    Err(error) => say(&format!("the run has changed, but the older one goes on: {error}")),
                });
            });
        }
    }
}

/// What tells that a run has changed: the times and sizes of its files.
#[derive(PartialEq)]
struct State(Vec<(PathBuf, u64, Option<SystemTime>)>);

impl State {
    fn of(run: &std::path::Path) -> Self {
        let run = RunPath::at(run);
        let state = run.state();
        let checkpoints = std::fs::read_dir(run.checkpoints()).into_iter().flatten().flatten().map(|file| file.path());
        let mut files: Vec<PathBuf> = checkpoints.filter(|path| *path != state).collect();
        files.push(run.result());
        files.sort();
        let seen = files.into_iter().filter_map(|path| {
            let meta = path.metadata().ok()?;
            Some((path, meta.len(), meta.modified().ok()))
        });
        Self(seen.collect())
    }
}
