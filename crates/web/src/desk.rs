//! What a desk is made of: where its facts come from, its clock, its zone, whose it is.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::organisation::Bilingual;
use tokio::sync::Semaphore;

use crate::access::Access;
use crate::source::Source;

/// Where the time comes from: the system's clock when serving, a fixed one in tests.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What [`router`](crate::router) needs to serve a desk.
pub struct Desk<S> {
    pub source: Arc<S>,
    pub clock: Clock,
    /// The zone in which times are shown; UTC always stands beside it.
    pub zone: TimeZone,
    /// Whose desk it is, as the frame shows it.
    pub organisation: Bilingual,
    /// Whether people sign in, or whoever sits at this machine reads everything.
    pub access: Access,
    /// How long the live stream waits between two looks at the journal.
    pub pace: Duration,
}

/// Live streams open at once, over all readers. A desk has a few tabs; a runaway script has thousands.
const STREAMS: usize = 64;

/// A desk as its handlers hold it.
pub(crate) struct Held<S> {
    pub(crate) desk: Desk<S>,
    pub(crate) streams: Arc<Semaphore>,
}

pub(crate) type Shared<S> = Arc<Held<S>>;

impl<S: Source> Held<S> {
    pub(crate) fn new(desk: Desk<S>) -> Shared<S> {
        Arc::new(Self { desk, streams: Arc::new(Semaphore::new(STREAMS)) })
    }

    pub(crate) fn source(&self) -> &S {
        &self.desk.source
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.desk.clock)()
    }
}
