//! From a loss back to what it was asked for.

use crate::gradient::Gradient;
use crate::param::ParamId;
use crate::pool::Pool;
use crate::tape::{Kind, Tape, check_finite};
use crate::{Error, Mat, Param, Result, Scalar, Shape, Slots, Var};
use std::cell::OnceCell;
use std::rc::Rc;

/// What a gradient is asked for: a parameter or a variable.
pub enum Target<'a, 't, T> {
    /// A parameter, whether or not it is on the tape.
    Param(&'a Param<T>),
    /// Any node.
    Var(Var<'t, T>),
}

impl<'a, T> From<&'a Param<T>> for Target<'a, '_, T> {
    fn from(param: &'a Param<T>) -> Self {
        Self::Param(param)
    }
}

impl<'a, T> From<&'a mut Param<T>> for Target<'a, '_, T> {
    fn from(param: &'a mut Param<T>) -> Self {
        Self::Param(param)
    }
}

impl<'t, T> From<Var<'t, T>> for Target<'_, 't, T> {
    fn from(var: Var<'t, T>) -> Self {
        Self::Var(var)
    }
}

/// The gradients that a call of [`Var::backward`] was asked for. Its buffers go back to the tape when it is dropped.
///
/// ```
/// use ndarray::array;
/// use ract_autodiff::{Param, Tape, Target};
///
/// let weights = Param::new("weights", array![[3.0_f64]]);
/// let tape = Tape::new();
/// let (x, unused) = (tape.input(array![[2.0]]), tape.input(array![[1.0]]));
/// let product = (tape.param(&weights) * x).named("product");
///
/// let grads = (product * product).backward([Target::from(&weights), product.into(), unused.into()])?;
/// assert_eq!(grads.get(&weights), Some(&array![[24.0]]));
/// assert_eq!(grads.named("product"), Some(&array![[12.0]]));
/// assert_eq!(grads.get(unused), None); // no path leads to it
/// assert_eq!(grads.get(x), None); // nobody asked for it
/// assert_eq!(grads.len(), 2);
/// # Ok::<(), ract_autodiff::Error>(())
/// ```
#[derive(Debug)]
pub struct Grads<T: Scalar> {
    entries: Vec<Entry<T>>,
    recording: u64,
    pool: Rc<Pool<T>>,
}

#[derive(Debug)]
struct Entry<T> {
    node: usize,
    param: Option<ParamId>,
    name: Option<String>,
    grad: Gradient<T>,
    /// The whole gradient, once somebody looks at one of which only some rows are kept.
    dense: OnceCell<Mat<T>>,
}

impl<T: Scalar> Entry<T> {
    fn matrix(&self, pool: &Pool<T>) -> &Mat<T> {
        match &self.grad {
            Gradient::Dense(matrix) => matrix,
            Gradient::Rows(of_rows) => self.dense.get_or_init(|| of_rows.to_dense(pool)),
        }
    }
}

impl<T: Scalar> Grads<T> {
    /// The gradient in `target`; `None` when no path leads from the loss to it, or when it was not asked for. It
    /// has the target's shape.
    pub fn get<'a, 't: 'a>(&self, target: impl Into<Target<'a, 't, T>>) -> Option<&Mat<T>>
    where
        T: 'a,
    {
        let wanted = target.into();
        let found = self.entries.iter().find(|entry| match &wanted {
            Target::Param(param) => entry.param == Some(param.id()),
            Target::Var(var) => entry.node == var.index() && self.recording == var.tape().recording,
        });
        found.map(|entry| entry.matrix(&self.pool))
    }

    /// The gradient in a parameter as it was computed, perhaps of some rows alone.
    pub(crate) fn of_param(&self, param: &Param<T>) -> Option<&Gradient<T>> {
        self.entries.iter().find(|entry| entry.param == Some(param.id())).map(|entry| &entry.grad)
    }

    /// The gradient in the parameter or variable of that name; `None` as in [`get`](Grads::get).
    pub fn named(&self, name: &str) -> Option<&Mat<T>> {
        self.entries.iter().find(|entry| entry.name.as_deref() == Some(name)).map(|entry| entry.matrix(&self.pool))
    }

    /// Names and gradients, from the loss towards the inputs.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Option<&str>, &Mat<T>)> {
        self.entries.iter().map(|entry| (entry.name.as_deref(), entry.matrix(&self.pool)))
    }

    /// Number of targets that a path leads to.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no path leads to any target.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<T: Scalar> Drop for Grads<T> {
    fn drop(&mut self) {
        for Entry { grad, dense, .. } in self.entries.drain(..) {
            grad.give_back(&self.pool);
            dense.into_inner().into_iter().for_each(|dense| self.pool.put(dense));
        }
    }
}

pub(crate) fn backward<T: Scalar>(tape: &Tape<T>, loss: usize, targets: Vec<Target<'_, '_, T>>) -> Result<Grads<T>> {
    let target_nodes = locate(tape, &targets)?;
    let wanted = on_path(tape, loss, &target_nodes);
    let mut grads: Vec<Option<Gradient<T>>> = std::iter::repeat_with(|| None).take(loss + 1).collect();
    if wanted[loss] {
        let mut one = tape.pool.take(Shape::new(1, 1));
        one.fill(T::one());
        grads[loss] = Some(Gradient::Dense(one));
    }

    let mut entries = Vec::with_capacity(target_nodes.len());
    for index in (0..=loss).rev() {
        let Some(mut grad) = grads[index].take() else { continue };
        let node = &tape.nodes[index];
        if let Kind::Computed { op, inputs } = &node.kind {
            let values: Vec<_> = inputs.iter().map(|&input| tape.matrix(input)).collect();
            let shapes: Vec<_> = values.iter().map(|value| Shape::of(value)).collect();
            let (wanted, pool) = (&wanted, &tape.pool);
            let mut slots = Slots { inputs, shapes: &shapes, wanted, grads: &mut grads, pool };
            let dense = grad.into_dense(pool);
            let start = tape.clock();
            op.backward(&values, tape.matrix(index), &dense, &mut slots);
            tape.note(op.name(), Shape::of(&dense), "backward", start);
            grad = Gradient::Dense(dense);
            if tape.watches.get() {
                for (position, &input) in inputs.iter().enumerate() {
                    if let Some(grad) = grads[input].take() {
                        let pass = || format!("backward, for input {position},");
                        let dense = grad.into_dense(pool);
                        check_finite(&dense, op.name(), node.name.get(), pass)?;
                        grads[input] = Some(Gradient::Dense(dense));
                    }
                }
            }
        }
        if target_nodes.contains(&index) {
            let param = if let Kind::Leaf(param) = node.kind { param } else { None };
            entries.push(Entry { node: index, param, name: node.name.get().cloned(), grad, dense: OnceCell::new() });
        } else {
            grad.give_back(&tape.pool);
        }
    }
    Ok(Grads { entries, recording: tape.recording, pool: Rc::clone(&tape.pool) })
}

/// The nodes of those targets that are on the tape.
pub(crate) fn locate<T: Scalar>(tape: &Tape<T>, targets: &[Target<'_, '_, T>]) -> Result<Vec<usize>> {
    let mut nodes = Vec::with_capacity(targets.len());
    for target in targets {
        match target {
            Target::Param(param) => nodes.extend(tape.find(param)),
            Target::Var(var) if std::ptr::eq(var.tape(), tape) => nodes.push(var.index()),
            Target::Var(_) => return Err(Error::OtherTape { what: "backward" }),
        }
    }
    Ok(nodes)
}

/// For each node up to the loss, whether it lies on a path to a target.
pub(crate) fn on_path<T: Scalar>(tape: &Tape<T>, loss: usize, targets: &[usize]) -> Vec<bool> {
    let mut wanted = vec![false; loss + 1];
    for index in 0..=loss {
        wanted[index] = match &tape.nodes[index].kind {
            Kind::Constant => false,
            Kind::Leaf(_) => targets.contains(&index),
            Kind::Computed { inputs, .. } => targets.contains(&index) || inputs.iter().any(|&i| wanted[i]),
        };
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_variable_used_twice_gathers_both_gradients() {
        let tape = Tape::<f64>::new();
        let x = tape.input(array![[3.0, -2.0]]);
        let loss = (x * x + x).sum();
        let grads = loss.backward([x]).unwrap();
        assert_eq!(grads.get(x), Some(&array![[7.0, -3.0]]));
    }

    #[test]
    fn a_parameter_used_twice_gathers_both_gradients() {
        let w = Param::new("w", array![[3.0_f64]]);
        let tape = Tape::new();
        let loss = (tape.param(&w) * tape.param(&w)).sum();
        assert_eq!(loss.backward([&w]).unwrap().named("w"), Some(&array![[6.0]]));
    }

    #[test]
    fn a_second_backward_starts_from_zero() {
        let tape = Tape::<f64>::new();
        let x = tape.input(array![[3.0]]);
        let loss = (x * x).sum();
        for _ in 0..2 {
            assert_eq!(loss.backward([x]).unwrap().get(x), Some(&array![[6.0]]));
        }
    }

    #[test]
    fn named_nodes_between_loss_and_parameters_have_gradients_too() {
        let tape = Tape::<f64>::new();
        let x = tape.input(array![[2.0]]).named("x");
        let z = (x * x).named("z");
        let grads = (z * z).sum().backward([z, x]).unwrap();
        assert_eq!(grads.named("z"), Some(&array![[8.0]]));
        assert_eq!(grads.named("x"), Some(&array![[32.0]]));
    }

    #[test]
    fn nothing_passes_a_detached_node_or_a_constant() {
        let tape = Tape::<f64>::new();
        let x = tape.input(array![[2.0]]);
        let c = tape.constant(array![[5.0]]);
        let grads = (x.detach() * c).sum().backward([x, c]).unwrap();
        assert!(grads.is_empty());
        let grads = (x.detach() * x).sum().backward([x]).unwrap();
        assert_eq!(grads.get(x), Some(&array![[2.0]]));
    }

    #[test]
    fn gradients_of_an_earlier_recording_are_not_taken_for_this_ones() {
        let mut tape = Tape::<f64>::new();
        let x = tape.input(array![[2.0]]);
        let grads = (x * x).sum().backward([x]).unwrap();
        tape.reset();
        let x = tape.input(array![[2.0]]);
        assert_eq!(grads.get(x), None);
    }

    #[test]
    fn gradients_of_another_tape_are_not_taken_for_this_ones() {
        let (one, two) = (Tape::<f64>::new(), Tape::<f64>::new());
        let (x, y) = (one.input(array![[2.0]]), two.input(array![[2.0]]));
        assert_eq!((x * x).sum().backward([x]).unwrap().get(y), None);
    }

    #[test]
    fn backward_starts_from_one_number() {
        let tape = Tape::<f64>::new();
        let x = tape.input(array![[2.0, 1.0]]);
        let message =
            "backward starts from a single number, but the output of tanh is 1 x 2: take its mean or sum first";
        assert_eq!(x.tanh().backward([x]).unwrap_err().to_string(), message);
    }
}
