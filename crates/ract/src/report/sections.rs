//! The sections of a report: about runs, about baselines, and about a data set.

use super::parts::{Figure, Part, Rows};
use super::{RunView, curves};
use crate::Result;
use crate::config::{Config, Evaluation, Gain, Phase, Role, Settings};
use crate::metrics::Metric;
use crate::paper::published::published;
use crate::paper::table::{self, Captioned};
use crate::paper::tables;
use crate::plot::{Axis, Content, Mark, Panel, Series};
use crate::run::{Baseline, BaselineResult, OverSeeds, Provenance, Results, Run, Trial};
use std::collections::BTreeSet;

/// The main result, in one sentence.
pub(super) fn lead(view: &RunView<'_>) -> String {
    let metric = view.config.evaluation.select;
    let Some(result) = view.result else { return "The run is not finished: nothing has been tested yet.".to_owned() };
    let evaluation = &result.evaluation;
    let gain = |of: Option<Role>| evaluation.gain.get(&Gain::new(of?, Role::Actor))?.get(&metric).copied();
    let found = [("RaCT gains", gain(Some(Role::Ract))), ("the control gains", gain(Role::control()))];
    let found: Vec<_> = found.into_iter().filter_map(|(who, gain)| Some(format!("{who} {:+}", gain?))).collect();
    let label = view.config.actor_label();
    let metric = metric.title();
    match found.is_empty() {
        true => format!("{label}: {metric} of {} test users.", evaluation.test_users),
        false => format!("{metric} of {} test users, over {label}: {}.", evaluation.test_users, found.join(", ")),
    }
}

/// The parts about a run.
pub(super) fn of_run(run: RunView<'_>) -> Result<Vec<Part>> {
    let (runs, config) = ([run], run.config);
    Ok([tested(&runs)?, Some(curves(&run)?), Some(settings(config)?), Some(made(&runs))]
        .into_iter()
        .flatten()
        .collect())
}

/// The parts about runs that differ only in their seeds, without what takes much room: the report of each run has that.
fn of_runs(runs: &[RunView<'_>]) -> Result<Vec<Part>> {
    let Some(RunView { config, path, .. }) = runs.first() else { return Ok(Vec::new()) };
    let settings = Part { parts: Vec::new(), ..settings(config)? };
    let mut made = made(runs);
    made.text.push(format!("Curves and all settings: ract report {} --out FILE", path.folder().display()));
    Ok([tested(runs)?, Some(settings), Some(made)].into_iter().flatten().collect())
}

fn curves(run: &RunView<'_>) -> Result<Part> {
    let mut published = published(&run.config.dataset)?.curves;
    // Others may have published fine-tunings that this run does not have: their curves would only take room.
    published.retain(|curve| run.history.iter().any(|record| record.phase == curve.phase));
    let figures = curves::figures(run.history, &published)?;
    let own =
        "If a phase tried several step sizes, its curve is that of the best one on the validation users.".to_owned();
    let text = std::iter::once(own).chain(sources("Dashed", published.iter().map(|curve| curve.source.as_str())));
    Ok(Part { heading: "Curves".to_owned(), text: text.collect(), figures, ..Part::default() })
}

fn tested(runs: &[RunView<'_>]) -> Result<Option<Part>> {
    let Some(RunView { config, .. }) = runs.first() else { return Ok(None) };
    let over_seeds = OverSeeds::read(runs.iter().filter_map(|run| Some((run.path, &run.result?.evaluation))))?;
    let Evaluation { metrics, select } = &config.evaluation;
    let others = metrics.iter().filter(|metric| *metric != select);
    let metrics: Vec<Metric> = metrics.iter().filter(|metric| *metric == select).chain(others).copied().collect();
    let (actor, published) = (config.actor_label(), published(&config.dataset)?.rows);
    if over_seeds.is_empty() {
        return Ok(None);
    }
    let Captioned { table, caption } = table::of_runs(&over_seeds, actor, &metrics, &published);
    let caption = format!("{caption} Differences are paired by user.");
    let from_memory = published.iter().find(|row| row.from_memory);
    let from_memory = from_memory.map(|row| format!("{} quoted from memory.", row.mark()));
    let sources = sources("Published", published.iter().map(|row| row.source.as_str())).into_iter().chain(from_memory);
    let text = std::iter::once(caption).chain(sources).collect();
    Ok(Some(Part { heading: "Test".to_owned(), text, rows: Some((&table).into()), ..Part::default() }))
}

/// A sentence that names the sources of published numbers, each once; `None` without sources.
fn sources<'a>(what: &str, all: impl Iterator<Item = &'a str>) -> Option<String> {
    let all: Vec<_> = all.collect::<BTreeSet<_>>().into_iter().collect();
    (!all.is_empty()).then(|| format!("{what}: {}.", all.join("; ")))
}

fn settings(config: &Config) -> Result<Part> {
    let paper = Config::new(&config.dataset, config.data.clone());
    let rows = config.differences(&paper)?.into_iter().filter(|[key, ..]| key != "seed").map(Vec::from).collect();
    let header = ["what differs", "here", "paper"].map(str::to_owned).to_vec();
    let all =
        Part { heading: "All settings".to_owned(), folded: true, verbatim: Some(config.to_toml()?), ..Part::default() };
    let rows = Some(Rows { header, rows });
    Ok(Part { heading: "Settings".to_owned(), rows, parts: vec![all], ..Part::default() })
}

/// The part about how the runs were made, with one column per run.
fn made(runs: &[RunView<'_>]) -> Part {
    let header =
        std::iter::once("made by".to_owned()).chain(runs.iter().map(|run| format!("seed {}", run.config.seed)));
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row = |name: &str, of: &dyn Fn(&RunView<'_>) -> Option<String>| {
        let cells: Vec<_> = runs.iter().map(|run| of(run).unwrap_or_default()).collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            rows.push(std::iter::once(name.to_owned()).chain(cells).collect());
        }
    };
    for (name, of) in PROVENANCE {
        row(name, &|run| Some(of(&run.result?.provenance)));
    }
    row("data (SHA-256)", &|run| Some(run.result?.data_sha256.clone()));
    row("peak memory", &|run| Some(megabytes(run.result?.peak_memory_bytes?)));
    for phase in Phase::all() {
        row(&phase.to_string(), &|run| {
            let of_phase = run.history.iter().filter(|record| record.phase == phase);
            let (epochs, seconds) = of_phase.fold((0, 0.0), |(n, sum), record| (n + 1, sum + record.seconds));
            let kept = run.result.and_then(|result| result.kept_epoch.get(&phase));
            let kept = kept.map_or_else(String::new, |kept| format!(", epoch {kept} kept"));
            let rate = run.result.and_then(|result| result.kept_learning_rate.get(&phase));
            let rate = rate.map_or_else(String::new, |rate| format!(" (step size {rate})"));
            (epochs > 0).then(|| format!("{epochs} epochs in {seconds:.1} s{kept}{rate}"))
        });
    }
    Part {
        heading: "How it was made".to_owned(),
        rows: Some(Rows { header: header.collect(), rows }),
        ..Part::default()
    }
}

type OfProvenance = fn(&Provenance) -> String;
/// The rows about the provenance of the numbers.
const PROVENANCE: [(&str, OfProvenance); 4] = [
    ("command", |made| made.command.clone()),
    ("commit", |made| made.commit.clone()),
    ("version", |made| made.version.clone()),
    ("machine", |made| made.machine.clone()),
];

fn megabytes(bytes: u64) -> String {
    format!("{:.0} MB", bytes as f64 / 1e6)
}

/// The part about a data set: its actors and baselines side by side, then one folded part for each of them.
pub(super) fn of_dataset(dataset: &str, results: &Results) -> Result<Part> {
    let metric = results.runs.first().map_or(Evaluation::default().select, |run| run.config.evaluation.select);
    let groups = results.over_seeds()?;
    let mut tables = tables::actors(results, metric)?.into_iter();
    let of_actors = tables.next();
    let figures = if groups.len() > 1 { vec![actors(&groups, metric)?] } else { Vec::new() };
    let gains = |Captioned { table, caption }| Part {
        heading: "Gains".to_owned(),
        text: vec![caption],
        rows: Some((&table).into()),
        ..Part::default()
    };
    let mut parts: Vec<Part> = tables.map(gains).collect();
    for runs in &groups {
        let views: Vec<_> = runs
            .iter()
            .map(|run| RunView {
                path: &run.path,
                config: &run.config,
                result: Some(&run.result),
                history: &run.history,
            })
            .collect();
        parts.push(Part { heading: runs[0].label(), folded: true, parts: of_runs(&views)?, ..Part::default() });
    }
    parts.extend(results.baselines.iter().map(|Baseline { name, result }| {
        let beneath = if name == result.baseline.name() { String::new() } else { format!(": {name}") };
        let heading = format!("Baseline: {}{beneath}", result.baseline.label);
        Part { heading, folded: true, parts: of_baseline(result), ..Part::default() }
    }));
    let text = of_actors.iter().map(|table| table.caption.clone()).collect();
    let rows = of_actors.map(|table| (&table.table).into());
    Ok(Part { heading: dataset.to_owned(), text, rows, figures, parts, ..Part::default() })
}

/// A figure of each actor's test metric: before fine-tuning, after the control, and after RaCT.
fn actors(groups: &[Vec<&Run>], metric: Metric) -> Result<Figure> {
    let mean = |runs: &[&Run], of: Role| {
        let summaries = runs.iter().map(|run| run.result.evaluation.clone());
        OverSeeds::of_summaries(summaries.collect()).mean(of, metric).map(|pooled| pooled.mean)
    };
    let metric_name = format!("test {}", metric.title());
    let mut groups: Vec<_> = groups.iter().collect();
    groups
        .sort_by(|a, b| mean(a, Role::Actor).unwrap_or_default().total_cmp(&mean(b, Role::Actor).unwrap_or_default()));
    let mut rows = Vec::new();
    let columns = [("before", Some(Role::Actor)), ("control", Role::control()), ("RaCT", Some(Role::Ract))];
    let mut series = columns.map(|(label, _)| Series::new(label, Mark::Points, []));
    for (place, runs) in groups.iter().enumerate() {
        let means = columns.map(|(_, of)| mean(runs, of?));
        for (series, mean) in series.iter_mut().zip(means) {
            series.points.extend(mean.map(|x| crate::plot::Point { x, y: place as f64, error: 0.0 }));
        }
        let cells = means.map(|mean| mean.map_or_else(String::new, |mean| format!("{mean:.4}")));
        rows.push(std::iter::once(runs[0].name.clone()).chain(cells).collect());
    }
    let header = std::iter::once("actor").chain(columns.map(|(label, _)| label)).map(str::to_owned).collect();
    let y = Axis::named("", groups.iter().map(|runs| &runs[0].name));
    let panel = Panel { title: String::new(), x: Axis::of(&metric_name), y, content: Content::Series(series.into()) };
    Figure::new(format!("{metric_name} of each actor, mean over its seeds"), panel, Rows { header, rows })
}

/// The parts about a baseline.
pub(super) fn of_baseline(baseline: &BaselineResult) -> Vec<Part> {
    let metrics: Vec<Metric> =
        baseline.test.values().next().into_iter().flat_map(|test| test.keys().copied()).collect();
    let Captioned { table, caption } = table::baseline(baseline, &metrics);
    let names: Vec<&String> = baseline.chosen.parameters.keys().collect();
    let header = names.iter().map(|name| name.to_string()).chain(["validation".to_owned(), "seconds".to_owned()]);
    let row = |trial: &Trial| {
        let shown = |name| trial.parameters.get(name).map(|&value| baseline.baseline.shown(name, value));
        let parameters = names.iter().map(|&name| shown(name).unwrap_or_default());
        parameters.chain([format!("{:.4}", trial.validation), format!("{:.2}", trial.seconds)]).collect()
    };
    let tried = Rows { header: header.collect(), rows: baseline.trials.iter().map(row).collect() };
    let mut made: Vec<_> =
        PROVENANCE.iter().map(|(name, of)| vec![(*name).to_owned(), of(&baseline.provenance)]).collect();
    made.push(vec!["data (SHA-256)".to_owned(), baseline.data_sha256.clone()]);
    made.extend(baseline.peak_memory_bytes.map(|bytes| vec!["peak memory".to_owned(), megabytes(bytes)]));
    let made = Rows { header: vec!["made by".to_owned(), String::new()], rows: made };
    let part = |heading: &str, rows| Part { heading: heading.to_owned(), rows: Some(rows), ..Part::default() };
    let test = Part { text: vec![caption], ..part("Test", (&table).into()) };
    vec![test, part("What was tried", tried), part("How it was made", made)]
}
