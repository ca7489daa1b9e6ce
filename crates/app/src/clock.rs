//! What time it is, and what the next id is: asked of whoever runs the desk, never of the machine.

use std::sync::Arc;

use jiff::Timestamp;
use model::Id;
use uuid::Uuid;

/// The desk's clock and its source of ids, handed in once at the start.
///
/// A test hands in a clock that stands still and ids that count; the binary hands in the machine's.
#[derive(Clone)]
pub struct Clock {
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    id: Arc<dyn Fn(Timestamp) -> Uuid + Send + Sync>,
}

impl Clock {
    pub fn new(
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
        id: impl Fn(Timestamp) -> Uuid + Send + Sync + 'static,
    ) -> Self {
        Self { now: Arc::new(now), id: Arc::new(id) }
    }

    pub fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// A new id, sorting after those made before.
    pub fn id<T>(&self, at: Timestamp) -> Id<T> {
        Id::from_uuid((self.id)(at))
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clock").finish_non_exhaustive()
    }
}
