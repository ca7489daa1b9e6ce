//! Where pages get their facts: a trait, so that pages can be tried without a data directory.
//!
//! Every method that reads takes the reader's permit first. What a permit does not reach does not
//! exist for its holder: it is left out of lists and is `None` on its own, never "forbidden", because
//! even the fact that something exists may be none of the reader's business.

use std::future::Future;

use app::Law;
use app::reading::TrialAsk;
use app::views::DeliveryRow;
use app::views::rules::TrialView;
use app::views::{
    ActView, Counts, DeliveryView, Desk, IncidentRow, IncidentView, NoticeRow, NoticeView,
    ObligationRow, Page, RemediationRow, SightingRow,
};
use jiff::Timestamp;
use model::incident::IncidentNumber;
use model::notice::NoticeNumber;
use model::permit::ReadPermit;
use model::{DeliveryId, PackId, Prefix, ThreatName};

/// Everything that pages show.
pub trait Source: Send + Sync + 'static {
    /// Totals for the menu and for the links that filter.
    fn counts(
        &self,
        permit: &ReadPermit,
        now: Timestamp,
    ) -> impl Future<Output = Result<Counts, Fault>> + Send;

    fn desk(
        &self,
        permit: &ReadPermit,
        now: Timestamp,
    ) -> impl Future<Output = Result<Desk, Fault>> + Send;

    /// Incidents of one rank of grade (1 the gravest), or of all.
    fn incidents(
        &self,
        permit: &ReadPermit,
        rank: Option<u8>,
        slice: &Slice,
    ) -> impl Future<Output = Result<Page<IncidentRow>, Fault>> + Send;

    fn incident(
        &self,
        permit: &ReadPermit,
        number: &IncidentNumber,
    ) -> impl Future<Output = Result<Option<IncidentView>, Fault>> + Send;

    fn obligations(
        &self,
        permit: &ReadPermit,
        filter: ObligationFilter,
        slice: &Slice,
    ) -> impl Future<Output = Result<Page<ObligationRow>, Fault>> + Send;

    fn notices(
        &self,
        permit: &ReadPermit,
        slice: &Slice,
    ) -> impl Future<Output = Result<Page<NoticeRow>, Fault>> + Send;

    /// A notice with one slice of its list.
    fn notice(
        &self,
        permit: &ReadPermit,
        number: &NoticeNumber,
        slice: &Slice,
    ) -> impl Future<Output = Result<Option<NoticeView>, Fault>> + Send;

    /// One slice of a notice's list alone. The CSV reads a list slice by slice, so that a million rows
    /// never stand in memory at once.
    fn remediations(
        &self,
        permit: &ReadPermit,
        number: &NoticeNumber,
        slice: &Slice,
    ) -> impl Future<Output = Result<Option<Page<RemediationRow>>, Fault>> + Send;

    fn deliveries(
        &self,
        permit: &ReadPermit,
        slice: &Slice,
    ) -> impl Future<Output = Result<Page<DeliveryRow>, Fault>> + Send;

    /// A delivery with one slice of its quarantined rows.
    fn delivery(
        &self,
        permit: &ReadPermit,
        id: &DeliveryId,
        slice: &Slice,
    ) -> impl Future<Output = Result<Option<DeliveryView>, Fault>> + Send;

    /// Sightings, the latest first.
    fn sightings(
        &self,
        permit: &ReadPermit,
        search: &Search,
        slice: &Slice,
    ) -> impl Future<Output = Result<Page<SightingRow>, Fault>> + Send;

    /// The law at hand. It is no secret, so it takes no permit.
    fn law(&self) -> &Law;

    /// The packs that this desk applies, in order.
    fn applied(&self) -> &[PackId];

    /// The incidents of the last days with data, replayed under two packs that are there.
    fn trial(
        &self,
        permit: &ReadPermit,
        ask: &TrialAsk,
    ) -> impl Future<Output = Result<TrialView, Fault>> + Send;

    /// Records that rows of a list are about to be taken away as a file, if there are so many that it counts.
    /// Nothing is given out where this fails.
    fn record_export(
        &self,
        permit: &ReadPermit,
        what: (&str, &str),
        rows: u64,
    ) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Entries of the journal after the one with this sequence, the oldest first.
    fn acts_since(
        &self,
        permit: &ReadPermit,
        after: u64,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<ActView>, Fault>> + Send;
}

/// Which rows of a list: so many, after the one with this key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    pub limit: u32,
    /// A key that an earlier page of the same list gave as its `next`; from the start without it.
    pub after: Option<String>,
}

/// Which obligations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObligationFilter {
    /// In any state.
    All,
    /// Running, owed by the desk's own organisation.
    Ours,
    /// Running, owed by others.
    Waiting,
    /// Whose clock has not started.
    Latent,
}

/// Which sightings. Nothing set means the latest of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// An address is a prefix of full length.
    pub prefix: Option<Prefix>,
    pub threat: Option<ThreatName>,
}

/// Why a page cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is no such thing, or this reader may not know of it.
    #[error("there is nothing here")]
    NotFound,
    /// Whoever asks has signed in, and may not do this.
    #[error("not allowed: {0}")]
    NotAllowed(String),
    /// The request says something that cannot be understood; the text says what.
    #[error("not understood: {0}")]
    BadInput(String),
    /// As many as may are at it: try again in a while.
    #[error("too many at once")]
    Busy,
    /// Our failure. The text is for the log and is never shown.
    #[error("{0}")]
    Internal(String),
}
