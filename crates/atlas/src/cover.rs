//! Which blocks cover an address: all of them, not the smallest only, in a few hundred nanoseconds.
//!
//! A binary tree over the blocks in order of their first address, laid out in place: the root of a
//! stretch is its middle, and each root knows how far to the right its stretch reaches. Memory is in
//! proportion to the blocks however they overlap.

use crate::block::Block;

/// Blocks of one kind, by address.
#[derive(Debug, Default)]
pub(crate) struct Cover {
    nodes: Vec<Node>,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    first: u128,
    last: u128,
    /// The last address of any block in the stretch of which this is the root.
    reach: u128,
    place: usize,
}

impl Cover {
    /// Takes blocks of one family with the places they have elsewhere.
    pub(crate) fn of(blocks: Vec<(Block, usize)>) -> Self {
        let mut nodes: Vec<Node> = blocks
            .into_iter()
            .map(|(block, place)| {
                let (first, last) = (block.first().bits(), block.last().bits());
                Node { first, last, reach: last, place }
            })
            .collect();
        nodes.sort_by_key(|node| node.first);
        extend_reach(&mut nodes);
        Self { nodes }
    }

    /// Calls `each` with the place of every block that covers this address.
    pub(crate) fn visit(&self, address: u128, mut each: impl FnMut(usize)) {
        visit(&self.nodes, address, &mut each);
    }
}

/// Sets the reach of every root in a stretch; returns that of the whole.
fn extend_reach(stretch: &mut [Node]) -> u128 {
    let (left, rest) = stretch.split_at_mut(stretch.len() / 2);
    let Some((root, right)) = rest.split_first_mut() else {
        return 0;
    };
    root.reach = root.last.max(extend_reach(left)).max(extend_reach(right));
    root.reach
}

fn visit(stretch: &[Node], address: u128, each: &mut impl FnMut(usize)) {
    let (left, rest) = stretch.split_at(stretch.len() / 2);
    let Some((root, right)) = rest.split_first() else {
        return;
    };
    if root.reach < address {
        return;
    }
    visit(left, address, each);
    if root.first <= address {
        if address <= root.last {
            each(root.place);
        }
        visit(right, address, each);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn block(first: u32, last: u32) -> Block {
        let ip = model::Ip::from_v4;
        Block::between(ip(first.min(last)), ip(first.max(last))).unwrap()
    }

    proptest! {
        #[test]
        fn it_finds_every_block_that_covers_an_address_and_no_other(
            ends in prop::collection::vec((0_u32..60, 0_u32..60), 0..40),
            address in 0_u32..64,
        ) {
            let blocks: Vec<Block> = ends.iter().map(|&(a, b)| block(a, b)).collect();
            let ip = model::Ip::from_v4(address);
            let mut found = Vec::new();
            let cover = Cover::of(blocks.iter().copied().zip(0..).collect());
            cover.visit(ip.bits(), |place| found.push(place));
            found.sort_unstable();
            let all: Vec<usize> = (0..blocks.len()).filter(|&i| blocks[i].contains(ip)).collect();
            prop_assert_eq!(found, all);
        }
    }
}
