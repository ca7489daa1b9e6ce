//! Notifying: one drafted notice for each organisation that has something to deal with, listing its own
//! slice and nothing of anybody else.

use std::collections::BTreeSet;

use model::notice::State;
use model::permit::ReadPermit;
use model::remediation::{self, Remediation, Subject};
use model::{Handle, Incident, Notice};
use query::{Found, FoundDomain, SliceOf};
use store::Tx;

use crate::assess::bad;
use crate::oblige::{Consequences, Matter};
use crate::{App, AppError};

/// How many remediations are written at a time.
const CHUNK: usize = 20_000;

/// How many addresses of one incident one organisation may hold: bounds memory at 240 MB.
const ADDRESSES_MAX: usize = 2_000_000;

/// One recipient's slice.
struct Slice<'a> {
    recipient: &'a Handle,
    addresses: query::Slice,
    domains: &'a [FoundDomain],
}

impl App {
    pub(crate) async fn draft_notices(
        &self,
        tx: &mut Tx,
        matter: &Matter<'_>,
        recipients: &BTreeSet<Handle>,
    ) -> Result<Consequences, AppError> {
        let mut drafted = Consequences::default();
        self.ask_review(tx, matter.incident).await?;
        for recipient in recipients {
            let slice = self.slice(matter, recipient).await?;
            if slice.addresses.is_empty() && slice.domains.is_empty() {
                continue;
            }
            let (notices, remediations) = self.draft(tx, matter, slice).await?;
            drafted.notices += notices;
            drafted.remediations += remediations;
        }
        Ok(drafted)
    }

    async fn slice<'a>(
        &self,
        matter: &Matter<'a>,
        recipient: &'a Handle,
    ) -> Result<Slice<'a>, AppError> {
        let Matter { measured, involvement, .. } = *matter;
        let domains = involvement.domains.get(recipient).map_or(&[][..], Vec::as_slice);
        let mut addresses = query::Slice::default();
        if involvement.holders.contains(recipient) {
            let of = SliceOf {
                threat: &measured.threat,
                classifications: Some(&measured.classifications),
                days: involvement.days.0..=involvement.days.1,
                organisation: recipient,
                limit: ADDRESSES_MAX,
            };
            addresses = self.query().await?.slice(&of).await?;
        }
        Ok(Slice { recipient, addresses, domains })
    }

    /// Drafts the notice of one recipient, or lets a drafted one grow; returns how many notices and
    /// remediations are new.
    async fn draft(
        &self,
        tx: &mut Tx,
        matter: &Matter<'_>,
        slice: Slice<'_>,
    ) -> Result<(u64, u64), AppError> {
        let incident = matter.incident;
        let permit = ReadPermit::at_the_console();
        let known = self.store.notice_for(&permit, &incident.id, slice.recipient).await?;
        let is_new = known.is_none();
        let notice = match known {
            Some(notice) => notice,
            None => self.new_notice(tx, matter, slice.recipient).await?,
        };
        let mut added = 0;
        let mut rows = slice.addresses.iter().map(|found| address(incident, &notice, &found));
        loop {
            let chunk: Vec<_> = rows.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                break;
            }
            added += tx.upsert_remediations(&chunk).await?.added;
        }
        let rows: Vec<_> =
            slice.domains.iter().map(|found| domain(incident, &notice, found)).collect();
        added += tx.upsert_remediations(&rows).await?.added;
        if added > 0 {
            tx.set_notice_items(&notice.id, notice.items + added).await?;
            let details = [
                ("recipient", notice.recipient.to_string()),
                ("incident", incident.number.to_string()),
                ("items_added", added.to_string()),
                ("items", (notice.items + added).to_string()),
            ];
            let act = if is_new { "notice.drafted" } else { "notice.grown" };
            tx.record(&self.act(act, notice.number.to_string(), details)).await?;
        }
        Ok((u64::from(is_new), added))
    }

    async fn new_notice(
        &self,
        tx: &mut Tx,
        matter: &Matter<'_>,
        recipient: &Handle,
    ) -> Result<Notice, AppError> {
        let now = self.clock.now();
        let year = now.to_zoned(matter.regime.pack.zone().clone()).year();
        let number = tx.next_number("NTC", year).await?;
        let notice = Notice {
            id: self.clock.id(now),
            number: format!("NTC-{year}-{number:04}").parse().map_err(bad)?,
            incident: matter.incident.id,
            recipient: recipient.clone(),
            drafted_at: now,
            state: State::Drafted,
            items: 0,
        };
        tx.insert_notice(&notice).await?;
        Ok(notice)
    }
}

fn address(incident: &Incident, notice: &Notice, found: &Found<'_>) -> Remediation {
    Remediation {
        incident: incident.id,
        notice: notice.id,
        assigned_to: notice.recipient.clone(),
        subject: Subject::Ip(found.ip),
        port: found.port,
        classification: found.classification.to_owned(),
        province: found.province.parse().ok(),
        first_seen: found.first_seen,
        last_seen: found.last_seen,
        sightings: found.sightings,
        destination_ip: (!found.destination_ip.is_none()).then_some(found.destination_ip),
        destination_port: found.destination_port,
        destination_domain: found.destination_domain.parse().ok(),
        state: remediation::State::Assigned,
    }
}

fn domain(incident: &Incident, notice: &Notice, found: &FoundDomain) -> Remediation {
    Remediation {
        incident: incident.id,
        notice: notice.id,
        assigned_to: notice.recipient.clone(),
        subject: Subject::Domain(found.domain.clone()),
        port: 0,
        classification: String::new(),
        province: None,
        first_seen: found.first_seen,
        last_seen: found.last_seen,
        sightings: found.sightings,
        destination_ip: None,
        destination_port: 0,
        destination_domain: None,
        state: remediation::State::Assigned,
    }
}
