//! IPv4 addresses to codes by direct index: one slot for each /24, and where a /24 is split, a block of
//! 256 codes (known as DIR-24-8 since 1998). One or two reads a question.
//!
//! The slots take 64 MiB. They come zeroed from the operating system, so that those of unknown networks
//! need no memory until they are read.

use crate::ranges::Ranges;

const SLOTS: usize = 1 << 24;
const BLOCK: usize = 256;
/// Marks a slot that holds the number of a block instead of a code.
const SPLIT: u32 = 1 << 31;
/// At 1 KiB each they may take 128 MiB. A table of nothing but single addresses would want 16 GiB.
const MOST_BLOCKS: usize = 1 << 17;

/// The table.
#[derive(Debug)]
pub(crate) struct Direct {
    slots: Vec<u32>,
    blocks: Vec<u32>,
}

impl Direct {
    /// Compiles ranges; `None` if they split more networks than there is room for.
    pub(crate) fn compile(ranges: &Ranges<u32>) -> Option<Self> {
        let mut table = Self { slots: vec![0; SLOTS], blocks: Vec::new() };
        for (first, end, code) in ranges.runs() {
            if code >= SPLIT {
                return None;
            }
            if code != 0 {
                let end = end.map_or(1 << 32, u64::from);
                table.paint(usize::try_from(first).ok()?, usize::try_from(end).ok()?, code)?;
            }
        }
        Some(table)
    }

    /// The code of an address, 0 for unknown.
    pub(crate) fn code(&self, address: u32) -> u32 {
        let slot = at(&self.slots, address >> 8);
        if slot & SPLIT == 0 {
            return slot;
        }
        // At most 2^17 blocks of 2^8 codes: the shift loses nothing.
        at(&self.blocks, ((slot & !SPLIT) << 8) | (address & 0xff))
    }

    /// Gives addresses from `first` up to but without `end` this code.
    fn paint(&mut self, first: usize, end: usize, code: u32) -> Option<()> {
        let mut here = first;
        while here < end {
            let whole = (end - here) / BLOCK;
            if here.is_multiple_of(BLOCK) && whole > 0 {
                let slot = here / BLOCK;
                self.slots.get_mut(slot..slot + whole)?.fill(code);
                here += whole * BLOCK;
            } else {
                let next = end.min((here / BLOCK + 1) * BLOCK);
                let from = here % BLOCK;
                self.split(here / BLOCK)?.get_mut(from..from + next - here)?.fill(code);
                here = next;
            }
        }
        Some(())
    }

    /// The block of a slot, made if it has none yet.
    fn split(&mut self, slot: usize) -> Option<&mut [u32]> {
        let entry = self.slots.get_mut(slot)?;
        if *entry & SPLIT == 0 {
            let number = self.blocks.len() / BLOCK;
            if number >= MOST_BLOCKS {
                return None;
            }
            self.blocks.resize(self.blocks.len() + BLOCK, *entry);
            *entry = SPLIT | u32::try_from(number).ok()?;
        }
        let from = usize::try_from(*entry & !SPLIT).ok()? * BLOCK;
        self.blocks.get_mut(from..from + BLOCK)
    }
}

fn at(codes: &[u32], index: u32) -> u32 {
    usize::try_from(index).ok().and_then(|i| codes.get(i)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests;
