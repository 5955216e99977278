//! `ract serve`: recommendations over HTTP, and a page that shows them.

use super::chosen_run::ChosenRun;
use super::terminal::Terminal;
use crate::Result;
use crate::recommend::Titles;
use crate::serve::{Limits, Options, Token, serve};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    chosen: ChosenRun,
    /// A CSV file of items and their titles, such as movies.csv of MovieLens
    #[arg(long, value_name = "FILE")]
    titles: Option<PathBuf>,
    /// The address and the port; others than this machine can reach it only if it is not 127.0.0.1. Port 0: any free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7777")]
    listen: SocketAddr,
    /// A file with a token that each request must name: Authorization: Bearer TOKEN
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// The largest body of a request, in bytes
    #[arg(long, value_name = "N", default_value_t = Limits::default().body)]
    max_body: usize,
    /// The longest time for a request, in seconds
    #[arg(long, value_name = "N", default_value_t = Limits::default().time.as_secs(), value_parser = clap::value_parser!(u64).range(1..))]
    max_seconds: u64,
    /// Requests that may wait for an answer; others are refused with 503
    #[arg(long, value_name = "N", default_value_t = Limits::default().waiting)]
    max_waiting: usize,
    /// Open connections; others wait
    #[arg(long, value_name = "N", default_value_t = Limits::default().connections)]
    max_connections: usize,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let options = Options {
        run: args.chosen.run,
        role: args.chosen.role,
        titles: args.titles.as_deref().map(Titles::read).transpose()?.map(Arc::new),
        listen: args.listen,
        token: args.token_file.as_deref().map(Token::read).transpose()?,
        limits: Limits {
            body: args.max_body,
            time: Duration::from_secs(args.max_seconds),
            waiting: args.max_waiting,
            connections: args.max_connections,
        },
    };
    serve(options, Arc::new(|line| Terminal::new().line(line)))
}
