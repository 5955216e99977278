//! Reports, read as people read them: in a browser, at the width of a desk's screen and of a phone's.

use crate::support::browser::{browser, open};
use crate::support::workplace::Workplace;
use headless_chrome::Browser;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

const WIDTHS: [u32; 2] = [1280, 390];
/// What a page shows: its texts, and whether it fits.
const LOOK: &str = r#"JSON.stringify({
    overflow: document.documentElement.scrollWidth - window.innerWidth,
    width: window.innerWidth,
    headings: [...document.querySelectorAll("h1, h2, h3, h4")].map(h => h.textContent),
    cells: [...document.querySelectorAll("td")].map(cell => cell.textContent),
    charts: [...document.querySelectorAll("figure svg")].map(svg => svg.getBoundingClientRect())
        .filter(box => box.width > 200 && box.height > 100 && box.right <= window.innerWidth).length,
    curves: document.querySelectorAll("figure svg polyline").length,
    nameless: document.querySelectorAll("figure:not(:has(figcaption)), figure:not(:has(details table))").length,
})"#;

/// What `page` shows at a width, having said nothing on the console and asked for nothing but itself.
fn look(browser: &Browser, page: &Path, width: u32) -> Value {
    let url = format!("file://{}", fs::canonicalize(page).unwrap().display());
    let (tab, complaints) = open(browser, &url, width, &url);
    let seen = tab.evaluate(LOOK, false).unwrap().value.unwrap();
    let seen: Value = serde_json::from_str(seen.as_str().unwrap()).unwrap();
    tab.close(true).unwrap();
    assert_eq!(*complaints.lock().unwrap(), Vec::<String>::new());
    assert_eq!(seen["width"], width);
    assert!(seen["overflow"].as_i64().unwrap() <= 0, "wider than {width}: {}", seen["overflow"]);
    assert_eq!(seen["nameless"], 0, "a figure without a title or without its numbers");
    seen
}

fn holds(list: &Value, text: &str) -> bool {
    list.as_array().unwrap().iter().any(|item| item.as_str().unwrap().trim() == text)
}

fn results() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../experiments/results")
}

#[test]
fn the_report_of_a_run_shows_its_numbers_and_curves_in_a_browser_and_asks_for_nothing() {
    let Some(browser) = browser() else { return };
    let place = Workplace::new();
    place.succeed(&["run", "tiny.toml"]);
    let result = place.json("runs/tiny/result.json");
    let gain = &result["gain"]["ract-actor"]["ndcg@100"];
    let gain = format!("{:+.4} ± {:.4}", gain["mean"].as_f64().unwrap(), gain["se"].as_f64().unwrap());
    for width in WIDTHS {
        let seen = look(&browser, &place.folder.path().join("runs/tiny/report.html"), width);
        for heading in ["Mult-VAE on tiny, seed 0", "Test", "Curves", "Recommendations", "Settings", "How it was made"]
        {
            assert!(holds(&seen["headings"], heading), "{heading} in {}", seen["headings"]);
        }
        assert!(holds(&seen["cells"], &gain), "{gain} in {}", seen["cells"]);
        let users = seen["headings"].as_array().unwrap().iter().filter(|heading| {
            let heading = heading.as_str().unwrap();
            heading.starts_with("User ") && heading.ends_with(" held-out items among the first 10")
        });
        assert_eq!(users.count(), 10, "{}", seen["headings"]);
        assert!(holds(&seen["cells"], "ract run tiny.toml"), "the command in {}", seen["cells"]);
        assert!(seen["charts"].as_u64().unwrap() >= 5 && seen["curves"].as_u64().unwrap() >= 5, "{seen}");
    }
}

#[test]
fn the_report_of_all_results_shows_every_data_set_in_a_browser_and_asks_for_nothing() {
    let Some(browser) = browser() else { return };
    let place = Workplace::new();
    place.succeed(&["report", "--results", results().to_str().unwrap(), "--out", "all.html"]);
    for width in WIDTHS {
        let seen = look(&browser, &place.folder.path().join("all.html"), width);
        for heading in ["ml-1m", "gowalla", "Mult-VAE", "Baseline: EASE"] {
            assert!(holds(&seen["headings"], heading), "{heading} in {}", seen["headings"]);
        }
        assert!(seen["charts"].as_u64().unwrap() >= 1, "{seen}");
    }
}

#[test]
fn the_report_of_all_results_is_below_a_megabyte_and_names_the_commands_that_show_more() {
    let place = Workplace::new();
    place.succeed(&["report", "--results", results().to_str().unwrap(), "--out", "all.html"]);
    let html = place.read("all.html");
    assert!(html.len() < 1_000_000, "{} bytes", html.len());
    assert!(html.contains("Curves and all settings: ") && html.contains("/ml-1m/mult-vae/seed-0 --out FILE"));
}

#[test]
fn a_run_that_is_not_finished_has_a_report_of_what_is_known() {
    let place = Workplace::new();
    place.succeed(&["run", "tiny.toml"]);
    let result = place.read("runs/tiny/result.json");
    fs::remove_file(place.folder.path().join("runs/tiny/result.json")).unwrap();
    place.succeed(&["report", "runs/tiny"]);
    let html = place.read("runs/tiny/report.html");
    assert!(html.contains("The run is not finished") && html.contains("<h2>Curves</h2>") && !html.contains("<h2>Test"));
    // Going on, it is tested and reported anew; the report left the result as it was.
    place.succeed(&["run", "tiny.toml"]);
    assert!(place.read("runs/tiny/report.html").contains("<h2>Test</h2>"));
    let test = serde_json::from_str::<Value>(&result).unwrap()["test"].clone();
    assert_eq!(place.json("runs/tiny/result.json")["test"], test);
}

#[test]
fn published_rows_and_curves_stand_beside_ours_where_there_are_some() {
    let place = Workplace::new();
    place.succeed(&["run", "tiny.toml", "--set", "dataset=ml-20m"]);
    let html = place.read("runs/tiny/report.html");
    assert!(html.contains("published actor") && html.contains("published ract") && html.contains("Dashed: "), "{html}");
    assert!(html.contains("RaCT, published") && html.contains("Lobel, Li, Gao, Carin, ICLR 2020"), "{html}");
}

#[test]
fn a_report_needs_a_run_or_a_folder_of_results() {
    let place = Workplace::new();
    let cases: [(&[&str], i32, &str); 2] = [
        (&["report", "nowhere"], 2, "ract: nowhere is not a run folder: it has no config.toml"),
        (&["report", "--results", ".", "--out", "x.html"], 2, "ract: there is no result.json: "),
    ];
    for (args, code, message) in cases {
        let (found, line) = crate::support::workplace::failure(&place.ract(args).output().unwrap());
        assert!(found == code && line.starts_with(message), "{found}: {line}");
    }
}

#[test]
fn a_followed_run_says_a_line_per_epoch_where_no_curve_can_be_drawn_and_so_does_who_follows_it() {
    let place = Workplace::new();
    let output = place.ract(&["run", "tiny.toml", "--follow", "--tensorboard", "events"]).output().unwrap();
    let run = String::from_utf8(output.stderr).unwrap();
    let output = place.ract(&["follow", "runs/tiny"]).output().unwrap();
    let follow = String::from_utf8(output.stderr).unwrap();
    for said in [run, follow] {
        for line in ["actor 1/6  ", "actor 5/6  ", "actor: 6 epochs in ", "critic 3/4  ", "actor_critic: 5 epochs in "]
        {
            assert!(said.lines().any(|found| found.starts_with(line)), "{line} in\n{said}");
        }
    }
    let phases = crate::support::names(&place.folder.path().join("events"));
    assert_eq!(phases, ["actor", "actor_critic", "control", "critic"]);
}
