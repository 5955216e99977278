//! Matrices in safetensors files, which are written atomically.

use crate::{Error, Result};
use ract_autodiff::Mat;
use ract_data::atomic_file::AtomicFile;
use safetensors::tensor::{Dtype, Metadata, SafeTensors, TensorInfo};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::Path;

/// The key in the file's metadata under which everything that is not a matrix is stored, as JSON. It is one key, since the
/// order of several is not fixed, and equal contents shall give equal files.
const META_KEY: &str = "ract";
/// The format requires that the numbers start at a multiple of this many bytes.
const ALIGNMENT: usize = 8;

/// Everything in a file that is not a matrix.
#[derive(Serialize, Deserialize)]
struct Description {
    /// To what the file belongs.
    identity: String,
    /// What was given with the matrices, as JSON.
    meta: String,
    /// The hash of the identity, of `meta`, and of the matrices.
    sha256: String,
}

/// Writes `tensors` and `meta` to `path`, without a copy of the numbers. `identity` says to what they belong.
///
/// # Errors
/// When a matrix is not row-major, or the system refuses.
pub fn write<'a>(
    path: &Path,
    identity: &str,
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
        let meta = serde_json::to_string(meta)?;
        let shapes = infos.iter().map(|(name, info)| (name.as_str(), &info.shape[..]));
        let matrices = shapes.zip(&contents).map(|((name, shape), bytes)| (name, shape, *bytes));
        let sha256 = sha256(identity, &meta, matrices);
        let described = Description { identity: identity.to_owned(), meta, sha256 };
        let texts = HashMap::from([(META_KEY.to_owned(), serde_json::to_string(&described)?)]);
        let header = Metadata::new(Some(texts), infos).map_err(std::io::Error::other)?;
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

/// Reads a file that [`write()`] wrote.
///
/// # Errors
/// When a bit of it was changed, when it belongs to something else, or when a number is not finite.
pub fn read<M: DeserializeOwned>(path: &Path, identity: &str) -> Result<(BTreeMap<String, Mat<f32>>, M)> {
    let damaged = |problem: String| {
        Error::Failed(format!("{} is not a checkpoint of this program: {problem}; delete it", path.display()))
    };
    let bytes = std::fs::read(path).map_err(Error::file("read", path))?;
    let (_, header) = SafeTensors::read_metadata(&bytes).map_err(|error| damaged(error.to_string()))?;
    let text = header.metadata().as_ref().and_then(|texts| texts.get(META_KEY));
    let text = text.ok_or_else(|| damaged(format!("no '{META_KEY}' in its header")))?;
    let described: Description = serde_json::from_str(text).map_err(|error| damaged(error.to_string()))?;
    let file = SafeTensors::deserialize(&bytes).map_err(|error| damaged(error.to_string()))?;
    let views = file.tensors();
    let matrices = views.iter().map(|(name, view)| (name.as_str(), view.shape(), view.data()));
    if sha256(&described.identity, &described.meta, matrices) != described.sha256 {
        return Err(damaged("it was changed since it was written".to_owned()));
    }
    if described.identity != identity {
        return Err(damaged("it belongs to another run".to_owned()));
    }
    let meta = serde_json::from_str(&described.meta).map_err(|error| damaged(error.to_string()))?;
    let tensors = views.iter().map(|(name, view)| {
        let (Dtype::F32, &[rows, cols]) = (view.dtype(), view.shape()) else {
            return Err(damaged(format!("'{name}' is not a matrix of f32")));
        };
        let numbers: Vec<f32> = bytemuck::pod_collect_to_vec(view.data());
        if let Some(number) = numbers.iter().find(|number| !number.is_finite()) {
            return Err(damaged(format!("'{name}' has {number} in it")));
        }
        let matrix = Mat::from_shape_vec((rows, cols), numbers).map_err(|error| damaged(error.to_string()))?;
        Ok((name.clone(), matrix))
    });
    Ok((tensors.collect::<Result<_>>()?, meta))
}

/// Matrices are hashed in the order of their names.
fn sha256<'a>(identity: &str, meta: &str, matrices: impl Iterator<Item = (&'a str, &'a [usize], &'a [u8])>) -> String {
    let mut matrices: Vec<_> = matrices.collect();
    matrices.sort_by_key(|&(name, ..)| name);
    let shapes: Vec<_> = matrices.iter().map(|(_, shape, _)| format!("{shape:?}")).collect();
    let of_matrices = matrices.iter().zip(&shapes);
    let of_matrices = of_matrices.flat_map(|((name, _, numbers), shape)| [name.as_bytes(), shape.as_bytes(), numbers]);
    ract_data::sha256_of_parts([identity.as_bytes(), meta.as_bytes()].into_iter().chain(of_matrices))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matrices_read_back_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.safetensors");
        let (a, b) = (Mat::from_elem((2, 3), 0.1_f32), Mat::from_shape_fn((1, 5), |(_, j)| j as f32));
        write(
            &path,
            "me",
            [("b".to_owned(), &b), ("a".to_owned(), &a), ("none".to_owned(), &Mat::zeros((0, 4)))],
            &0.1,
        )
        .unwrap();
        let (tensors, meta): (_, f64) = read(&path, "me").unwrap();
        let expected = [("a".to_owned(), a), ("b".to_owned(), b), ("none".to_owned(), Mat::zeros((0, 4)))];
        assert_eq!((tensors, meta), (BTreeMap::from(expected), 0.1));
    }

    #[test]
    fn the_error_names_the_damaged_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.safetensors");
        write(&path, "me", [("a".to_owned(), &Mat::zeros((4, 4)))], &0).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for damaged in [&whole[..whole.len() - 1], &whole[..20], b"", b"not a checkpoint at all"] {
            std::fs::write(&path, damaged).unwrap();
            let message = read::<u8>(&path, "me").unwrap_err().to_string();
            assert!(message.contains("x.safetensors is not a checkpoint of this program: "), "{message}");
            assert_eq!(message.lines().count(), 1);
        }
    }

    #[test]
    fn no_bit_of_a_file_can_be_changed_unnoticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.safetensors");
        write(&path, "me", [("a".to_owned(), &Mat::from_elem((2, 3), 0.5))], &7).unwrap();
        let whole = std::fs::read(&path).unwrap();
        let mut unnoticed = Vec::new();
        for bit in 0..8 * whole.len() {
            let mut changed = whole.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&path, &changed).unwrap();
            if let Ok((tensors, meta)) = read::<u8>(&path, "me") {
                // A blank of the padding may become another blank: nothing of the contents changes.
                if tensors["a"] != Mat::from_elem((2, 3), 0.5) || meta != 7 {
                    unnoticed.push(bit);
                }
            }
        }
        assert!(unnoticed.is_empty(), "{unnoticed:?}");
    }

    #[test]
    fn a_file_of_another_run_and_numbers_that_are_not_finite_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.safetensors");
        write(&path, "you", [("a".to_owned(), &Mat::from_elem((1, 1), f32::NAN))], &7).unwrap();
        let said = |identity: &str| read::<u8>(&path, identity).unwrap_err().to_string();
        assert!(said("me").contains("it belongs to another run"), "{}", said("me"));
        assert!(said("you").contains("'a' has NaN in it"), "{}", said("you"));
    }
}
