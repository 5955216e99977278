//! A finished run as a service: recommendations over HTTP, and a page that shows them.
//!
//! Requests wait in a queue. One thread takes all that wait and answers them in one forward pass (`worker`). When the run's
//! checkpoints change, a new thread opens them and takes over the queue, so that no request is lost.

mod access;
mod answer;
mod api;
mod catalogue;
mod connections;
mod counters;
mod engine;
mod opened;
mod problem;
mod worker;

pub use access::Token;

use crate::config::Role;
use crate::recommend::Titles;
use crate::{Error, Result};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// What is served, where, and how much of it at a time.
#[derive(Clone)]
pub struct Options {
    /// The folder of a finished run or baseline.
    pub run: PathBuf,
    /// The recommender; the run's last one, if none is named.
    pub role: Option<Role>,
    /// The titles of items.
    pub titles: Option<Arc<Titles>>,
    /// Where requests come in.
    pub listen: SocketAddr,
    /// What a request must name to be answered. Without it, everyone is answered.
    pub token: Option<Token>,
    /// How much is done at a time.
    pub limits: Limits,
}

/// How much is done at a time.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The largest body of a request, in bytes.
    pub body: usize,
    /// The longest time from a request's first byte to its answer.
    pub time: Duration,
    /// Requests that wait for an answer; others are refused.
    pub waiting: usize,
    /// Open connections; others wait to be accepted.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body: 1 << 20, time: Duration::from_secs(10), waiting: 1024, connections: 1024 }
    }
}

/// Tells the person who serves what happens, a line at a time.
pub type Say = Arc<dyn Fn(&str) + Send + Sync>;

/// Serves until the process is told to stop. The requests that came before that are answered.
///
/// # Errors
/// When the run cannot be opened, the address cannot be used, or others can reach it and no token is set.
pub fn serve(options: Options, say: Say) -> Result<()> {
    if !options.listen.ip().is_loopback() && options.token.is_none() {
        return Err(Error::Usage(format!(
            "others can reach {}: set a token with --token-file, or listen on 127.0.0.1",
            options.listen
        )));
    }
    let failed = |what: &'static str| move |error: std::io::Error| Error::Failed(format!("cannot {what}: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed("serve"))?;
    runtime.block_on(async {
        let address = options.listen;
        let listen = move |error: std::io::Error| Error::Failed(format!("cannot listen on {address}: {error}"));
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let counters = Arc::new(counters::Counters::default());
        let worker = worker::Worker::start(&options, &counters, &say)?;
        let address = listener.local_addr().map_err(listen)?;
        worker.describe().iter().for_each(|line| say(line));
        say(&format!("http://{address}"));
        let app = api::router(&options, worker.clone(), counters);
        connections::accept(listener, app, &options.limits, &say).await;
        worker.stop();
        Ok(())
    })
}
