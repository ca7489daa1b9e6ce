//! Strips: overlapping blocks laid out side by side, so that each address has one owner.
//!
//! Where blocks overlap, the smallest owns; among equally small ones, the first that was loaded.
//! For prefixes that is the longest match; for ranges that no prefix describes it goes on making sense.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use model::Ip;

use crate::block::Block;

/// Both families laid out. They never mix: all of IPv6, `::/0`, owns no IPv4 address.
#[derive(Debug, Default)]
pub(crate) struct Strips {
    pub(crate) v4: Vec<Strip>,
    pub(crate) v6: Vec<Strip>,
}

/// From `first` up to where the next strip begins, every address has this owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Strip {
    /// The 128 bits of the address, as [`Ip::bits`] has them for both families.
    pub(crate) first: u128,
    /// One more than the place of the owner among those laid out; 0 for nobody.
    pub(crate) owner: u32,
}

/// The item that an owner number stands for.
pub(crate) fn item<T>(items: &[T], owner: u32) -> Option<&T> {
    items.get(usize::try_from(owner).ok()?.checked_sub(1)?)
}

impl Strips {
    /// Lays blocks out, each with its place among all that there are.
    pub(crate) fn lay(blocks: impl Iterator<Item = (Block, usize)>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for (block, place) in blocks {
            let Ok(owner) = u32::try_from(place + 1) else {
                break;
            };
            let (first, last) = (block.first().bits(), block.last().bits());
            let family = if block.is_v4() { &mut v4 } else { &mut v6 };
            family.push(Span { first, last, owner });
        }
        let (mut v4, v6) = (lay_family(v4), lay_family(v6));
        // What begins just behind 255.255.255.255 is no strip of IPv4 any more.
        v4.pop_if(|strip| !Ip::from_bits(strip.first).is_v4());
        Self { v4, v6 }
    }

    /// The owner of an address, 0 for nobody.
    pub(crate) fn owner(&self, ip: Ip) -> u32 {
        let family = if ip.is_v4() { &self.v4 } else { &self.v6 };
        let after = family.partition_point(|strip| strip.first <= ip.bits());
        let strip = after.checked_sub(1).and_then(|i| family.get(i));
        strip.filter(|_| !ip.is_none()).map_or(0, |strip| strip.owner)
    }
}

struct Span {
    first: u128,
    last: u128,
    owner: u32,
}

/// One pass from left to right over the blocks of a family. Those that cover the place where it
/// stands wait in a heap, the smallest on top; the pass halts only where the top may change.
fn lay_family(mut spans: Vec<Span>) -> Vec<Strip> {
    spans.sort_by_key(|span| span.first);
    let mut strips: Vec<Strip> = Vec::with_capacity(spans.len());
    let mut covering: BinaryHeap<Reverse<(u128, u32, u128)>> = BinaryHeap::new();
    let mut coming = spans.iter().peekable();
    let mut next = coming.peek().map(|span| span.first);
    while let Some(here) = next {
        while let Some(span) = coming.next_if(|span| span.first <= here) {
            covering.push(Reverse((span.last - span.first, span.owner, span.last)));
        }
        while covering.peek().is_some_and(|Reverse((_, _, last))| *last < here) {
            covering.pop();
        }
        let (owner, end) = match covering.peek() {
            Some(Reverse((_, owner, last))) => (*owner, last.checked_add(1)),
            None => (0, None),
        };
        if strips.last().is_none_or(|strip| strip.owner != owner) {
            strips.push(Strip { first: here, owner });
        }
        next = [end, coming.peek().map(|span| span.first)].into_iter().flatten().min();
    }
    strips
}

/// Two layers of one family laid over each other: calls `each` wherever either changes hands, with the
/// owners in both from there on.
pub(crate) fn overlay(upper: &[Strip], lower: &[Strip], mut each: impl FnMut(u128, u32, u32)) {
    let (mut upper, mut lower) = (upper.iter().peekable(), lower.iter().peekable());
    let (mut above, mut below) = (0, 0);
    loop {
        let nearest = [upper.peek().map(|s| s.first), lower.peek().map(|s| s.first)];
        let Some(here) = nearest.into_iter().flatten().min() else {
            return;
        };
        if let Some(strip) = upper.next_if(|strip| strip.first == here) {
            above = strip.owner;
        }
        if let Some(strip) = lower.next_if(|strip| strip.first == here) {
            below = strip.owner;
        }
        each(here, above, below);
    }
}

#[cfg(test)]
mod tests;
