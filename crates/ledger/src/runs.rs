//! Sorted runs: sets of addresses by group, built from sightings in any order, in few bytes.
//!
//! Adding to a bitmap in the order of a feed is slower by two orders than building it from sorted values,
//! and thousands of half-empty bitmaps cost more memory than the addresses. So additions are buffered;
//! a full buffer is sorted and packed into a *run*, in which a group is the differences between its
//! ascending addresses; and a bitmap is made only when its group is written, from all runs at once.

use std::fmt::Debug;

use crate::names::index;

/// A group and a member, as one number which sorts by group first.
pub(crate) trait Entry: Copy + Ord + Debug {
    fn new(group: u32, member: u64) -> Self;
    fn group(self) -> u32;
    fn member(self) -> u64;
}

/// An IPv4 address in a group.
impl Entry for u64 {
    fn new(group: u32, member: u64) -> Self {
        Self::from(group) << 32 | (member & 0xffff_ffff)
    }

    fn group(self) -> u32 {
        u32::try_from(self >> 32).unwrap_or_default()
    }

    fn member(self) -> u64 {
        self & 0xffff_ffff
    }
}

/// An IPv6 /64 in a group.
impl Entry for u128 {
    fn new(group: u32, member: u64) -> Self {
        Self::from(group) << 64 | Self::from(member)
    }

    fn group(self) -> u32 {
        u32::try_from(self >> 64).unwrap_or_default()
    }

    fn member(self) -> u64 {
        u64::try_from(self & Self::from(u64::MAX)).unwrap_or_default()
    }
}

#[derive(Debug)]
pub(crate) struct Runs<E> {
    buffer: Vec<E>,
    /// How many entries the buffer takes before it is packed.
    most: usize,
    packed: Vec<Run>,
}

#[derive(Debug)]
struct Run {
    /// For each group where it begins in `bytes`; 0 if it is not in this run.
    starts: Vec<u32>,
    /// For each group the number of its members, then the differences between them, all as LEB128.
    bytes: Vec<u8>,
}

impl<E: Entry> Runs<E> {
    pub(crate) fn new(most: usize) -> Self {
        Self { buffer: Vec::new(), most, packed: Vec::new() }
    }

    pub(crate) fn add(&mut self, group: u32, member: u64) {
        self.buffer.push(E::new(group, member));
        if self.buffer.len() >= self.most {
            self.pack();
        }
    }

    /// Ends adding, and frees the buffer.
    pub(crate) fn seal(&mut self) {
        self.pack();
        self.buffer = Vec::new();
    }

    /// The members of a group, ascending, each once. Sealed runs only.
    pub(crate) fn members(&self, group: u32, out: &mut Vec<u64>) {
        out.clear();
        let runs = self.packed.iter().filter(|run| run.read(group, out)).count();
        if runs > 1 {
            out.sort_unstable();
            out.dedup();
        }
    }

    fn pack(&mut self) {
        self.buffer.sort_unstable();
        self.buffer.dedup();
        if let Some(last) = self.buffer.last() {
            self.packed.push(Run::of(&self.buffer, last.group()));
        }
        self.buffer.clear();
    }
}

impl Run {
    fn of<E: Entry>(sorted: &[E], last_group: u32) -> Self {
        // The first byte is never read, so that 0 can mean that a group is absent.
        let mut run = Self { starts: vec![0; index(last_group) + 1], bytes: vec![0] };
        for members in sorted.chunk_by(|a, b| a.group() == b.group()) {
            let start = u32::try_from(run.bytes.len()).unwrap_or_default();
            let group = members.first().map_or(0, |entry| index(entry.group()));
            if let Some(slot) = run.starts.get_mut(group) {
                *slot = start;
            }
            write(&mut run.bytes, u64::try_from(members.len()).unwrap_or_default());
            let mut before = 0;
            for member in members.iter().map(|entry| entry.member()) {
                write(&mut run.bytes, member - before);
                before = member;
            }
        }
        run.bytes.shrink_to_fit();
        run
    }

    /// Appends the members of a group; tells whether there are any.
    fn read(&self, group: u32, out: &mut Vec<u64>) -> bool {
        let start = self.starts.get(index(group)).map_or(0, |&start| index(start));
        let mut rest = match start {
            0 => return false,
            start => self.bytes.get(start..).unwrap_or_default().iter(),
        };
        let mut member = 0;
        for _ in 0..read(&mut rest) {
            member += read(&mut rest);
            out.push(member);
        }
        true
    }
}

fn write(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or_default();
        number >>= 7;
        if number == 0 {
            return bytes.push(low);
        }
        bytes.push(low | 0x80);
    }
}

fn read<'a>(bytes: &mut impl Iterator<Item = &'a u8>) -> u64 {
    let mut number = 0;
    for (byte, shift) in bytes.zip((0..64).step_by(7)) {
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_come_back_ascending_and_once_whatever_the_order_and_number_of_runs() {
        for most in [1, 2, 3, 100] {
            let mut runs = Runs::<u64>::new(most);
            for (group, member) in [(2, 9), (0, 4_294_967_295), (2, 0), (2, 9), (0, 1), (2, 300)] {
                runs.add(group, member);
            }
            runs.seal();
            let mut out = Vec::new();
            let mut members = |group| {
                runs.members(group, &mut out);
                out.clone()
            };
            assert_eq!(members(0), [1, 4_294_967_295]);
            assert!(members(1).is_empty());
            assert_eq!(members(2), [0, 9, 300]);
            assert!(members(7).is_empty());
        }
    }

    #[test]
    fn the_greatest_network_survives_packing() {
        let mut runs = Runs::<u128>::new(8);
        runs.add(u32::from(u16::MAX), u64::MAX);
        runs.seal();
        let mut out = Vec::new();
        runs.members(u32::from(u16::MAX), &mut out);
        assert_eq!(out, [u64::MAX]);
    }
}
