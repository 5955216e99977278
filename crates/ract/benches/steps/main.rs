//! `make bench`: measures the time of every step and compares it with the limits of the machine, as a table and as
//! JSON. With `--peer`, it runs in turn with another program.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod peer;
mod roofline;

use clap::Parser;
use ract::config::{Precision, UnitName};
use ract::report::speed::{Seconds, Speed};
use ract::run::{PartTime, Provenance, peak_memory_bytes};
use ract::training::workbench::{Part, Workbench, Workload};
use ract_autodiff::{Unit, Vectors};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[derive(Parser)]
struct Args {
    /// Number of items
    #[arg(long, default_value_t = Workload::default().items)]
    items: usize,
    /// Users per step
    #[arg(long, default_value_t = Workload::default().batch as u32, value_parser = clap::value_parser!(u32).range(1..))]
    batch: u32,
    /// Items per user, on average
    #[arg(long, default_value_t = Workload::default().per_user)]
    per_user: f64,
    /// Width of the hidden layers
    #[arg(long, default_value_t = Workload::default().hidden)]
    hidden: usize,
    /// Number of latent variables
    #[arg(long, default_value_t = Workload::default().latent)]
    latent: usize,
    /// Number of users from whom the steps draw
    #[arg(long, default_value_t = Workload::default().users)]
    users: usize,
    /// Number of steps of each kind
    #[arg(long, default_value_t = 20)]
    steps: usize,
    /// Do not measure the machine's limits and an epoch
    #[arg(long)]
    brief: bool,
    /// Print the time of each op
    #[arg(long)]
    profile: bool,
    /// Measure only the steps of this name, such as actor
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// How exactly large products are computed
    #[arg(long, value_enum, default_value = "f32")]
    precision: Precision,
    /// The unit that multiplies in bf16, whether it is faster or not: amx, avx512-bf16 or portable
    #[arg(long, value_name = "UNIT")]
    bf16_unit: Option<Unit>,
    /// A command that times the same steps and prints them as a line of JSON; it runs in turn with this program. If there are
    /// several, the best of each step counts
    #[arg(long, value_name = "COMMAND")]
    peer: Vec<String>,
    /// What the tables call the other programs, in the order of --peer
    #[arg(long, value_name = "NAME")]
    peer_name: Vec<String>,
    /// How often both programs run
    #[arg(long, default_value_t = 5)]
    pairs: usize,
    /// Write the numbers to this file as JSON
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Accepted because `cargo bench` passes it
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let args = Args::parse();
    rayon::ThreadPoolBuilder::new().use_current_thread().build_global()?;
    if let Some(only) = args.only.as_ref().filter(|only| Part::ALL.iter().all(|part| part.name() != *only)) {
        let names = Part::ALL.map(Part::name).join(", ");
        return Err(format!("--only {only}: there are {names}").into());
    }
    let workload = Workload {
        items: args.items,
        batch: args.batch as usize,
        per_user: args.per_user,
        hidden: args.hidden,
        latent: args.latent,
        users: args.users,
    };
    if args.peer.len() != args.peer_name.len() {
        return Err("each --peer needs a --peer-name".into());
    }
    let mut config = workload.config();
    (config.precision, config.bf16_unit) = (args.precision, args.bf16_unit.map(UnitName));
    let products = config.products()?;
    let mut workbench = Workbench::new(&config, &workload)?;
    let limits = if args.brief { None } else { Some(roofline::measure(&workload, products)?) };
    let (mut ours, mut profile) = (BTreeMap::<Part, Vec<f64>>::new(), BTreeMap::new());
    let mut rounds = Vec::new();
    let mut peers = BTreeMap::<String, Vec<peer::Medians>>::new();
    for _ in 0..if args.peer.is_empty() { 1 } else { args.pairs } {
        let mut round = BTreeMap::new();
        for part in Part::ALL.into_iter().filter(|part| args.only.as_ref().is_none_or(|only| only == part.name())) {
            if args.profile {
                workbench.time(part, 1)?; // so that the first use of the buffers is not in the profile
                workbench.profile();
            }
            let seconds = workbench.time(part, args.steps)?;
            if args.profile {
                profile.insert(part, PartTime::of(&workbench.take_profile()));
            }
            round.insert(part, Seconds::of(&seconds).median_s);
            ours.entry(part).or_default().extend(seconds);
        }
        rounds.push(round);
        for (command, name) in args.peer.iter().zip(&args.peer_name) {
            peers.entry(name.clone()).or_default().push(peer::run(command, &workload, args.steps)?);
        }
    }
    let of_round =
        |round| peers.values().filter_map(|of: &Vec<peer::Medians>| of.get(round).cloned()).collect::<Vec<_>>();
    let best: Vec<_> = (0..rounds.len()).map(of_round).filter(|of| !of.is_empty()).map(|of| peer::best(&of)).collect();
    let speed = Speed {
        workload,
        steps: ours.into_iter().map(|(part, seconds)| (part, Seconds::of(&seconds))).collect(),
        epoch: if args.brief { None } else { Some(workbench.epoch()?) },
        peer_name: match &args.peer_name[..] {
            [] => None,
            [name] => Some(name.clone()),
            _ => Some("the best of the others".to_owned()),
        },
        ratio: peer::ratios(&rounds, &best),
        peer: best,
        peers: if args.peer.len() > 1 { peers } else { BTreeMap::new() },
        peak_memory_bytes: peak_memory_bytes(),
        cpu: cpu(),
        kernels: Some(format!("kernels: {}; products in {products}", Vectors::in_use())),
        provenance: Provenance { command: command(), ..Provenance::here() },
        limits,
        profile,
    };
    println!("{speed}");
    if let Some(path) = args.out {
        save(&speed, &path)?;
        println!("\nnumbers: {}; `ract speed` shows them", path.display());
    }
    Ok(())
}

/// The command that measured, without the files of this machine.
fn command() -> String {
    let mut line = "cargo bench -p ract --bench steps --".to_owned();
    let mut words =
        std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).filter(|word| word != "--bench");
    while let Some(word) = words.next() {
        if ["--peer", "--out"].contains(&word.as_str()) {
            words.next();
        } else {
            let word = if word.contains(' ') { format!("'{word}'") } else { word };
            line = line + " " + &word;
        }
    }
    line
}

/// The processor and the number of threads.
fn cpu() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or_else(|| "unknown CPU".to_owned(), |(_, model)| model.trim().to_owned());
    format!("{model}, {} threads", rayon::current_num_threads())
}

fn save(speed: &Speed, path: &Path) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    Ok(std::fs::write(path, serde_json::to_string_pretty(speed)? + "\n")?)
}
