//! The live stream: the server's time, then what enters the journal, each entry drawn for its reader.
//!
//! The journal is asked again every few seconds rather than broadcast, because an entry must be read
//! under each reader's own permit. A browser that comes back says which entry it saw last and is told
//! what it missed, up to a bound.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use app::views::ActView;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream, StreamExt};
use model::permit::ReadPermit;
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;

use crate::access::{self, Access, Reader};
use crate::desk::Shared;
use crate::parts::acts;
use crate::parts::patch;
use crate::source::{Fault, Source};
use crate::viewer::Viewer;

/// Entries told at once. Whoever missed more sees the latest when the page is loaded again.
const AT_ONCE: u32 = 50;
/// Silence after which a comment is sent, so that a broken line is noticed.
const HEARTBEAT: Duration = Duration::from_secs(15);

#[derive(Deserialize)]
pub(crate) struct Seen {
    /// Sequence of the last entry that the page shows.
    last: Option<u64>,
}

/// Begins a stream.
pub(crate) async fn stream<S: Source>(
    State(held): State<Shared<S>>,
    reader: Reader,
    viewer: Viewer,
    headers: HeaderMap,
    Query(seen): Query<Seen>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Fault> {
    let seat = Arc::clone(&held.streams).try_acquire_owned().map_err(|_| Fault::Busy)?;
    // A browser that reconnects by itself says where it was in a header.
    let again = headers.get("last-event-id").and_then(|v| v.to_str().ok()?.parse().ok());
    let now = held.now().to_string();
    let first = Event::default().event("now").data(now).retry(Duration::from_secs(3));
    let follower = Follower {
        every: interval(held.desk.pace),
        held,
        permit: reader.permit,
        viewer,
        headers,
        last: again.or(seen.last).unwrap_or(0),
        waiting: VecDeque::new(),
        _seat: seat,
    };
    let news = stream::unfold(follower, Follower::next);
    let stream = stream::once(async { Ok(first) }).chain(news);
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

fn interval(pace: Duration) -> tokio::time::Interval {
    let mut every = tokio::time::interval(pace.max(Duration::from_millis(10)));
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    every
}

/// One reader's place in the journal.
struct Follower<S> {
    held: Shared<S>,
    permit: ReadPermit,
    viewer: Viewer,
    /// What the request showed of who asks.
    headers: HeaderMap,
    every: tokio::time::Interval,
    last: u64,
    waiting: VecDeque<ActView>,
    _seat: OwnedSemaphorePermit,
}

impl<S: Source> Follower<S> {
    /// Whether whoever began the stream is still who they were: a session may have been ended meanwhile.
    async fn is_still_admitted(&self) -> bool {
        let Access::Accounts(accounts) = &self.held.desk.access else { return true };
        let now = access::present(accounts, &self.headers).await;
        now.is_ok_and(|presence| presence.reads_as(&self.permit))
    }

    /// The next entry. A journal that cannot be read ends the stream: the browser tries again.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        while self.waiting.is_empty() {
            self.every.tick().await;
            if !self.is_still_admitted().await {
                return None;
            }
            let acts = self.held.source().acts_since(&self.permit, self.last, AT_ONCE).await;
            match acts {
                Ok(acts) => self.waiting.extend(acts),
                Err(fault) => {
                    tracing::warn!("Ended a live stream: the journal could not be read: {fault}");
                    return None;
                }
            }
        }
        let act = self.waiting.pop_front()?;
        self.last = act.sequence;
        self.viewer.now = self.held.now();
        let body = patch("stream", "prepend", acts::entry(&self.viewer, &act, acts::Age::New));
        let event = Event::default().event("patch").id(act.sequence.to_string());
        Some((Ok(event.data(body.into_string())), self))
    }
}
