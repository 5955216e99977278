//! The recording as data, for programs that rebuild it elsewhere.

use crate::tape::Kind;
use crate::{Scalar, Tape, Var};

/// A node of a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphNode {
    /// What the node is.
    pub kind: NodeKind,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Of an op: its numbers, by name ([`Op::numbers`](crate::Op::numbers)).
    pub numbers: Vec<(&'static str, f64)>,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A value that no gradient goes through.
    Constant,
    /// A parameter or another input.
    Input,
    /// An op, with the positions of its inputs.
    Op(&'static str, Vec<usize>),
}

impl<T: Scalar> Tape<T> {
    /// All nodes, in the order in which they were recorded: each comes after its inputs. Parameters have their names.
    ///
    /// ```
    /// use ndarray::array;
    /// use ract_autodiff::{NodeKind, Param, Tape};
    ///
    /// let weights = Param::new("weights", array![[2.0_f64]]);
    /// let tape = Tape::new();
    /// tape.param(&weights).tanh();
    /// let graph = tape.graph();
    /// assert_eq!((graph[0].name.as_deref(), &graph[0].kind), (Some("weights"), &NodeKind::Input));
    /// assert_eq!(graph[1].kind, NodeKind::Op("tanh", vec![0]));
    /// ```
    pub fn graph(&self) -> Vec<GraphNode> {
        let of = |kind: &Kind<T>| match kind {
            Kind::Constant => NodeKind::Constant,
            Kind::Leaf(_) => NodeKind::Input,
            Kind::Computed { op, inputs } => NodeKind::Op(op.name(), inputs.clone()),
        };
        let numbers = |kind: &Kind<T>| match kind {
            Kind::Computed { op, .. } => op.numbers(),
            Kind::Constant | Kind::Leaf(_) => Vec::new(),
        };
        let node =
            |kind, name: Option<&String>| GraphNode { kind: of(kind), name: name.cloned(), numbers: numbers(kind) };
        self.nodes.iter().map(|it| node(&it.kind, it.name.get())).collect()
    }
}

impl<T: Scalar> Var<'_, T> {
    /// The position of this node in [`Tape::graph`].
    pub fn position(self) -> usize {
        self.index()
    }
}
