//! The files of a run.

use crate::support::{check_refusal_in, files, folder, write};
use ract::report::{self, speed::Speed};
use ract::run::{
    BaselineResult, EpochRecord, Profiles, Results, RunPath, RunResult, Tested, Trial, per_user, tensor_file,
};
use ract_autodiff::Mat;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::Path;
use tempfile::TempDir;

/// To what the checkpoints of the corpus belong.
const IDENTITY: &str = "fuzz";

/// What a checkpoint holds.
type Held = (BTreeMap<String, Mat<f32>>, serde_json::Value);

/// A checkpoint. Then another one is made of the bytes, and one of its bits is flipped.
pub(crate) fn checkpoint(bytes: &[u8]) {
    let folder = folder(&[("x.safetensors", bytes.to_vec())]);
    let path = folder.path().join("x.safetensors");
    let read = || tensor_file::read(&path, IDENTITY);
    match read() {
        Ok(held) => check_written(&path, &held),
        Err(error) => check_refusal_in(&error, &folder),
    }
    let [rows, cols, bit, rest @ ..] = bytes else { return };
    let (rows, cols) = (usize::from(rows % 5), usize::from(cols % 5));
    let number = |(row, col): (usize, usize)| {
        let bytes = [0, 1, 2, 3].map(|byte| rest.get(4 * (row * cols + col) + byte).copied().unwrap_or_default());
        f32::from_le_bytes(bytes)
    };
    let matrix = Mat::from_shape_fn((rows, cols), number);
    let name = String::from_utf8_lossy(&rest[..rest.len().min(10)]).into_owned();
    let held: Held = (BTreeMap::from([(name.clone(), matrix)]), name.into());
    if held.0.values().flatten().all(|number| number.is_finite()) {
        check_written(&path, &held);
        let mut whole = std::fs::read(&path).unwrap();
        let place = rest.iter().fold(usize::from(*bit), |place, &byte| place * 31 % 65_521 + usize::from(byte));
        let place = place % (8 * whole.len());
        whole[place / 8] ^= 1 << (place % 8);
        write(&path, &whole);
        match read() {
            Ok(found) => assert_eq!(found, held, "bit {place} was changed unnoticed"),
            Err(error) => check_refusal_in(&error, &folder),
        }
    }
}

fn check_written(path: &Path, held: &Held) {
    let (tensors, meta) = held;
    tensor_file::write(path, IDENTITY, tensors.iter().map(|(name, matrix)| (name.clone(), matrix)), meta).unwrap();
    assert_eq!(tensor_file::read::<serde_json::Value>(path, IDENTITY).unwrap(), *held);
}

/// `result.json` of a run or of a baseline.
pub(crate) fn result(bytes: &[u8]) {
    let folder = folder(&[("result.json", bytes.to_vec())]);
    check_result::<RunResult>(&folder);
    check_result::<BaselineResult>(&folder);
}

fn check_result<R: DeserializeOwned + Serialize + PartialEq + Debug>(folder: &TempDir) {
    match RunPath::at(folder.path()).read_finished::<R>() {
        Ok(result) => assert_eq!(serde_json::from_str::<R>(&serde_json::to_string(&result).unwrap()).unwrap(), result),
        Err(error) => check_refusal_in(&error, folder),
    }
}

/// `history.jsonl` of a run or of a baseline.
pub(crate) fn history(bytes: &[u8]) {
    let folder = folder(&[("history.jsonl", bytes.to_vec())]);
    check_history::<EpochRecord>(&folder, bytes);
    check_history::<Trial>(&folder, bytes);
}

fn check_history<R: DeserializeOwned + Serialize + PartialEq + Debug>(folder: &TempDir, bytes: &[u8]) {
    match RunPath::at(folder.path()).read_history::<R>() {
        Ok(records) => {
            let complete = &bytes[..bytes.iter().rposition(|&byte| byte == b'\n').unwrap_or(0)];
            let lines = complete.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
            assert_eq!(records.len(), lines.count(), "lines are lost");
            for record in records {
                assert_eq!(serde_json::from_str::<R>(&serde_json::to_string(&record).unwrap()).unwrap(), record);
            }
        }
        Err(error) => check_refusal_in(&error, folder),
    }
}

/// `profile.json`.
pub(crate) fn profile(bytes: &[u8]) {
    let folder = folder(&[("profile.json", bytes.to_vec())]);
    match RunPath::at(folder.path()).read_profiles() {
        Ok(profiles) => {
            let written = serde_json::to_string(&profiles).unwrap();
            assert_eq!(serde_json::from_str::<Profiles>(&written).unwrap(), profiles);
        }
        Err(error) => check_refusal_in(&error, &folder),
    }
}

/// `per_user.csv`.
pub(crate) fn per_user(bytes: &[u8]) {
    check_per_user(&folder(&[("per_user.csv", bytes.to_vec())]));
}

/// `per_user.csv.zst`.
pub(crate) fn per_user_packed(bytes: &[u8]) {
    check_per_user(&folder(&[("per_user.csv.zst", bytes.to_vec())]));
}

fn check_per_user(folder: &TempDir) {
    let run = RunPath::at(folder.path());
    let tested = match run.read_per_user() {
        Ok(tested) => tested,
        Err(error) => return check_refusal_in(&error, folder),
    };
    check_measured(&tested);
    write(&run.per_user(), per_user::to_csv(&tested).unwrap().as_bytes());
    assert_eq!(run.read_per_user().unwrap(), tested);
    // Packed numbers are of single precision, so large ones become infinite.
    let packed = per_user::pack(&tested).unwrap();
    std::fs::remove_file(run.per_user()).unwrap();
    write(&run.packed_per_user(), &packed);
    if let Ok(again) = run.read_per_user() {
        assert!(
            again.keys().eq(tested.keys())
                && again.values().zip(tested.values()).all(|(one, other)| one.is_like(other))
        );
        assert_eq!(per_user::pack(&again).unwrap(), packed);
    }
}

fn check_measured(tested: &Tested) {
    for of in tested.values() {
        assert!(of.users.windows(2).all(|two| two[0] < two[1]), "users {:?} do not ascend", of.users);
        assert_eq!(of.values.dim(), (of.users.len(), of.metrics.len()));
        let columns = [&of.seen, &of.unseen, &of.loss, &of.predicted];
        for column in columns {
            assert!(column.is_empty() || column.len() == of.users.len(), "values of some users alone");
        }
        assert!(columns.into_iter().flatten().chain(&of.values).all(|number| number.is_finite()));
    }
}

/// A run folder: its report, and the results in it.
pub(crate) fn run_folder(bytes: &[u8]) {
    let folder = folder(&files(bytes, ""));
    match report::of_run(folder.path(), report::Lists::None) {
        Ok(page) => assert!(page.trim_end().ends_with("</html>")),
        Err(error) => check_refusal_in(&error, &folder),
    }
    match Results::read(folder.path()) {
        Ok(results) => {
            let finished = usize::from(RunPath::at(folder.path()).is_finished());
            assert_eq!(results.runs.len() + results.baselines.len(), finished);
        }
        Err(error) => check_refusal_in(&error, &folder),
    }
}

/// What `make bench` measured.
pub(crate) fn speed(bytes: &[u8]) {
    let folder = folder(&[("bench.json", bytes.to_vec())]);
    match Speed::read(&folder.path().join("bench.json")) {
        Ok(speed) => {
            assert!(!speed.to_string().is_empty());
            let _ = Speed::by_size(&[speed]).to_string();
        }
        Err(error) => check_refusal_in(&error, &folder),
    }
}
