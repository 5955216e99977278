//! A trained actor as files that other programs read: weights, items, and how to compute the scores.

use super::{Model, Recommender, Source, batch_of};
use crate::run::tensor_file;
use crate::{Error, Result};
use ndarray_npy::NpzWriter;
use ract_autodiff::{Mat, NodeKind};
use ract_data::{Interactions, atomic_file};
use ract_models::FixedPart;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

/// The ops whose results follow from their inputs alone, so that `model.json` can name them.
const OPS: [&str; 10] =
    ["sparse_affine", "affine", "tanh", "sigmoid", "scale", "add", "mul", "matmul", "l2_normalize", "layer_norm"];

/// `model.json`.
#[derive(Serialize)]
struct Rebuilt {
    /// What the program and its version call themselves.
    program: String,
    actor: String,
    items: usize,
    /// What goes in: a row for each user.
    input: &'static str,
    /// The steps, each after its inputs.
    nodes: Vec<Node>,
    /// The step that gives the scores of all items.
    scores: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "op")]
enum Node {
    /// A matrix of `weights.safetensors` and `weights.npz`.
    Weights { name: String },
    /// For the items `items` alone: `gain` times the sum of the rows of the user's items in the matrix `name`.
    Linear { name: &'static str, items: Vec<u32>, gain: f64 },
    /// `gain ln(1 + k / mean(k))`, with the mean over all items: k_i is the sum of the third column of the matrix `name` over its rows
    /// that have one of the user's items in the first column and i in the second. 0 where no k is above 0.
    Neighbours { name: &'static str, gain: f64 },
    /// For every user: `power` times the matrix `name`, 1 x I.
    Popularity { name: &'static str, power: f64 },
    /// An op of [`OPS`], with its numbers.
    #[serde(untagged)]
    Op {
        op: &'static str,
        inputs: Vec<usize>,
        #[serde(flatten)]
        numbers: BTreeMap<&'static str, f64>,
    },
}

const INPUT: &str =
    "for each user, 1 / sqrt(n) at the user's n items and 0 elsewhere: the first input of sparse_affine";

/// Writes `weights.safetensors`, `weights.npz`, `items.txt` and `model.json` of the recommender to `folder`, which must be new
/// or empty.
///
/// # Errors
/// When it is not an actor, or its scores are computed in a way that `model.json` cannot say; when the system refuses.
pub fn export(source: &Source, recommender: &mut Recommender<'_>, folder: &Path) -> Result<()> {
    let Model::Actor { trainer, .. } = &mut recommender.model else {
        return Err(Error::Usage("a baseline has no network: `ract recommend` gives its lists".to_owned()));
    };
    let n_items = recommender.n_items;
    // Any user: the steps are the same for all.
    let batch = batch_of(&Interactions::from_rows(n_items, [[0_u32]]), n_items);
    let scores = trainer.output(&batch).scores().position();
    let graph = trainer.tape.graph();
    trainer.tape.reset();
    let fixed = trainer.actor.fixed_parts();
    let node = |node: &ract_autodiff::GraphNode| match &node.kind {
        NodeKind::Input => Ok(Node::Weights { name: node.name.clone().unwrap_or_default() }),
        NodeKind::Op(op, inputs) if OPS.contains(op) => {
            Ok(Node::Op { op, inputs: inputs.clone(), numbers: node.numbers.iter().copied().collect() })
        }
        NodeKind::Op(op, _) => Err(*op),
        NodeKind::Constant => match fixed.iter().find(|part| node.name.as_deref() == Some(part.name())) {
            Some(part) => Ok(fixed_node(part)),
            None => Err("a constant"),
        },
    };
    let nodes = graph[..=scores].iter().map(node).collect::<std::result::Result<Vec<_>, _>>().map_err(|op| {
        let actor = trainer.config.actor.network;
        Error::Usage(format!("{actor} computes its scores with {op}, which model.json has no words for"))
    })?;
    let rebuilt = Rebuilt {
        program: format!("ract {}", env!("CARGO_PKG_VERSION")),
        actor: trainer.config.actor.network.to_string(),
        items: n_items,
        input: INPUT,
        nodes,
        scores,
    };

    atomic_file::create_folder(folder).map_err(Error::file("create", folder))?;
    let is_empty = std::fs::read_dir(folder).map_err(Error::file("read", folder))?.next().is_none();
    if !is_empty {
        return Err(Error::Usage(format!("{} is not empty: name a new folder", folder.display())));
    }
    let params = trainer.actor.params();
    let fixed: Vec<(String, Cow<'_, Mat<f32>>)> = fixed.iter().map(fixed_matrix).collect();
    let matrices: Vec<(String, &Mat<f32>)> = params
        .iter()
        .map(|param| (param.name().to_owned(), param.value()))
        .chain(fixed.iter().map(|(name, matrix)| (name.clone(), matrix.as_ref())))
        .collect();
    tensor_file::write(&folder.join("weights.safetensors"), "exported weights", matrices.iter().cloned(), &())?;
    write_npz(&folder.join("weights.npz"), &matrices)?;
    let items = source.names.items().iter().fold(String::new(), |text, item| text + item + "\n");
    atomic_file::save(&folder.join("items.txt"), items)?;
    let json = serde_json::to_string_pretty(&rebuilt).map_err(|error| Error::Failed(error.to_string()))?;
    Ok(atomic_file::save(&folder.join("model.json"), json + "\n")?)
}

fn fixed_node(part: &FixedPart) -> Node {
    let name = part.name();
    match part {
        FixedPart::Linear { ease, gain } => Node::Linear { name, items: ease.kept().to_vec(), gain: *gain },
        FixedPart::Neighbours { gain, .. } => Node::Neighbours { name, gain: *gain },
        FixedPart::Popularity { power, .. } => Node::Popularity { name, power: *power },
    }
}

/// The matrix that the node of the part names. Between neighbours, a row for each pair: item, recommended item, weight; numbers of
/// items are exact in f32 below 16,777,216.
fn fixed_matrix(part: &FixedPart) -> (String, Cow<'_, Mat<f32>>) {
    let matrix = match part {
        FixedPart::Linear { ease, .. } => Cow::Borrowed(ease.weights()),
        FixedPart::Popularity { log_counts, .. } => Cow::Borrowed(log_counts),
        FixedPart::Neighbours { weights, .. } => {
            let of =
                |item: usize| weights.of(item).iter().map(move |&(other, weight)| [item as f32, other as f32, weight]);
            Cow::Owned((0..weights.n_items()).flat_map(of).collect::<Vec<_>>().into())
        }
    };
    (part.name().to_owned(), matrix)
}

fn write_npz(path: &Path, matrices: &[(String, &Mat<f32>)]) -> Result<()> {
    let failed = |error: &dyn std::fmt::Display| Error::Failed(format!("cannot write {}: {error}", path.display()));
    let mut npz = NpzWriter::new(File::create(path).map_err(Error::file("write", path))?);
    for (name, matrix) in matrices {
        npz.add_array(name.as_str(), *matrix).map_err(|error| failed(&error))?;
    }
    npz.finish().map(drop).map_err(|error| failed(&error))
}
