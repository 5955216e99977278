use super::*;
use crate::kernels::gemm::exact::Exact;
use crate::kernels::gemm::{Start, cut::cut};
use crate::{Mat, Scalar};
use ndarray::{Zip, s};
use ndarray_rand::RandomExt;
use ndarray_rand::rand_distr::StandardNormal;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Rows, depth, columns: whole tiles, ends within a tile each way, several depths, deep and tall products.
const SHAPES: [(usize, usize, usize); 6] =
    [(1, 1, 1), (5, 33, 19), (32, 32, 96), (45, 700, 130), (9, 4100, 40), (130, 50, 20)];

/// The units of this machine.
fn units() -> impl Iterator<Item = Unit> {
    Unit::ALL.into_iter().filter(|unit| unit.is_there())
}

#[test]
fn a_unit_that_is_not_here_is_named() {
    for unit in Unit::ALL.into_iter().filter(|unit| !unit.is_there()) {
        println!("unit {unit} for bf16 is not here: its products are not tested");
        assert!(crate::Products::by(unit, crate::Precision::Bf16).is_err());
    }
}

fn both() -> impl Iterator<Item = Bf16> {
    units().flat_map(|unit| [Parts::One, Parts::Two].map(|parts| Bf16 { unit, parts }))
}

fn normal(rows: usize, cols: usize, seed: u64) -> Mat<f32> {
    Mat::random_using((rows, cols), StandardNormal, &mut ChaCha8Rng::seed_from_u64(seed))
}

/// Whole numbers that bf16 has, so that every order of summation gives the same.
fn whole(rows: usize, cols: usize, seed: usize) -> Mat<f32> {
    Mat::from_shape_fn((rows, cols), |(i, j)| ((i * 7 + j * 3 + seed) % 11) as f32 - 5.0)
}

fn exact(a: &Mat<f32>, b: &Mat<f32>) -> Mat<f64> {
    a.mapv(f64::from).dot(&b.mapv(f64::from))
}

/// The largest error, as a share of the largest value.
fn error(c: &Mat<f32>, exact: &Mat<f64>) -> f64 {
    let largest = exact.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    Zip::from(c).and(exact).fold(0.0_f64, |error, &c, &x| error.max((c.as_f64() - x).abs())) / largest
}

#[test]
fn every_unit_gives_the_product_in_every_layout_and_adds_it_to_what_is_there() {
    // The large ones take minutes under Miri.
    for &(m, k, n) in &SHAPES[..if cfg!(miri) { 2 } else { SHAPES.len() }] {
        let (a, b, row) = (whole(m, k, 1), whole(k, n, 2), whole(1, n, 5));
        let expected = exact(&a, &b).mapv(|x| x as f32);
        let (by_columns, b_by_columns) =
            (a.t().as_standard_layout().into_owned(), b.t().as_standard_layout().into_owned());
        let (wide_a, wide_b) = (whole(2 * m, 2 * k, 3), whole(2 * k, 2 * n, 4));
        for kernel in both() {
            let what = format!("{m} x {k} x {n}, unit {}, {:?}", kernel.unit, kernel.parts);
            for (a, b) in [(a.view(), b.view()), (by_columns.t(), b_by_columns.t())] {
                let mut c = Mat::from_elem((m, n), f32::NAN);
                cut(kernel, a, b, Start::Zero, &mut c);
                assert_eq!(c, expected, "{what}");
                cut(kernel, a, b, Start::Result, &mut c);
                assert_eq!(c, &expected + &expected, "{what}");
                cut(kernel, a, b, Start::Row(row.as_slice().unwrap()), &mut c);
                assert_eq!(c, &expected + &row, "{what}");
            }
            let (a, b) = (wide_a.slice(s![..;2, ..;2]), wide_b.slice(s![..;2, ..;2]));
            let mut c = Mat::from_elem((m, n), f32::NAN);
            cut(kernel, a, b, Start::Zero, &mut c);
            assert_eq!(c, exact(&a.to_owned(), &b.to_owned()).mapv(|x| x as f32), "{what}");
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "takes minutes under Miri")]
fn errors_are_as_large_as_the_documentation_says() {
    for (m, k, n) in [(45, 700, 130), (200, 600, 300), (60, 5000, 40)] {
        let (a, b) = (normal(m, k, 1), normal(k, n, 2));
        let expected = exact(&a, &b);
        let mut c = Mat::zeros((m, n));
        cut(Exact, a.view(), b.view(), Start::Zero, &mut c);
        let f32 = error(&c, &expected);
        assert!(f32 < 2e-6, "f32: {f32:e}");
        for kernel in both() {
            cut(kernel, a.view(), b.view(), Start::Zero, &mut c);
            let (least, most) = match kernel.parts {
                Parts::One => (1e-4, 8e-3),
                Parts::Two => (0.0, 1.5e-5),
            };
            let error = error(&c, &expected);
            assert!((least..most).contains(&error), "unit {}, {:?}: {error:e}", kernel.unit, kernel.parts);
        }
    }
}

/// They may differ in the order of their sums alone.
#[test]
#[cfg_attr(miri, ignore = "takes minutes under Miri")]
fn units_agree_with_the_portable_reference() {
    let (a, b) = (normal(50, 700, 1), normal(700, 80, 2));
    for kernel in both() {
        let [mut c, mut reference] = [0.0; 2].map(|x| Mat::from_elem((50, 80), x));
        cut(kernel, a.view(), b.view(), Start::Zero, &mut c);
        cut(Bf16 { unit: Unit::Portable, ..kernel }, a.view(), b.view(), Start::Zero, &mut reference);
        let error = error(&c, &reference.mapv(f64::from));
        assert!(error < 2e-6, "unit {}, {:?}: {error:e}", kernel.unit, kernel.parts);
    }
}

#[test]
#[cfg_attr(miri, ignore = "takes minutes under Miri")]
fn what_is_not_a_number_stays_so() {
    for bad in [f32::NAN, -f32::NAN, f32::from_bits(0x7fff_ffff), f32::from_bits(0x7f80_0001), f32::INFINITY] {
        for kernel in both() {
            let (mut a, b) = (normal(20, 40, 1), normal(40, 30, 2));
            a[(3, 5)] = bad;
            let mut c = Mat::zeros((20, 30));
            cut(kernel, a.view(), b.view(), Start::Zero, &mut c);
            assert!(c.row(3).iter().all(|x| !x.is_finite()), "{bad:?}");
            assert!(c.row(4).iter().all(|x| x.is_finite()), "{bad:?}");
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "takes minutes under Miri")]
fn the_number_of_threads_changes_no_bit() {
    for (m, k, n) in [(20, 700, 900), (900, 700, 20), (40, 9000, 50)] {
        let (a, b) = (normal(m, k, 1), normal(k, n, 2));
        let kernel = both().next().unwrap();
        let by = |threads| {
            let mut c = Mat::zeros((m, n));
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| cut(kernel, a.view(), b.view(), Start::Zero, &mut c));
            c
        };
        assert_eq!(by(1), by(3), "{m} x {k} x {n}");
    }
}
