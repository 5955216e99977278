use super::*;
use ndarray::s;

fn numbers<T: Scalar>(rows: usize, cols: usize, seed: usize) -> Mat<T> {
    Mat::from_shape_fn((rows, cols), |(i, j)| T::of(((i * 7 + j * 3 + seed) % 11) as f64 - 5.0))
}

/// Whole numbers, so that every order of summation gives the same.
fn naive<T: Scalar>(a: &Mat<T>, b: &Mat<T>) -> Mat<T> {
    Mat::from_shape_fn((a.nrows(), b.ncols()), |(i, j)| a.row(i).iter().zip(b.column(j)).map(|(&a, &b)| a * b).sum())
}

const SMALL_SHAPES: [(usize, usize, usize); 5] = [(1, 1, 1), (4, 0, 30), (2, 3, 0), (0, 3, 2), (7, 5, 13)];

const SHAPES: [(usize, usize, usize); 7] = [
    (4, 0, 300),
    (13, 700, 33),
    (3, 50, 2100), // wide
    (70, 30, 90),
    (700, 50, 3),   // tall
    (25, 5000, 31), // deep
    (9, 4099, 40),
];

fn assert_products<T: Scalar>(shapes: &[(usize, usize, usize)]) {
    for &(m, k, n) in shapes {
        let (a, b) = (numbers::<T>(m, k, 1), numbers::<T>(k, n, 2));
        let expected = naive(&a, &b);
        let (a_by_columns, b_by_columns) =
            (a.t().as_standard_layout().into_owned(), b.t().as_standard_layout().into_owned());
        let (wide_a, wide_b) = (numbers::<T>(2 * m, 2 * k, 3), numbers::<T>(2 * k, 2 * n, 4));
        let row = numbers::<T>(1, n, 5);
        for (a, b) in [(a.view(), b.view()), (a_by_columns.t(), b_by_columns.t())] {
            let mut c = Mat::from_elem((m, n), T::nan());
            gemm(Products::default(), a, b, Start::Zero, &mut c);
            assert_eq!(c, expected, "{m} x {k} x {n}");
            gemm(Products::default(), a, b, Start::Result, &mut c);
            assert_eq!(c, &expected + &expected, "{m} x {k} x {n}");
            gemm(Products::default(), a, b, Start::Row(row.as_slice().unwrap()), &mut c);
            assert_eq!(c, &expected + &row, "{m} x {k} x {n}");
        }
        let (a, b) = (wide_a.slice(s![..;2, ..;2]), wide_b.slice(s![..;2, ..;2]));
        let mut c = Mat::from_elem((m, n), T::nan());
        gemm(Products::default(), a, b, Start::Zero, &mut c);
        assert_eq!(c, naive(&a.to_owned(), &b.to_owned()), "{m} x {k} x {n}");
    }
}

#[test]
fn small_products_are_right_and_read_nothing_stale() {
    assert_products::<f32>(&SMALL_SHAPES);
    assert_products::<f64>(&SMALL_SHAPES);
}

#[test]
#[cfg_attr(miri, ignore = "takes minutes under Miri")]
fn every_way_of_cutting_and_packing_gives_the_product_and_reads_nothing_stale() {
    assert_products::<f32>(&SHAPES);
    assert_products::<f64>(&SHAPES);
}

#[test]
#[cfg_attr(miri, ignore = "takes minutes under Miri")]
fn the_number_of_threads_changes_no_bit() {
    let numbers = |rows, cols| Mat::from_shape_fn((rows, cols), |(i, j)| ((i * cols + j) as f32).sin());
    for (m, k, n) in [(20, 700, 900), (900, 700, 20), (40, 9000, 50), (200, 300, 150)] {
        let (a, b) = (numbers(m, k), numbers(k, n));
        let by = |threads| {
            let mut c = Mat::zeros((m, n));
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| gemm(Products::default(), a.view(), b.view(), Start::Zero, &mut c));
            c
        };
        assert_eq!(by(1), by(3), "{m} x {k} x {n}");
    }
}
