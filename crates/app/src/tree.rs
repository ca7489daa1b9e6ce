//! A tree over the hashes of the journal's entries, as RFC 9162 §2.1 builds it, with SHA-256.
//!
//! Its root says what all entries were; a path from one entry to the root proves that the entry was among
//! them without showing any other. So a dossier can be checked by somebody who may read nothing else.
//! A leaf is the 32 bytes of an entry's hash, an inner node its two children; one byte in front keeps the
//! two apart.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// A hash in the tree.
pub(crate) type Node = [u8; 32];

/// A tree that grows leaf by leaf. It holds the whole subtrees that no greater one covers yet, and the
/// paths of the leaves that somebody wants proved: as many nodes as the number of leaves has binary digits.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    leaves: u64,
    /// Whole subtrees from left to right, each with its number of leaves, a power of two.
    peaks: Vec<(u64, Node)>,
    /// By the place of the leaf, counting from 0: the siblings on its way up.
    wanted: BTreeMap<u64, Vec<Node>>,
}

impl Tree {
    /// A tree that keeps the paths of these entries, counting from 1 as the journal does.
    pub(crate) fn proving(entries: impl IntoIterator<Item = u64>) -> Self {
        let places = entries.into_iter().filter_map(|entry| entry.checked_sub(1));
        Self { wanted: places.map(|place| (place, Vec::new())).collect(), ..Self::default() }
    }

    /// Adds the hash of the next entry.
    pub(crate) fn push(&mut self, entry: Node) {
        let (mut size, mut node) = (1, leaf(&entry));
        self.leaves += 1;
        while let Some((left_size, left)) = self.peaks.pop_if(|(peak, _)| *peak == size) {
            let right_from = self.leaves - size;
            self.note(right_from - left_size, right_from, node);
            self.note(right_from, self.leaves, left);
            node = inner(&left, &node);
            size += left_size;
        }
        self.peaks.push((size, node));
    }

    /// The root as it stands now.
    pub(crate) fn root(&self) -> Node {
        let mut peaks = self.peaks.iter().rev().map(|(_, peak)| *peak);
        let last = peaks.next();
        let folded = last.map(|last| peaks.fold(last, |right, left| inner(&left, &right)));
        folded.unwrap_or_else(|| Sha256::digest([]).into())
    }

    /// The path of each wanted leaf up to the root as it stands now, by entry.
    pub(crate) fn paths(mut self) -> BTreeMap<u64, Vec<Node>> {
        let Some((mut size, mut right)) = self.peaks.pop() else { return BTreeMap::new() };
        while let Some((left_size, left)) = self.peaks.pop() {
            let right_from = self.leaves - size;
            self.note(right_from - left_size, right_from, right);
            self.note(right_from, self.leaves, left);
            right = inner(&left, &right);
            size += left_size;
        }
        let leaves = self.leaves;
        let within = self.wanted.into_iter().filter(|(place, _)| *place < leaves);
        within.map(|(place, path)| (place + 1, path)).collect()
    }

    /// Gives every wanted leaf of a subtree its next sibling.
    fn note(&mut self, from: u64, to: u64, sibling: Node) {
        for path in self.wanted.range_mut(from..to).map(|(_, path)| path) {
            path.push(sibling);
        }
    }
}

/// The root that a path leads to from one entry (counting from 1) of so many: RFC 9162 §2.1.3.2. None if
/// no such path can be.
pub(crate) fn root_of(entry: u64, entries: u64, hash: &Node, path: &[Node]) -> Option<Node> {
    let mut place = entry.checked_sub(1)?;
    let mut last = entries.checked_sub(1)?;
    if place > last {
        return None;
    }
    let mut node = leaf(hash);
    for sibling in path {
        if last == 0 {
            return None;
        }
        if place % 2 == 1 || place == last {
            node = inner(sibling, &node);
            while place % 2 == 0 && place != 0 {
                place /= 2;
                last /= 2;
            }
        } else {
            node = inner(&node, sibling);
        }
        place /= 2;
        last /= 2;
    }
    (last == 0).then_some(node)
}

fn leaf(entry: &Node) -> Node {
    Sha256::new_with_prefix([0]).chain_update(entry).finalize().into()
}

fn inner(left: &Node, right: &Node) -> Node {
    Sha256::new_with_prefix([1]).chain_update(left).chain_update(right).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(n: u64) -> Node {
        Sha256::digest(n.to_be_bytes()).into()
    }

    fn tree(leaves: u64) -> Tree {
        let mut tree = Tree::proving(1..=leaves);
        (1..=leaves).for_each(|n| tree.push(entry(n)));
        tree
    }

    /// RFC 9162 §2.1.1 word for word.
    fn by_the_book(leaves: &[Node]) -> Node {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => leaf(one),
            many => {
                let half = many.len().next_power_of_two() / 2;
                inner(&by_the_book(&many[..half]), &by_the_book(&many[half..]))
            }
        }
    }

    #[test]
    fn the_root_is_that_of_the_standard() {
        for size in 0..70 {
            let leaves: Vec<Node> = (1..=size).map(entry).collect();
            assert_eq!(tree(size).root(), by_the_book(&leaves), "{size}");
        }
    }

    #[test]
    fn every_path_leads_to_the_root_and_from_its_own_entry_only() {
        for size in 1..70 {
            let root = tree(size).root();
            let paths = tree(size).paths();
            assert_eq!(u64::try_from(paths.len()), Ok(size));
            for (at, path) in paths {
                assert_eq!(root_of(at, size, &entry(at), &path), Some(root), "{at} of {size}");
                assert_ne!(root_of(at, size, &entry(at + 1), &path), Some(root));
                assert_ne!(root_of(at + 1, size, &entry(at), &path), Some(root));
                let mut longer = path.clone();
                longer.push(root);
                assert_ne!(root_of(at, size, &entry(at), &longer), Some(root));
            }
        }
    }

    #[test]
    fn a_place_outside_the_tree_has_no_path() {
        assert_eq!(root_of(0, 3, &entry(1), &[]), None);
        assert_eq!(root_of(4, 3, &entry(4), &[]), None);
        assert_eq!(root_of(1, 0, &entry(1), &[]), None);
        assert_eq!(Tree::proving([9]).paths(), BTreeMap::new());
    }
}
