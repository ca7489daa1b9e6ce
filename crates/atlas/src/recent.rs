//! The few things used most recently, each made by whoever first asks for it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// A cache by interval. Its lock is held for moving a few pointers only, never while something is
/// being made: those who want the same thing wait for it, all others go on.
#[derive(Debug)]
pub(crate) struct Recent<T> {
    most: usize,
    slots: Mutex<VecDeque<(usize, Slot<T>)>>,
}

type Slot<T> = Arc<OnceLock<Arc<T>>>;

impl<T> Recent<T> {
    pub(crate) fn keeping(most: usize) -> Self {
        Self { most, slots: Mutex::default() }
    }

    pub(crate) fn get(&self, interval: usize, make: impl FnOnce() -> T) -> Arc<T> {
        let slot = self.slot(interval);
        Arc::clone(slot.get_or_init(|| Arc::new(make())))
    }

    /// What is there already, complete.
    pub(crate) fn peek(&self, interval: usize) -> Option<Arc<T>> {
        let slots = self.lock();
        let (_, slot) = slots.iter().find(|(kept, _)| *kept == interval)?;
        slot.get().map(Arc::clone)
    }

    /// The slot of an interval, moved to the front; the last one falls out.
    fn slot(&self, interval: usize) -> Slot<T> {
        let mut slots = self.lock();
        let place = slots.iter().position(|(kept, _)| *kept == interval);
        let slot = place.and_then(|i| slots.remove(i)).map(|(_, slot)| slot).unwrap_or_default();
        slots.push_front((interval, Arc::clone(&slot)));
        slots.truncate(self.most);
        slot
    }

    /// A thread that panicked left at worst a slot that is not filled, which is no harm.
    fn lock(&self) -> MutexGuard<'_, VecDeque<(usize, Slot<T>)>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_falls_out_and_is_made_anew() {
        let recent = Recent::keeping(2);
        let ask = |interval, value| *recent.get(interval, || value);
        assert_eq!([ask(1, 'a'), ask(2, 'b'), ask(1, 'x'), ask(3, 'c')], ['a', 'b', 'a', 'c']);
        assert_eq!(recent.peek(2), None);
        assert_eq!([ask(1, 'y'), ask(2, 'z')], ['a', 'z']);
    }

    #[test]
    fn one_being_made_keeps_nobody_from_another() {
        let recent = Recent::keeping(2);
        let outer = recent.get(1, || *recent.get(2, || 'b'));
        assert_eq!((*outer, recent.peek(2).as_deref()), ('b', Some(&'b')));
    }
}
