//! The blocks that packed operands consist of.

use super::Parts;

/// Rows, columns, and pairs of terms of a block: what a tile register of AMX holds, and 16 lanes of a vector.
pub(super) const SIDE: usize = 16;
/// Pairs in a block.
pub(super) const BLOCK: usize = SIDE * SIDE;
/// Terms in a block's depth.
pub(super) const TERMS: usize = 2 * SIDE;

/// Blocks along so many terms; the last is filled up with zeros.
pub(super) fn blocks(depth: usize) -> usize {
    depth.div_ceil(TERMS)
}

/// Pairs of terms along so many terms, with those that fill up the last block.
pub(super) fn pairs(depth: usize) -> usize {
    blocks(depth) * SIDE
}

/// Two packed operands. A number is half of a `u32`: a pair of terms that follow each other in depth, the first in the lower
/// half. Blocks of the left operand are 16 rows x 16 pairs, those of the right one 16 pairs x 16 columns. With two parts, a
/// block of the small parts follows that of the large ones.
#[derive(Clone, Copy)]
pub(super) struct Operands<'a> {
    pub(super) left: &'a [u32],
    pub(super) right: &'a [u32],
    /// Blocks along the depth.
    pub(super) blocks: usize,
    pub(super) parts: Parts,
}

/// 16 lines of 16 pairs each.
pub(super) type Block = [[u32; SIDE]; SIDE];

impl<'a> Operands<'a> {
    /// Pairs along the depth of 16 rows or columns.
    pub(super) fn panel(&self) -> usize {
        self.blocks * BLOCK * self.parts.count()
    }

    /// The blocks of the left operand, 16 rows at a time.
    pub(super) fn rows(&self) -> impl Iterator<Item = &'a [Block]> {
        self.left.chunks_exact(self.panel().max(1)).map(in_blocks)
    }

    /// The blocks of the right operand, 16 columns at a time.
    pub(super) fn columns(&self) -> impl Iterator<Item = &'a [Block]> {
        self.right.chunks_exact(self.panel().max(1)).map(in_blocks)
    }

    /// Which blocks of 16 rows and of 16 columns are multiplied, in the order in which products are added.
    pub(super) fn factors(&self) -> Vec<[usize; 2]> {
        let of_block = |block: usize| match self.parts {
            Parts::One => vec![[block, block]],
            Parts::Two => vec![[2 * block + 1, 2 * block], [2 * block, 2 * block], [2 * block, 2 * block + 1]],
        };
        (0..self.blocks).flat_map(of_block).collect()
    }
}

fn in_blocks(panel: &[u32]) -> &[Block] {
    panel.as_chunks().0.as_chunks().0
}
