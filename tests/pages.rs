//! The pages and the results that the repository keeps.

use crate::support::ract;
use std::path::Path;

#[test]
fn every_table_in_the_pages_is_what_its_command_prints_from_the_kept_results() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = ract(&repository).arg("pages").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let tables: usize = said.split(' ').next().and_then(|number| number.parse().ok()).unwrap();
    assert!(tables > 5, "{said}");
}

#[test]
fn every_test_that_the_page_of_promises_names_exists() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let code: String = ["crates", "tests", "fuzz"].iter().map(|folder| rust_files(&repository.join(folder))).collect();
    let page = std::fs::read_to_string(repository.join("tests/README.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| ") && line.contains('`'));
    let tests: Vec<&str> = rows.filter_map(|row| row.split('|').nth(2)?.split('`').nth(1)).collect();
    assert!(tests.len() > 20, "{tests:?}");
    for test in tests.into_iter().filter(|test| !test.ends_with(".rs")) {
        // A property has arguments.
        assert!(code.contains(&format!("fn {test}(")), "tests/README.md names {test}, which is no test");
    }
}

/// The text of all Rust files in a folder and below it.
fn rust_files(folder: &Path) -> String {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts = entries.map(|path| match path.extension() {
        _ if path.is_dir() => rust_files(&path),
        Some(extension) if extension == "rs" => std::fs::read_to_string(&path).unwrap(),
        _ => String::new(),
    });
    texts.collect()
}
