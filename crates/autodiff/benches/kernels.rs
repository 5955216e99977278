//! Every kernel that a training step spends its time in, alone, at the size of MovieLens 20M.

use criterion::{Criterion, Throughput, criterion_group};
use ract_autodiff::optim::Adam;
use ract_autodiff::{Mat, Param, Precision, Products, Sparse, Tape, Unit, Var};
use std::hint::black_box;
use std::sync::Arc;

const ITEMS: usize = 20_108;
const USERS: usize = 500;
const HIDDEN: usize = 600;
/// Items of each user, before those drawn twice are left out.
const EACH: usize = 73;

fn matrix(rows: usize, cols: usize) -> Mat<f32> {
    Mat::from_shape_fn((rows, cols), |(i, j)| ((i * 31 + j * 17) % 101) as f32 / 50.0 - 1.0)
}

/// Users who have items from all over the catalogue, popular ones more often.
fn batch() -> Arc<Sparse<f32>> {
    let mut items = Vec::with_capacity(USERS * EACH);
    for user in 0..USERS {
        let mut of_user: Vec<u32> = (0..EACH)
            .map(|k| {
                let share = ((user * 7919 + k * 104_729) % 9973) as f64 / 9973.0;
                (share.powi(3) * ITEMS as f64) as u32
            })
            .collect();
        of_user.sort_unstable();
        of_user.dedup();
        items.push(of_user);
    }
    let ends = items.iter().scan(0, |end, of_user| {
        *end += of_user.len();
        Some(*end)
    });
    let ends = std::iter::once(0).chain(ends).collect();
    let items = items.concat();
    let values = vec![0.2; items.len()];
    Arc::new(Sparse::new((USERS, ITEMS), ends, items, values))
}

type Two = for<'t> fn(Var<'t, f32>, Var<'t, f32>) -> Var<'t, f32>;
type One = for<'t> fn(Var<'t, f32>) -> Var<'t, f32>;

fn products(c: &mut Criterion) {
    let (h, logits, weights) = ((USERS, HIDDEN), (USERS, ITEMS), (HIDDEN, ITEMS));
    product(c, "forward", [h, weights], |h, w| h.matmul(w));
    product(c, "weights gradient", [h, logits], |h, d| h.t_matmul(d));
    product(c, "hidden gradient", [logits, weights], |d, w| d.matmul_t(w));
}

fn product(c: &mut Criterion, name: &str, [left, right]: [(usize, usize); 2], product: Two) {
    let mut group = c.benchmark_group("products");
    group.sample_size(20).throughput(Throughput::Elements((2 * USERS * HIDDEN * ITEMS) as u64));
    let (left, right) = (Param::new("left", matrix(left.0, left.1)), Param::new("right", matrix(right.0, right.1)));
    let mut tape = Tape::new();
    // By the fastest unit for bf16, whether it is faster than f32 or not.
    let unit = Unit::ALL.into_iter().find(|unit| unit.is_there()).unwrap_or(Unit::Portable);
    for precision in Precision::ALL {
        let Ok(products) = Products::by(unit, precision) else { continue };
        tape.set_products(products);
        group.bench_function(format!("{name}, {products}"), |b| {
            b.iter(|| {
                black_box(product(tape.param(&left), tape.param(&right)).shape());
                tape.reset();
            });
        });
    }
}

fn likelihood(c: &mut Criterion) {
    let mut group = c.benchmark_group("multinomial likelihood");
    group.throughput(Throughput::Elements((USERS * ITEMS) as u64));
    let (logits, targets) = (Param::new("logits", matrix(USERS, ITEMS)), batch());
    let mut tape = Tape::new();
    group.bench_function("value", |b| {
        b.iter(|| {
            black_box(tape.param(&logits).multinomial_nll(&targets).shape());
            tape.reset();
        });
    });
    let tape = Tape::new();
    let loss = tape.param(&logits).multinomial_nll(&targets).mean();
    group.bench_function("gradient", |b| b.iter(|| black_box(loss.backward([&logits]).map(|grads| grads.len()))));
}

fn listwise(c: &mut Criterion) {
    let mut group = c.benchmark_group("listwise losses, value and gradient");
    group.sample_size(10).throughput(Throughput::Elements((USERS * ITEMS) as u64));
    let (scores, positives) = (Param::new("scores", matrix(USERS, ITEMS)), batch());
    let mut tape = Tape::new();
    for (name, lambda_rank) in [("WARP", false), ("LambdaRank", true)] {
        group.bench_function(name, |b| {
            b.iter(|| {
                let scores_of = tape.param(&scores);
                let loss = if lambda_rank { scores_of.lambda_rank(&positives) } else { scores_of.warp(&positives) };
                black_box(loss.mean().backward([&scores]).map(|grads| grads.len())).ok();
                tape.reset();
            });
        });
    }
}

fn first_layer(c: &mut Criterion) {
    let mut group = c.benchmark_group("first layer");
    let x = batch();
    group.throughput(Throughput::Elements((x.nnz() * HIDDEN) as u64));
    let (weights, bias) = (Param::new("weights", matrix(ITEMS, HIDDEN)), Param::new("bias", matrix(1, HIDDEN)));
    let mut tape = Tape::new();
    group.bench_function("value", |b| {
        b.iter(|| {
            black_box(tape.sparse_affine(&x, tape.param(&weights), tape.param(&bias)).shape());
            tape.reset();
        });
    });
    let tape = Tape::new();
    let loss = tape.sparse_affine(&x, tape.param(&weights), tape.param(&bias)).sum();
    group.bench_function("gradient", |b| b.iter(|| black_box(loss.backward([&weights]).map(|grads| grads.len()))));
}

fn adam(c: &mut Criterion) {
    let mut group = c.benchmark_group("adam");
    group.throughput(Throughput::Elements((ITEMS * HIDDEN) as u64));
    let x = batch();
    let (mut weights, bias) = (Param::new("weights", matrix(ITEMS, HIDDEN)), Param::new("bias", matrix(1, HIDDEN)));
    let mut adam = Adam::new(1e-3, &[&weights]);
    for (name, dense) in [("dense gradient", true), ("gradient of a batch's rows", false)] {
        let tape = Tape::new();
        let loss = match dense {
            true => tape.param(&weights).sum_squares(),
            false => tape.sparse_affine(&x, tape.param(&weights), tape.param(&bias)).sum(),
        };
        let Ok(grads) = loss.backward([&weights]) else { continue };
        drop(tape);
        group.bench_function(name, |b| b.iter(|| black_box(adam.step(vec![&mut weights], &grads).is_ok())));
    }
}

fn functions(c: &mut Criterion) {
    function(c, "exp", |x| x.exp());
    function(c, "tanh", |x| x.tanh());
    function(c, "softmax", |x| x.softmax());
}

fn function(c: &mut Criterion, name: &str, function: One) {
    let mut group = c.benchmark_group("elementwise");
    group.throughput(Throughput::Elements((USERS * ITEMS) as u64));
    let x = Param::new("x", matrix(USERS, ITEMS));
    let mut tape = Tape::new();
    group.bench_function(name, |b| {
        b.iter(|| {
            black_box(function(tape.param(&x)).shape());
            tape.reset();
        });
    });
}

criterion_group!(kernels, products, likelihood, listwise, first_layer, adam, functions);

fn main() {
    // As in the command, this thread works along.
    let _ = rayon::ThreadPoolBuilder::new().use_current_thread().build_global();
    kernels();
    Criterion::default().configure_from_args().final_summary();
}
