//! To look inside: gradients as a table, the recording as a graph.
//!
//! ```
//! use ndarray::array;
//! use ract_autodiff::Tape;
//!
//! let tape = Tape::<f64>::new();
//! let x = tape.input(array![[1.5, 2.0]]).named("x");
//! let loss = x.sum_squares();
//!
//! let table = loss.backward([x])?.table().to_string();
//! assert!(table.starts_with("name            shape        norm         max   zeros    NaN    inf\n"));
//! assert!(table.contains("\nx               1 x 2     5.000e0     4.000e0    0.0%      0      0\n"));
//!
//! let graph = loss.dot([x])?; // for Graphviz
//! assert!(graph.contains("n0 -> n1 [color=red, penwidth=2];"));
//! # Ok::<(), ract_autodiff::Error>(())
//! ```

use crate::backward::{locate, on_path};
use crate::tape::{Kind, Value};
use crate::{Grads, Mat, Result, Scalar, Shape, Tape, Target, Var};
use std::fmt::{self, Write};

/// One line of [`Grads::table`].
#[derive(Clone, Debug, PartialEq)]
pub struct GradSummary {
    /// Name of the parameter or variable, when it has one.
    pub name: String,
    /// Its shape.
    pub shape: Shape,
    /// Root of the sum of squares of the finite elements.
    pub norm: f64,
    /// Largest absolute value of the finite elements.
    pub max: f64,
    /// Share of elements that are exactly 0.
    pub zeros: f64,
    /// Number of elements that are not a number.
    pub nans: usize,
    /// Number of elements that are infinite.
    pub infinities: usize,
}

/// What [`Grads::table`] returns; displayed as aligned columns.
#[derive(Clone, Debug, PartialEq)]
pub struct GradTable(pub Vec<GradSummary>);

impl GradSummary {
    fn of<T: Scalar>(name: Option<&str>, grad: &Mat<T>) -> Self {
        let count = |test: &dyn Fn(T) -> bool| grad.iter().filter(|&&g| test(g)).count();
        let finite = || grad.iter().filter(|g| g.is_finite()).map(|g| g.as_f64());
        Self {
            name: name.unwrap_or("(unnamed)").to_owned(),
            shape: Shape::of(grad),
            norm: finite().map(|g| g * g).sum::<f64>().sqrt(),
            max: finite().fold(0.0, |max, g| max.max(g.abs())),
            zeros: count(&|g| g == T::zero()) as f64 / grad.len().max(1) as f64,
            nans: count(&T::is_nan),
            infinities: count(&T::is_infinite),
        }
    }
}

impl<T: Scalar> Grads<T> {
    /// Shape, norm, largest value, share of zeros, and what is not finite, of every gradient there is: from the loss
    /// towards the inputs.
    pub fn table(&self) -> GradTable {
        GradTable(self.iter().map(|(name, grad)| GradSummary::of(name, grad)).collect())
    }
}

impl fmt::Display for GradTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.0.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).max(4);
        writeln!(
            f,
            "{:width$}  {:>15}  {:>10}  {:>10}  {:>6}  {:>5}  {:>5}",
            "name", "shape", "norm", "max", "zeros", "NaN", "inf"
        )?;
        for row in &self.0 {
            let GradSummary { name, shape, norm, max, zeros, nans, infinities } = row;
            let (shape, zeros) = (shape.to_string(), format!("{:.1}%", 100.0 * zeros));
            writeln!(
                f,
                "{name:width$}  {shape:>15}  {norm:>10.3e}  {max:>10.3e}  {zeros:>6}  {nans:>5}  {infinities:>5}"
            )?;
        }
        Ok(())
    }
}

impl<T: Scalar> Tape<T> {
    /// The recording in Graphviz's language: parameters and inputs as boxes, constants grey, ops with their shapes.
    /// Where a value is cut off by `detach`, the edge is dashed.
    pub fn dot(&self) -> String {
        draw(self, |_| false)
    }
}

impl<'t, T: Scalar> Var<'t, T> {
    /// As [`Tape::dot`], with the paths from this node to the `targets` in red: the nodes whose gradients backward
    /// computes.
    ///
    /// # Errors
    /// The first error of this recording, or a target of another tape.
    pub fn dot<'a, I>(self, targets: I) -> Result<String>
    where
        I: IntoIterator,
        I::Item: Into<Target<'a, 't, T>>,
        't: 'a,
    {
        self.value()?;
        let targets: Vec<_> = targets.into_iter().map(Into::into).collect();
        let (tape, loss) = (self.tape(), self.index());
        let wanted = on_path(tape, loss, &locate(tape, &targets)?);
        let mut from_loss = vec![false; loss + 1];
        from_loss[loss] = true;
        for index in (0..=loss).rev().filter(|&index| wanted[index]) {
            if let (true, Kind::Computed { inputs, .. }) = (from_loss[index], &tape.nodes[index].kind) {
                inputs.iter().for_each(|&input| from_loss[input] = true);
            }
        }
        Ok(draw(tape, |index| index <= loss && wanted[index] && from_loss[index]))
    }
}

fn draw<T: Scalar>(tape: &Tape<T>, on_path: impl Fn(usize) -> bool) -> String {
    let mut dot = "digraph tape {\n  rankdir=BT;\n  node [fontname=\"sans-serif\"];\n".to_owned();
    for (index, node) in tape.nodes.iter().enumerate() {
        let name = node.name.get().map(|name| name.escape_default().to_string());
        let op = match &node.kind {
            Kind::Computed { op, .. } => Some(op.name()),
            Kind::Leaf(_) => None,
            Kind::Constant => Some(if matches!(node.value, Value::Of(_)) { "detach" } else { "constant" }),
        };
        let title: Vec<_> = name.iter().map(String::as_str).chain(op).collect();
        let shape = Shape::of(tape.matrix(index));
        let look = match &node.kind {
            Kind::Computed { .. } => "shape=ellipse",
            Kind::Leaf(_) => "shape=box",
            Kind::Constant => "shape=box, style=filled, fillcolor=lightgrey",
        };
        let path = if on_path(index) { ", color=red, penwidth=2" } else { "" };
        let _ = writeln!(dot, "  n{index} [label=\"{}\\n{shape}\", {look}{path}];", title.join("\\n"));
        if let Kind::Computed { inputs, .. } = &node.kind {
            for &input in inputs {
                let path = if on_path(index) && on_path(input) { " [color=red, penwidth=2]" } else { "" };
                let _ = writeln!(dot, "  n{input} -> n{index}{path};");
            }
        }
        if let Value::Of(of) = node.value {
            let _ = writeln!(dot, "  n{of} -> n{index} [style=dashed, label=\"cut\"];");
        }
    }
    dot + "}\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Param;
    use ndarray::array;

    #[test]
    fn the_table_counts_what_is_zero_and_what_is_not_finite() {
        let tape = Tape::<f64>::new();
        let x = tape.input(array![[3.0, -4.0, 0.0, f64::NAN]]).named("x");
        let weights = tape.constant(array![[1.0, 1.0, 1.0, 1.0]]);
        let grads = (x * x * weights).sum().backward([x]).unwrap();
        let table = grads.table();
        let expected = GradSummary {
            name: "x".to_owned(),
            shape: Shape::new(1, 4),
            norm: 10.0,
            max: 8.0,
            zeros: 0.25,
            nans: 1,
            infinities: 0,
        };
        assert_eq!(table.0, [expected]);
        let text = table.to_string();
        assert!(
            text.lines().nth(1).unwrap().starts_with("x               1 x 4     1.000e1     8.000e0   25.0%"),
            "{text}"
        );
    }

    #[test]
    fn the_graph_shows_ops_names_shapes_the_path_and_where_it_is_cut() {
        let (one, two) = (Param::new("one", array![[1.0_f64, 2.0]]), Param::new("two", array![[3.0_f64, 4.0]]));
        let tape = Tape::new();
        let cut = tape.param(&two).detach();
        let loss = (tape.param(&one).tanh().named("h") * cut).sum();
        let dot = loss.dot([&one, &two]).unwrap();
        for line in [
            "  n0 [label=\"two\\n1 x 2\", shape=box];",
            "  n1 [label=\"detach\\n1 x 2\", shape=box, style=filled, fillcolor=lightgrey];",
            "  n0 -> n1 [style=dashed, label=\"cut\"];",
            "  n2 [label=\"one\\n1 x 2\", shape=box, color=red, penwidth=2];",
            "  n3 [label=\"h\\ntanh\\n1 x 2\", shape=ellipse, color=red, penwidth=2];",
            "  n2 -> n3 [color=red, penwidth=2];",
            "  n1 -> n4;",
        ] {
            assert!(dot.lines().any(|found| found == line), "{line} is not in\n{dot}");
        }
        assert!(!tape.dot().contains("red"));
    }
}
