//! The list of targets.

use ract_data::readers::READERS;
use ract_fuzz::TARGETS;
use std::path::Path;

#[test]
fn every_reader_has_a_target_and_every_target_has_samples_and_a_program() {
    for reader in READERS {
        let name = reader.name.replace('-', "_");
        assert!(TARGETS.iter().any(|target| target.name == name), "no target {name}");
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = std::fs::read_to_string(here.join("Cargo.toml")).unwrap();
    for target in TARGETS {
        let name = target.name;
        let program = std::fs::read_to_string(here.join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(program.contains(&format!("run(\"{name}\", bytes)")), "{name}");
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
        let samples = std::fs::read_dir(here.join("corpus").join(name)).unwrap();
        assert!(samples.count() > 0, "{name} has no sample");
    }
}
