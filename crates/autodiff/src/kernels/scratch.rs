//! Memory that a thread keeps from one use to the next.

use std::cell::Cell;
use std::thread::LocalKey;

/// Packed panels start at the beginning of a cache line, of so many bytes.
const LINE: usize = 64;

/// What the memory is for: as many pieces as one thread uses at a time.
#[derive(Clone, Copy)]
pub(crate) enum Role {
    /// The left operand of a product, packed.
    Left,
    /// Columns of the right one.
    Right,
    /// Parts of sums.
    Parts,
    /// A piece of a gradient.
    Gradient,
}

type Places<T> = [Cell<Vec<T>>; 4];

/// Numbers that a thread keeps memory for.
pub trait Reused: Sized + 'static {
    #[doc(hidden)]
    fn places() -> &'static LocalKey<Places<Self>>;
}

macro_rules! reused {
    ($t:ty) => {
        impl Reused for $t {
            fn places() -> &'static LocalKey<Places<Self>> {
                thread_local!(static PLACES: Places<$t> = const { [const { Cell::new(Vec::new()) }; 4] });
                &PLACES
            }
        }
    };
}

reused!(f32);
reused!(f64);
reused!(u32);

/// A thread's memory, which goes back to its place when it is dropped. Whoever takes a second one before that gets new memory.
pub(crate) struct Scratch<T: Reused> {
    role: Role,
    memory: Vec<T>,
}

impl<T: Reused + Copy + Default> Scratch<T> {
    pub(crate) fn take(role: Role) -> Self {
        Self { role, memory: T::places().with(|places| places[role as usize].take()) }
    }

    /// So many numbers, of arbitrary value.
    pub(crate) fn numbers(&mut self, len: usize) -> &mut [T] {
        let most_skipped = LINE / size_of::<T>();
        if self.memory.len() < len + most_skipped {
            self.memory.resize(len + most_skipped, T::default());
        }
        let skipped = self.memory.as_ptr().align_offset(LINE).min(most_skipped);
        &mut self.memory[skipped..skipped + len]
    }
}

impl<T: Reused> Drop for Scratch<T> {
    fn drop(&mut self) {
        T::places().with(|places| places[self.role as usize].set(std::mem::take(&mut self.memory)));
    }
}
