//! Matrices in files of the safetensors format, written whole or not at all.

use crate::{Error, Result};
use ract_autodiff::Mat;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// Under this key of the file's metadata stands what is not a matrix, as JSON.
const META_KEY: &str = "ract";

/// Writes `tensors` and `meta` to `path` through a temporary file beside it.
pub(crate) fn write<'a>(
    path: &Path,
    tensors: impl IntoIterator<Item = (String, &'a Mat<f32>)>,
    meta: &impl Serialize,
) -> Result<()> {
    let failed = |problem: String| Error::Failed(format!("cannot write {}: {problem}", path.display()));
    let views = tensors.into_iter().map(|(name, matrix)| {
        let numbers = matrix.as_slice().ok_or_else(|| failed(format!("'{name}' is not row-major")))?;
        let shape = matrix.shape().to_vec();
        let view = TensorView::new(Dtype::F32, shape, bytemuck::cast_slice(numbers));
        Ok((name, view.map_err(|error| failed(error.to_string()))?))
    });
    let views = views.collect::<Result<Vec<_>>>()?;
    let meta = serde_json::to_string(meta).map_err(|error| failed(error.to_string()))?;
    let meta = Some(HashMap::from([(META_KEY.to_owned(), meta)]));
    crate::atomic_file::write(path, |temporary| {
        safetensors::serialize_to_file(views, meta, temporary).map_err(std::io::Error::other)
    })
}

/// Reads what [`write`] wrote.
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
