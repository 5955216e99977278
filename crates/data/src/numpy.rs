//! numpy's legacy generator, as far as the published split needs it.

use rand_mt::Mt;

/// `numpy.random.RandomState`: the Mersenne Twister and numpy's own way to draw from it.
pub struct NumpyRandom {
    twister: Mt,
}

impl NumpyRandom {
    /// `RandomState(seed)`.
    pub fn new(seed: u32) -> Self {
        Self { twister: Mt::new(seed) }
    }

    /// `permutation(n)`.
    pub fn permutation(&mut self, n: usize) -> Vec<u32> {
        let mut values: Vec<u32> = (0..n as u32).collect();
        for last in (1..n).rev() {
            values.swap(last, self.up_to(last as u32) as usize);
        }
        values
    }

    /// `choice(n, size, replace=False)`.
    pub fn choice(&mut self, n: usize, size: usize) -> Vec<u32> {
        let mut values = self.permutation(n);
        values.truncate(size);
        values
    }

    /// A number from 0 to `max`, by drawing the needed bits until they are not above it.
    fn up_to(&mut self, max: u32) -> u32 {
        let mask = u32::MAX >> max.leading_zeros();
        loop {
            let value = self.twister.next_u32() & mask;
            if value <= max {
                return value;
            }
        }
    }
}
