//! The peer: another program that times the same steps, and that runs in turn with this one.

use crate::Result;
use ract::report::speed::Ratio;
use ract::training::workbench::{Part, Workload};
use std::collections::BTreeMap;
use std::process::{Command, Stdio};

/// The median times of one run in seconds, by part.
pub(crate) type Medians = BTreeMap<Part, f64>;

/// Runs the command with the size of the workload, and reads the line of JSON that it prints.
pub(crate) fn run(command: &str, workload: &Workload, steps: usize) -> Result<Medians> {
    let standard = Workload::default();
    if (workload.hidden, workload.latent) != (standard.hidden, standard.latent) {
        return Err("the peer's layers have the paper's sizes: leave out --hidden and --latent".into());
    }
    let size = format!(
        "{command} --items {} --batch {} --per-user {} --threads {} --reps {steps}",
        workload.items,
        workload.batch,
        workload.per_user,
        rayon::current_num_threads()
    );
    let output = Command::new("sh").args(["-c", &size]).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("the peer failed ({}): {size}", output.status).into());
    }
    let text = String::from_utf8(output.stdout)?;
    let line = text.lines().rfind(|line| line.starts_with('{')).ok_or("the peer printed no line of JSON")?;
    let numbers: serde_json::Value = serde_json::from_str(line)?;
    let key = |part: Part| match part {
        Part::ActorCritic => "actor+critic",
        Part::Evaluate => "eval",
        Part::Actor | Part::Critic => part.name(),
    };
    let seconds = |part: Part| Some((part, numbers.get(key(part))?.as_f64()?));
    Ok(Part::ALL.into_iter().filter_map(seconds).collect())
}

/// The shortest time of each part over several programs.
pub(crate) fn best(of: &[Medians]) -> Medians {
    let mut best = Medians::new();
    for (&part, &seconds) in of.iter().flatten() {
        best.entry(part).and_modify(|best| *best = seconds.min(*best)).or_insert(seconds);
    }
    best
}

/// Our medians divided by the peer's medians, for each pair of runs.
pub(crate) fn ratios(ours: &[Medians], peers: &[Medians]) -> BTreeMap<Part, Ratio> {
    let of = |part: Part| {
        let pairs = ours.iter().zip(peers);
        let ratios: Vec<f64> = pairs.filter_map(|(a, b)| Some(a.get(&part)? / b.get(&part)?)).collect();
        (!ratios.is_empty()).then(|| (part, Ratio::of(&ratios)))
    };
    Part::ALL.into_iter().filter_map(of).collect()
}
