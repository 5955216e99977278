//! Event files for TensorBoard: the scalars of every epoch. Each phase has its own folder, so that the curves of the
//! phases are drawn over one another.

use crate::config::{Config, Phase};
use crate::run::EpochRecord;
use crate::training::Progress;
use crate::{Error, Result};
use prost::Message;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// The version of the format, which is the first record of every file.
const VERSION: &str = "brain.Event:2";
/// The status in a session's log that marks a start: the later events of this file replace those of older files for the
/// same steps.
const START: i32 = 1;

/// The content of a record: the fields of TensorFlow's `Event` that scalars need.
#[derive(Clone, PartialEq, Message)]
struct Event {
    #[prost(double, tag = "1")]
    wall_time: f64,
    #[prost(int64, tag = "2")]
    step: i64,
    #[prost(string, optional, tag = "3")]
    file_version: Option<String>,
    #[prost(message, optional, tag = "5")]
    summary: Option<Summary>,
    #[prost(message, optional, tag = "7")]
    session_log: Option<SessionLog>,
}

#[derive(Clone, PartialEq, Message)]
struct Summary {
    #[prost(message, repeated, tag = "1")]
    value: Vec<Scalar>,
}

#[derive(Clone, PartialEq, Message)]
struct Scalar {
    #[prost(string, tag = "1")]
    tag: String,
    #[prost(float, tag = "2")]
    simple_value: f32,
}

#[derive(Clone, PartialEq, Message)]
struct SessionLog {
    #[prost(int32, tag = "1")]
    status: i32,
}

/// The event files of a run, which grow while it trains.
pub struct EventFiles<'a> {
    folder: PathBuf,
    config: &'a Config,
    phases: BTreeMap<Phase, (File, u64)>,
    /// The time of creation in seconds since 1970. It is part of the file names, and the clock of the events starts
    /// there.
    created: u64,
    /// The training time so far in seconds. It is the clock of the events, so pauses are not shown.
    seconds: f64,
    failure: Option<Error>,
}

impl<'a> EventFiles<'a> {
    /// Creates the files in folders below `folder`, and writes the epochs in `history`, which a run of `config` has
    /// done so far. Later epochs are added by the calls of [`Progress`].
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn create(folder: &Path, config: &'a Config, history: &[EpochRecord]) -> Result<Self> {
        let created = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let (folder, phases) = (folder.to_owned(), BTreeMap::new());
        let mut files = Self { folder, config, phases, created, seconds: 0.0, failure: None };
        history.iter().try_for_each(|record| files.add(record))?;
        Ok(files)
    }

    /// # Errors
    /// The first error that occurred when an epoch was written.
    pub fn finish(self) -> Result<()> {
        self.failure.map_or(Ok(()), Err)
    }

    fn add(&mut self, record: &EpochRecord) -> Result<()> {
        let phase = record.phase;
        let folder = self.folder.join(phase.name());
        let path = folder.join(format!("events.out.tfevents.{}.ract", self.created));
        let failed = |error| Error::file("write", &path)(error);
        self.seconds += record.seconds;
        let event = Event { wall_time: self.created as f64 + self.seconds, ..Event::default() };
        if let Entry::Vacant(new) = self.phases.entry(phase) {
            fs::create_dir_all(&folder).map_err(Error::file("create", &folder))?;
            let mut file = File::create(&path).map_err(failed)?;
            let first = [
                Event { file_version: Some(VERSION.to_owned()), ..event.clone() },
                Event { step: 1, session_log: Some(SessionLog { status: START }), ..event.clone() },
            ];
            first.iter().try_for_each(|event| write(&mut file, event)).map_err(failed)?;
            new.insert((file, 0));
        }
        let Some((file, last)) = self.phases.get_mut(&phase) else { return Ok(()) };
        // After a stop, the epochs since the last checkpoint are trained again, with the same results bit for bit.
        if record.epoch > *last {
            let summary = Some(Summary { value: scalars(self.config, record) });
            write(file, &Event { step: record.epoch as i64, summary, ..event }).map_err(failed)?;
            *last = record.epoch;
        }
        Ok(())
    }
}

impl Progress for EventFiles<'_> {
    fn taken(&mut self, _from: &Path) {}

    fn phase(&mut self, _phase: Phase, _done: u64, _epochs: u64, _batches: usize) {}

    fn batch(&mut self) {}

    /// Training continues when the file cannot be written. [`EventFiles::finish`] returns the error.
    fn epoch(&mut self, record: &EpochRecord) {
        if self.failure.is_none() {
            self.failure = self.add(record).err();
        }
    }
}

fn scalars(config: &Config, record: &EpochRecord) -> Vec<Scalar> {
    let EpochRecord { phase, epoch, losses, validation, seconds, .. } = record;
    let losses = losses.iter().map(|(name, &value)| (format!("loss/{name}"), value));
    let validation = validation.iter().map(|(metric, &value)| (format!("validation/{metric}"), value));
    let actor = (*phase != Phase::Critic).then(|| phase.learning_rate(config, *epoch));
    let critic = matches!(phase, Phase::Critic | Phase::ActorCritic).then_some(config.critic.learning_rate);
    let rates = [("learning_rate/actor", actor), ("learning_rate/critic", critic)];
    let rates = rates.into_iter().filter_map(|(tag, rate)| Some((tag.to_owned(), rate?)));
    let all = losses.chain(validation).chain(rates).chain([("seconds".to_owned(), *seconds)]);
    all.map(|(tag, value)| Scalar { tag, simple_value: value as f32 }).collect()
}

/// Writes a record: the length, its checksum, the event, its checksum.
fn write(file: &mut File, event: &Event) -> std::io::Result<()> {
    let data = event.encode_to_vec();
    let length = (data.len() as u64).to_le_bytes();
    let [of_length, of_data] = [&length[..], &data].map(|bytes| checksum(bytes).to_le_bytes());
    // With a single write, so that a reader finds complete records.
    file.write_all(&[&length[..], &of_length, &data, &of_data].concat())
}

/// CRC-32C, masked as TensorFlow does it: the plain checksum of bytes that contain their own checksum would say little.
fn checksum(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Data;
    use crate::metrics::Metric;

    fn read(folder: &Path) -> Vec<Event> {
        let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(files.len() == 1 && files[0].to_string_lossy().contains("tfevents"), "{files:?}");
        let bytes = fs::read(&files[0]).unwrap();
        let (mut rest, mut events) = (&bytes[..], Vec::new());
        while !rest.is_empty() {
            let (length, after) = rest.split_at(8);
            let (of_length, after) = after.split_at(4);
            let (data, after) = after.split_at(u64::from_le_bytes(length.try_into().unwrap()) as usize);
            let (of_data, after) = after.split_at(4);
            assert_eq!(of_length, checksum(length).to_le_bytes());
            assert_eq!(of_data, checksum(data).to_le_bytes());
            events.push(Event::decode(data).unwrap());
            rest = after;
        }
        events
    }

    fn record(phase: Phase, epoch: u64, loss: f64) -> EpochRecord {
        let mut record = EpochRecord::new(phase, epoch, BTreeMap::from([("nll".to_owned(), loss)]));
        record.seconds = 2.0;
        if phase == Phase::Actor {
            record.validation.insert(Metric::ndcg(100), loss / 1000.0);
        }
        record
    }

    #[test]
    fn every_scalar_of_every_epoch_reads_back_with_its_checksum_whether_from_the_history_or_added_later() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::new("tiny", Data::Path("nowhere".into()));
        let history = [record(Phase::Actor, 1, 500.0), record(Phase::Actor, 2, 400.0)];
        let mut files = EventFiles::create(folder.path(), &config, &history).unwrap();
        // The second epoch is trained again after a stop.
        for record in [record(Phase::Actor, 2, 400.0), record(Phase::Actor, 3, 300.0), record(Phase::Critic, 1, 300.0)]
        {
            files.epoch(&record);
        }
        files.finish().unwrap();

        let actor = read(&folder.path().join("actor"));
        assert_eq!(actor[0].file_version.as_deref(), Some(VERSION));
        assert_eq!(actor[1].session_log, Some(SessionLog { status: START }));
        let steps: Vec<_> = actor[2..].iter().map(|event| event.step).collect();
        assert_eq!(steps, [1, 2, 3]);
        assert_eq!(actor[4].wall_time - actor[2].wall_time, 6.0);
        let scalars = |event: &Event| -> BTreeMap<String, f32> {
            let values = event.summary.iter().flat_map(|summary| &summary.value);
            values.map(|scalar| (scalar.tag.clone(), scalar.simple_value)).collect()
        };
        let expected =
            [("learning_rate/actor", 1e-3), ("loss/nll", 300.0), ("seconds", 2.0), ("validation/ndcg@100", 0.3)];
        assert_eq!(scalars(&actor[4]), expected.map(|(tag, value)| (tag.to_owned(), value)).into());
        let critic = read(&folder.path().join("critic"));
        assert_eq!(scalars(&critic[2])["learning_rate/critic"], 1e-4);
    }

    #[test]
    fn the_checksum_is_the_one_that_tensorflow_writes() {
        // The first field of every record of 24 bytes, such as the first record of a file.
        assert_eq!(checksum(&24_u64.to_le_bytes()), 0x224b_7fa3);
    }

    #[test]
    fn the_error_of_a_file_that_cannot_be_written_is_returned_at_the_end() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let config = Config::new("tiny", Data::Path("nowhere".into()));
        let mut files = EventFiles::create(file.path(), &config, &[]).unwrap();
        files.epoch(&record(Phase::Actor, 1, 1.0));
        assert!(files.finish().unwrap_err().to_string().starts_with("cannot create "));
    }
}
