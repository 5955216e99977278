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
