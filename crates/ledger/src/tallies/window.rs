//! The sliding window: the union of the last so many hours, hour after hour.
//!
//! Hours are taken in blocks as long as the window. A window is then the tail of one block and the head of
//! the next, so that each hour joins two unions whatever the window's length (van Herk's method),
//! and the count of tail and head together needs no third.

use std::collections::VecDeque;

use model::tally::Count;

use super::Distinct;

pub(super) struct Sliding {
    hours: usize,
    /// Unions of what remains of the last block: from its *n*th hour to its end.
    tails: VecDeque<Distinct>,
    /// The hours of this block.
    block: Vec<Distinct>,
    /// Their union.
    head: Distinct,
}

impl Sliding {
    /// A window of some hours; `None` for none at all.
    pub(super) fn over(hours: u32) -> Option<Self> {
        let hours = usize::try_from(hours).ok().filter(|&hours| hours > 0)?;
        let (tails, block) = (VecDeque::new(), Vec::new());
        Some(Self { hours, tails, block, head: Distinct::default() })
    }

    /// Moves on by an hour.
    pub(super) fn push(&mut self, hour: Distinct) {
        if self.block.len() == self.hours {
            self.turn();
        }
        self.tails.pop_front();
        self.head.join(&hour);
        self.block.push(hour);
    }

    /// How many are in the window, if they are more than `floor`.
    pub(super) fn count_above(&self, floor: u64) -> Option<Count> {
        let count = match self.tails.front() {
            None => self.head.count(),
            Some(tail) if tail.count().total() + self.head.count().total() <= floor => return None,
            Some(tail) => self.head.count_with(tail),
        };
        Some(count).filter(|count| count.total() > floor)
    }

    /// The block is full: its tails are what the next one needs of it.
    fn turn(&mut self) {
        self.head = Distinct::default();
        let mut tail = Distinct::default();
        for hour in std::mem::take(&mut self.block).into_iter().rev() {
            tail.join(&hour);
            self.tails.push_front(tail.clone());
        }
    }
}
