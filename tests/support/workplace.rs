//! A folder with a small experiment, and the command in it.

use serde_json::Value;
use std::fs;
use std::process::{Command, Output};
use tempfile::TempDir;

/// On small synthetic data.
pub(crate) const EXPERIMENT: &str = r#"
dataset = "tiny"
batch_size = 50
checkpoint_seconds = 0

[data.synthetic]
users = 400
items = 150
heldout_users = 60

[actor]
hidden = 40
latent = 16
epochs = 6
learning_rate = 2e-2
anneal_batches = 500

[critic]
epochs = 4

[actor_critic]
epochs = 5
learning_rate = 1e-4
"#;

/// What tables and figures show.
const INDEX: &str = include_str!("../../experiments/index.toml");

pub(crate) struct Workplace {
    pub(crate) folder: TempDir,
}

impl Workplace {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("tiny.toml"), EXPERIMENT).unwrap();
        fs::create_dir(folder.path().join("experiments")).unwrap();
        fs::write(folder.path().join("experiments/index.toml"), INDEX).unwrap();
        Self { folder }
    }

    pub(crate) fn ract(&self, args: &[&str]) -> Command {
        let mut command = super::ract(self.folder.path());
        command.args(args);
        command
    }

    pub(crate) fn succeed(&self, args: &[&str]) -> String {
        let output = self.ract(args).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder.path().join(file)).unwrap()
    }

    pub(crate) fn json(&self, file: &str) -> Value {
        serde_json::from_str(&self.read(file)).unwrap()
    }

    pub(crate) fn exists(&self, file: &str) -> bool {
        self.folder.path().join(file).exists()
    }

    /// All that must not depend on threads or interruptions: everything but times, memory and the command line.
    pub(crate) fn outcome(&self, run: &str) -> (Vec<Value>, Vec<Value>, Vec<Vec<u8>>) {
        let result = self.json(&format!("{run}/result.json"));
        let history = self.read(&format!("{run}/history.jsonl"));
        let epochs = history.lines().map(|line| {
            let mut epoch: Value = serde_json::from_str(line).unwrap();
            epoch.as_object_mut().unwrap().remove("seconds");
            epoch
        });
        let checkpoints = self.folder.path().join(run).join("checkpoints");
        let weights = super::names(&checkpoints).into_iter().map(|phase| fs::read(checkpoints.join(phase)).unwrap());
        let found = ["test", "gain", "kept_epoch"].map(|key| result[key].clone());
        (found.to_vec(), epochs.collect(), weights.chain([self.read(&format!("{run}/per_user.csv")).into()]).collect())
    }
}

/// One line on stderr and the exit code.
pub(crate) fn failure(output: &Output) -> (i32, String) {
    let stderr = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(stderr.lines().count(), 1, "not one line: {stderr}");
    assert!(output.stdout.is_empty());
    (output.status.code().unwrap(), stderr.trim_end().to_owned())
}
