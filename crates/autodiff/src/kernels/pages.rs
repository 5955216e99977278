//! Large matrices in large pages: a step walks through hundreds of megabytes, and each page costs a look-up, and a
//! fault the first time.

use crate::{Mat, Scalar, Shape};

/// Matrices from this size on (bytes) are worth asking for large pages, of 2 MiB on most machines.
const FROM: usize = 4 << 20;

/// A matrix of zeros.
pub(crate) fn zeros<T: Scalar>(shape: Shape) -> Mat<T> {
    let mut matrix = Mat::zeros((shape.rows, shape.cols));
    if let Some(numbers) = matrix.as_slice_mut()
        && size_of_val(numbers) >= FROM
    {
        advise(numbers);
    }
    matrix
}

/// Asks for large pages. If the system refuses, the memory stays as it was.
#[cfg(all(target_os = "linux", not(miri)))]
#[expect(unsafe_code, reason = "madvise has no safe form")]
fn advise<T>(numbers: &mut [T]) {
    use nix::sys::mman::{MmapAdvise, madvise};
    use std::ptr::NonNull;
    const PAGE: usize = 4096;
    let range = numbers.as_mut_ptr_range();
    // Whole pages inside of the slice: others may hold what is not ours.
    let skipped = range.start.cast::<u8>().align_offset(PAGE);
    let len = size_of_val(numbers).saturating_sub(skipped) / PAGE * PAGE;
    if let Some(start) = NonNull::new(range.start.cast::<u8>().wrapping_add(skipped)) {
        // Safety: the range lies within a slice that is borrowed mutably, and this advice changes no contents.
        let _ = unsafe { madvise(start.cast(), len, MmapAdvise::MADV_HUGEPAGE) };
    }
}

#[cfg(any(not(target_os = "linux"), miri))]
fn advise<T>(_: &mut [T]) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "takes minutes under Miri")]
    fn matrices_are_zero_and_can_be_written_whole_in_pages_of_any_size() {
        for (rows, cols) in [(0, 3), (3, 5), (1 << 11, 1 << 10), (1025, 1031)] {
            let mut matrix = zeros::<f32>(Shape::new(rows, cols));
            assert!(matrix.iter().all(|&x| x == 0.0));
            matrix.fill(1.0);
            assert_eq!(matrix.sum(), (rows * cols) as f32);
        }
    }
}
