//! Matrices in safetensors files, which are written atomically.

use crate::{Error, Result};
use ract_autodiff::Mat;
use ract_data::atomic_file::AtomicFile;
use safetensors::tensor::{Dtype, Metadata, SafeTensors, TensorInfo};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::Path;

/// The key in the file's metadata under which everything that is not a matrix is stored, as JSON.
const META_KEY: &str = "ract";
/// The format requires that the numbers start at a multiple of this many bytes.
const ALIGNMENT: usize = 8;

/// Writes `tensors` and `meta` to `path`, without a copy of the numbers.
pub(crate) fn write<'a>(
    path: &Path,
    tensors: impl IntoIterator<Item = (String, &'a Mat<f32>)>,
    meta: &impl Serialize,
) -> Result<()> {
    let failed = |problem: String| Error::Failed(format!("cannot write {}: {problem}", path.display()));
    let (mut infos, mut contents, mut end) = (Vec::new(), Vec::new(), 0);
    for (name, matrix) in tensors {
        let numbers = matrix.as_slice().ok_or_else(|| failed(format!("'{name}' is not row-major")))?;
        let bytes: &[u8] = bytemuck::cast_slice(numbers);
        let data_offsets = (end, end + bytes.len());
        infos.push((name, TensorInfo { dtype: Dtype::F32, shape: matrix.shape().to_vec(), data_offsets }));
        contents.push(bytes);
        end = data_offsets.1;
    }
    let header = || {
        let meta = HashMap::from([(META_KEY.to_owned(), serde_json::to_string(meta)?)]);
        let header = Metadata::new(Some(meta), infos).map_err(std::io::Error::other)?;
        let mut header = serde_json::to_vec(&header)?;
        header.resize(header.len().next_multiple_of(ALIGNMENT), b' ');
        Ok::<_, std::io::Error>(header)
    };
    let header = header().map_err(|error| failed(error.to_string()))?;
    let attempt = || {
        let mut atomic = AtomicFile::create(path)?;
        atomic.file().write_all(&(header.len() as u64).to_le_bytes())?;
        atomic.file().write_all(&header)?;
        contents.iter().try_for_each(|bytes| atomic.file().write_all(bytes))?;
        atomic.commit()
    };
    attempt().map_err(Error::file("write", path))
}

/// Reads a file that [`write`] wrote.
pub(crate) fn read<M: DeserializeOwned>(path: &Path) -> Result<(BTreeMap<String, Mat<f32>>, M)> {
    let damaged = |problem: String| {
        Error::Failed(format!("{} is not a checkpoint of this program: {problem}; delete it", path.display()))
    };
    let bytes = std::fs::read(path).map_err(Error::file("read", path))?;
    let (_, header) = SafeTensors::read_metadata(&bytes).map_err(|error| damaged(error.to_string()))?;
    let meta = header.metadata().as_ref().and_then(|meta| meta.get(META_KEY));
    let meta = meta.ok_or_else(|| damaged(format!("no '{META_KEY}' in its header")))?;
    let meta = serde_json::from_str(meta).map_err(|error| damaged(error.to_string()))?;
    let file = SafeTensors::deserialize(&bytes).map_err(|error| damaged(error.to_string()))?;
    let tensors = file.tensors().into_iter().map(|(name, view)| {
        let (Dtype::F32, &[rows, cols]) = (view.dtype(), view.shape()) else {
            return Err(damaged(format!("'{name}' is not a matrix of f32")));
        };
        let numbers: Vec<f32> = bytemuck::pod_collect_to_vec(view.data());
        let matrix = Mat::from_shape_vec((rows, cols), numbers).map_err(|error| damaged(error.to_string()))?;
        Ok((name, matrix))
    });
    Ok((tensors.collect::<Result<_>>()?, meta))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matrices_read_back_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.safetensors");
        let (a, b) = (Mat::from_elem((2, 3), 0.1_f32), Mat::from_shape_fn((1, 5), |(_, j)| j as f32));
        write(&path, [("b".to_owned(), &b), ("a".to_owned(), &a), ("none".to_owned(), &Mat::zeros((0, 4)))], &0.1)
            .unwrap();
        let (tensors, meta): (_, f64) = read(&path).unwrap();
        let expected = [("a".to_owned(), a), ("b".to_owned(), b), ("none".to_owned(), Mat::zeros((0, 4)))];
        assert_eq!((tensors, meta), (BTreeMap::from(expected), 0.1));
    }

    #[test]
    fn the_error_names_the_damaged_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.safetensors");
        write(&path, [("a".to_owned(), &Mat::zeros((4, 4)))], &0).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for damaged in [&whole[..whole.len() - 1], &whole[..20], b"", b"not a checkpoint at all"] {
            std::fs::write(&path, damaged).unwrap();
            let message = read::<u8>(&path).unwrap_err().to_string();
            assert!(message.contains("x.safetensors is not a checkpoint of this program: "), "{message}");
            assert_eq!(message.lines().count(), 1);
        }
    }
}
