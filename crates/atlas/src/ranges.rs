//! Addresses to codes by binary search: small, quick to compile, under a hundred nanoseconds a question.

/// Runs between two samples.
const STRIDE: usize = 64;

/// Where each run of addresses with one code begins, ascending, and that code.
///
/// Before the first run the code is 0. Neighbouring runs never have the same code.
#[derive(Debug)]
pub(crate) struct Ranges<A> {
    /// Every 64th of `firsts`. They fit the processor's cache, so that only the last steps of a search
    /// touch memory, and those touch neighbours.
    samples: Vec<A>,
    firsts: Vec<A>,
    codes: Vec<u32>,
}

impl<A> Default for Ranges<A> {
    fn default() -> Self {
        Self { samples: Vec::new(), firsts: Vec::new(), codes: Vec::new() }
    }
}

impl<A: Copy + Ord> Ranges<A> {
    /// Says that from `first` on, which lies beyond all said so far, the code is this.
    pub(crate) fn push(&mut self, first: A, code: u32) {
        if self.codes.last().copied().unwrap_or(0) == code {
            return;
        }
        if self.firsts.len().is_multiple_of(STRIDE) {
            self.samples.push(first);
        }
        self.firsts.push(first);
        self.codes.push(code);
    }

    pub(crate) fn code(&self, address: A) -> u32 {
        self.run(address).and_then(|run| self.codes.get(run)).copied().unwrap_or(0)
    }

    /// The run in which an address lies; none before the first.
    fn run(&self, address: A) -> Option<usize> {
        let sample = self.samples.partition_point(|first| *first <= address).checked_sub(1)?;
        let from = sample * STRIDE;
        let stretch = self.firsts.get(from..(from + STRIDE).min(self.firsts.len()))?;
        (from + stretch.partition_point(|first| *first <= address)).checked_sub(1)
    }

    /// Each run: its first address, the first address after it if there is any, and its code.
    pub(crate) fn runs(&self) -> impl Iterator<Item = (A, Option<A>, u32)> {
        let ends = self.firsts.iter().skip(1).copied().map(Some).chain([None]);
        self.firsts
            .iter()
            .zip(ends)
            .zip(&self.codes)
            .map(|((&first, end), &code)| (first, end, code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_the_code_of_the_run_it_lies_in_however_many_runs_there_are() {
        let mut ranges = Ranges::default();
        for run in 1..1000_u32 {
            ranges.push(run * 10, run);
        }
        assert_eq!((ranges.code(0), ranges.code(9)), (0, 0));
        for run in 1..1000_u32 {
            assert_eq!((ranges.code(run * 10), ranges.code(run * 10 + 9)), (run, run));
        }
        assert_eq!(ranges.code(u32::MAX), 999);
    }

    #[test]
    fn neighbours_of_one_code_are_one_run() {
        let mut ranges = Ranges::default();
        for (first, code) in [(1, 0), (2, 7), (3, 7), (4, 0), (5, 0)] {
            ranges.push(first, code);
        }
        assert_eq!(ranges.runs().collect::<Vec<_>>(), [(2, Some(4), 7), (4, None, 0)]);
    }
}
