//! `#[derive(Module)]`: which parameters, in which order.

use ract_autodiff::{Mat, Module, Param};

#[derive(Module)]
struct Layer<T> {
    weights: Param<T>,
    bias: Param<T>,
}

#[derive(Module)]
struct Network<T> {
    layers: Vec<Layer<T>>,
    #[module(skip)]
    depth: usize,
    users: Param<T>,
    outputs: [Layer<T>; 2],
    #[module(skip)]
    loss: Option<T>,
}

/// Generic over what it wraps, not over the numbers.
#[derive(Module)]
struct Trained<N> {
    network: N,
    #[module(skip)]
    steps: u64,
}

#[derive(Module)]
struct Pair<A, B>(A, B);

#[derive(Module)]
struct OfDoubles {
    first: Param<f64>,
    second: Layer<f64>,
}

fn param(name: &str) -> Param<f64> {
    Param::new(name, Mat::zeros((1, 1)))
}

fn layer(name: &str) -> Layer<f64> {
    Layer { weights: param(&format!("{name}_w")), bias: param(&format!("{name}_b")) }
}

fn network() -> Network<f64> {
    let layers = ["1", "2"].map(layer).into();
    Network { layers, depth: 2, users: param("users"), outputs: ["mu", "logvar"].map(layer), loss: None }
}

/// The names, which `params_mut` gives in the same order.
fn names(module: &mut impl Module<f64>) -> Vec<String> {
    let names: Vec<_> = module.params().into_iter().map(|param| param.name().to_owned()).collect();
    let of_mut: Vec<_> = module.params_mut().into_iter().map(|param| param.name().to_owned()).collect();
    assert_eq!(names, of_mut);
    names
}

const OF_NETWORK: [&str; 9] = ["1_w", "1_b", "2_w", "2_b", "users", "mu_w", "mu_b", "logvar_w", "logvar_b"];

#[test]
fn parameters_come_in_the_order_of_the_fields_and_skipped_fields_have_none() {
    let mut network = network();
    assert_eq!(names(&mut network), OF_NETWORK);
    assert_eq!((network.depth, network.loss), (2, None));
}

#[test]
fn a_struct_may_be_generic_over_the_modules_that_it_holds() {
    let mut trained = Trained { network: network(), steps: 0 };
    assert_eq!(names(&mut trained), OF_NETWORK);
    assert_eq!(trained.steps, 0);
    let mut pair = Pair(param("alone"), vec![layer("a"), layer("b")]);
    assert_eq!(names(&mut pair), ["alone", "a_w", "a_b", "b_w", "b_b"]);
}

#[test]
fn a_struct_may_hold_numbers_of_one_type() {
    assert_eq!(names(&mut OfDoubles { first: param("x"), second: layer("y") }), ["x", "y_w", "y_b"]);
}
