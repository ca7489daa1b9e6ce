//! A made-up desk: the extremes that pages must bear, on documentation addresses and fictional names.
//!
//! It honours permits as the real source does: what concerns another organisation is not there.

use crate::{intake, law, rows};
use std::ops::Range;

use app::Law;
use app::reading::TrialAsk;
use app::views::rules::TrialView;
use app::views::{
    ActView, Counts, DeliveryRow, DeliveryView, Desk, IncidentRow, IncidentView, NoticeRow,
    NoticeView, ObligationRow, ObligationState, Page, RemediationRow, SightingRow,
};
use jiff::{SignedDuration, Timestamp};
use model::incident::IncidentNumber;
use model::notice::NoticeNumber;
use model::permit::{ReadPermit, Scope};
use model::{DeliveryId, PackId};
use web::source::{Fault, ObligationFilter, Search, Slice, Source};

/// The instant at which the sample is set: a Monday afternoon.
pub(crate) fn noon() -> Timestamp {
    "2026-11-23T07:05:30Z".parse().unwrap()
}

/// How much there is to show.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Amount {
    Nothing,
    Much,
}

/// The sample, and whose eyes look at it: none for the permit that was handed in.
pub(crate) struct Sample {
    amount: Amount,
    pub(crate) now: Timestamp,
    eyes: Option<ReadPermit>,
}

impl Sample {
    pub(crate) fn busy(now: Timestamp) -> Self {
        Self { amount: Amount::Much, now, eyes: None }
    }

    pub(crate) fn empty(now: Timestamp) -> Self {
        Self { amount: Amount::Nothing, now, eyes: None }
    }

    /// The same facts, seen with another's permit whatever permit is handed in.
    pub(crate) fn seen_by(now: Timestamp, permit: ReadPermit) -> Self {
        Self { amount: Amount::Much, now, eyes: Some(permit) }
    }

    pub(crate) fn at(&self, minutes: i64) -> Timestamp {
        self.now + SignedDuration::from_mins(minutes)
    }

    /// Whether something of these organisations may be seen.
    fn shows(&self, permit: &ReadPermit, of: &[&str]) -> bool {
        match self.eyes.as_ref().unwrap_or(permit).scope() {
            Scope::Everything => true,
            Scope::Organisation(handle) => of.contains(&handle.as_str()),
            // Nobody of the sample lies in a province of which an administration asks.
            Scope::Province(_) => false,
        }
    }

    fn incident_rows(&self, permit: &ReadPermit) -> Vec<IncidentRow> {
        let all = if self.amount == Amount::Much { rows::incidents(self) } else { Vec::new() };
        all.into_iter().filter(|row| self.shows(permit, rows::concerned(&row.number))).collect()
    }

    fn obligation_rows(&self, permit: &ReadPermit) -> Vec<ObligationRow> {
        let all = if self.amount == Amount::Much { rows::obligations(self) } else { Vec::new() };
        all.into_iter().filter(|row| self.shows(permit, &[&row.debtor.handle])).collect()
    }

    fn notice_rows(&self, permit: &ReadPermit) -> Vec<NoticeRow> {
        let all = if self.amount == Amount::Much { rows::notices(self) } else { Vec::new() };
        all.into_iter().filter(|row| self.shows(permit, &[&row.recipient.handle])).collect()
    }

    fn delivery_rows(&self, permit: &ReadPermit) -> Vec<DeliveryRow> {
        let all = if self.amount == Amount::Much { intake::deliveries(self) } else { Vec::new() };
        all.into_iter().filter(|_| self.shows(permit, &[])).collect()
    }

    fn act_rows(&self, permit: &ReadPermit) -> Vec<ActView> {
        let all = if self.amount == Amount::Much { rows::acts(self) } else { Vec::new() };
        all.into_iter().filter(|_| self.shows(permit, &[])).collect()
    }
}

fn is(filter: ObligationFilter, row: &ObligationRow) -> bool {
    let running = matches!(row.state, ObligationState::Running { .. });
    match filter {
        ObligationFilter::All => true,
        ObligationFilter::Ours => running && row.ours,
        ObligationFilter::Waiting => running && !row.ours,
        ObligationFilter::Latent => matches!(row.state, ObligationState::Latent),
    }
}

fn many(n: usize) -> u64 {
    u64::try_from(n).unwrap()
}

/// The slice of a list whose keys are positions: which of them, and the key of what follows.
fn cut(total: u64, slice: &Slice) -> Result<(Range<u64>, Option<String>), Fault> {
    let from = match &slice.after {
        None => 0,
        Some(key) => key.parse().map_err(|_| Fault::BadInput(format!("after={key}")))?,
    };
    let end = total.min(from + u64::from(slice.limit));
    Ok((from..end, (end < total).then(|| end.to_string())))
}

fn cut_list<T>(all: Vec<T>, slice: &Slice) -> Result<Page<T>, Fault> {
    let (positions, next) = cut(many(all.len()), slice)?;
    let here = |(at, row)| positions.contains(&at).then_some(row);
    Ok(Page { rows: (0..).zip(all).filter_map(here).collect(), next })
}

impl Sample {
    fn items(&self, row: &NoticeRow, slice: &Slice) -> Result<Page<RemediationRow>, Fault> {
        let (positions, next) = cut(row.items, slice)?;
        Ok(Page { rows: rows::remediations(self, positions).collect(), next })
    }
}

impl Source for Sample {
    async fn counts(&self, permit: &ReadPermit, _: Timestamp) -> Result<Counts, Fault> {
        let mut by_rank = [0; 4];
        for row in self.incident_rows(permit) {
            by_rank[usize::from(row.grade.rank) - 1] += 1;
        }
        let duties = self.obligation_rows(permit);
        let count = |filter| many(duties.iter().filter(|row| is(filter, row)).count());
        Ok(Counts {
            incidents_by_rank: by_rank,
            obligations: count(ObligationFilter::All),
            obligations_ours: count(ObligationFilter::Ours),
            obligations_waiting: count(ObligationFilter::Waiting),
            obligations_latent: count(ObligationFilter::Latent),
            notices: many(self.notice_rows(permit).len()),
            deliveries: many(self.delivery_rows(permit).len()),
        })
    }

    async fn desk(&self, permit: &ReadPermit, now: Timestamp) -> Result<Desk, Fault> {
        let counts = self.counts(permit, now).await?;
        let mut due_next = self.obligation_rows(permit);
        due_next.retain(|row| matches!(row.state, ObligationState::Running { .. }));
        let overdue = due_next.iter().filter(|r| rows::due(r).is_some_and(|due| due < now)).count();
        let soon = |due: Timestamp| due >= now && due < now + SignedDuration::from_hours(1);
        let due_within_hour = due_next.iter().filter(|r| rows::due(r).is_some_and(soon)).count();
        let much = self.amount == Amount::Much;
        Ok(Desk {
            running: many(due_next.len()),
            running_ours: counts.obligations_ours,
            overdue: many(overdue),
            due_within_hour: many(due_within_hour),
            due_next,
            open_by_rank: counts.incidents_by_rank,
            incidents: self.incident_rows(permit),
            addresses_24h: if much { 1_203_897 } else { 0 },
            addresses_before: if much { 1_076_830 } else { 0 },
            threats: if much { rows::threats() } else { Vec::new() },
            chart_last_hour: much.then(|| "2026-11-23T07:00:00Z".parse().unwrap()),
            provinces: if much { rows::provinces() } else { Vec::new() },
            notices_drafted: counts.notices,
            deliveries: self.delivery_rows(permit),
            acts: self.act_rows(permit),
        })
    }

    async fn incidents(
        &self,
        permit: &ReadPermit,
        rank: Option<u8>,
        slice: &Slice,
    ) -> Result<Page<IncidentRow>, Fault> {
        let mut all = self.incident_rows(permit);
        all.retain(|row| rank.is_none_or(|rank| row.grade.rank == rank));
        cut_list(all, slice)
    }

    async fn incident(
        &self,
        permit: &ReadPermit,
        number: &IncidentNumber,
    ) -> Result<Option<IncidentView>, Fault> {
        if number.as_str() == "INC-2026-9999" {
            return Err(Fault::Internal("the disk of the sample is on fire".to_owned()));
        }
        let row = self.incident_rows(permit).into_iter().find(|r| r.number == number.as_str());
        Ok(row.map(|row| {
            let mine = |incident: &str| incident == row.number;
            let obligations =
                self.obligation_rows(permit).into_iter().filter(|o| mine(&o.incident)).collect();
            let notices =
                self.notice_rows(permit).into_iter().filter(|n| mine(&n.incident)).collect();
            let acts = self.act_rows(permit);
            rows::incident(self, row, (obligations, notices, acts))
        }))
    }

    async fn obligations(
        &self,
        permit: &ReadPermit,
        filter: ObligationFilter,
        slice: &Slice,
    ) -> Result<Page<ObligationRow>, Fault> {
        let mut all = self.obligation_rows(permit);
        all.retain(|row| is(filter, row));
        cut_list(all, slice)
    }

    async fn notices(&self, permit: &ReadPermit, slice: &Slice) -> Result<Page<NoticeRow>, Fault> {
        cut_list(self.notice_rows(permit), slice)
    }

    async fn notice(
        &self,
        permit: &ReadPermit,
        number: &NoticeNumber,
        slice: &Slice,
    ) -> Result<Option<NoticeView>, Fault> {
        let row = self.notice_rows(permit).into_iter().find(|n| n.number == number.as_str());
        let Some(row) = row else { return Ok(None) };
        let page = self.items(&row, slice)?;
        Ok(Some(rows::notice(self, row, page)))
    }

    async fn remediations(
        &self,
        permit: &ReadPermit,
        number: &NoticeNumber,
        slice: &Slice,
    ) -> Result<Option<Page<RemediationRow>>, Fault> {
        let row = self.notice_rows(permit).into_iter().find(|n| n.number == number.as_str());
        row.map(|row| self.items(&row, slice)).transpose()
    }

    async fn deliveries(
        &self,
        permit: &ReadPermit,
        slice: &Slice,
    ) -> Result<Page<DeliveryRow>, Fault> {
        cut_list(self.delivery_rows(permit), slice)
    }

    async fn delivery(
        &self,
        permit: &ReadPermit,
        id: &DeliveryId,
        slice: &Slice,
    ) -> Result<Option<DeliveryView>, Fault> {
        let row = self.delivery_rows(permit).into_iter().find(|row| row.id == id.to_string());
        let Some(row) = row else { return Ok(None) };
        let page = cut_list(intake::quarantined(row.quarantined).collect(), slice)?;
        Ok(Some(DeliveryView { row, quarantined: page.rows, next: page.next }))
    }

    async fn sightings(
        &self,
        permit: &ReadPermit,
        search: &Search,
        slice: &Slice,
    ) -> Result<Page<SightingRow>, Fault> {
        let all = if self.amount == Amount::Much { rows::sightings(self) } else { Vec::new() };
        let fits = |row: &SightingRow| {
            let inside = |prefix: &model::Prefix| {
                row.subject.parse().is_ok_and(|address| prefix.contains(address))
            };
            let held = |row: &SightingRow| row.holder.as_ref().map(|h| h.handle.clone());
            search.prefix.as_ref().is_none_or(inside)
                && search.threat.as_ref().is_none_or(|t| t.as_str() == row.threat)
                && self.shows(permit, &[held(row).as_deref().unwrap_or_default()])
        };
        cut_list(all.into_iter().filter(fits).collect(), slice)
    }

    fn law(&self) -> &Law {
        law::law()
    }

    fn applied(&self) -> &[PackId] {
        law::applied()
    }

    async fn trial(&self, permit: &ReadPermit, ask: &TrialAsk) -> Result<TrialView, Fault> {
        let seen = self.amount == Amount::Much && self.shows(permit, &[]);
        let mut past = if seen { law::past(self.now) } else { Vec::new() };
        let since = self.now - SignedDuration::from_hours(24 * i64::from(ask.days));
        past.retain(|one| one.known_at >= since);
        let view = law::law().trial(ask, &past, &rows::party).unwrap();
        Ok(TrialView { span: (!past.is_empty()).then_some((since, self.now)), ..view })
    }

    async fn record_export(&self, _: &ReadPermit, _: (&str, &str), _: u64) -> Result<(), Fault> {
        Ok(())
    }

    async fn acts_since(
        &self,
        permit: &ReadPermit,
        after: u64,
        limit: u32,
    ) -> Result<Vec<ActView>, Fault> {
        let mut acts = self.act_rows(permit);
        // Three more enter the journal after the page was made.
        if let Some(newest) = acts.first().cloned() {
            acts.extend(
                (1..=3).map(|n| ActView { sequence: newest.sequence + n, ..newest.clone() }),
            );
        }
        acts.sort_by_key(|act| act.sequence);
        acts.retain(|act| act.sequence > after);
        acts.truncate(usize::try_from(limit).unwrap());
        Ok(acts)
    }
}
