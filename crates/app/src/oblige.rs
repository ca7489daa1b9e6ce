//! Obliging: who owes what to whom by when, once an incident is graded, and whom it concerns.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ledger::{Tallies, Which};
use model::incident::{Assessment, Concerned};
use model::obligation::{About, Obligation, State};
use model::permit::ReadPermit;
use model::{Fqdn, Handle, Id, Incident, Organisation, Province};
use query::FoundDomain;
use rules::{Calendar, Case, Changes, Graded, Involved, Jurisdiction, Owed, OwedState, Started};
use store::Tx;

use crate::assess::{Change, Measured, Regime};
use crate::{App, AppError};

/// How many organisations a directory is read with at once.
pub(crate) const DIRECTORY_MAX: u32 = 100_000;
/// How many obligations one incident may have.
pub(crate) const OBLIGATIONS_MAX: u32 = 100_000;
/// How many domains of one threat are worked.
const DOMAINS_MAX: usize = 100_000;

/// Whom an incident concerns.
pub(crate) struct Involvement {
    pub(crate) days: (Date, Date),
    pub(crate) organisations: Vec<Organisation>,
    /// Those who hold an address of it, and those whom an officer has named.
    pub(crate) holders: BTreeSet<Handle>,
    pub(crate) domains: BTreeMap<Handle, Vec<FoundDomain>>,
    pub(crate) provinces: BTreeSet<Province>,
}

/// An incident, what was measured of it, and whom it concerns.
pub(crate) struct Matter<'a> {
    pub(crate) regime: &'a Regime,
    pub(crate) incident: &'a Incident,
    pub(crate) measured: &'a Measured,
    pub(crate) involvement: &'a Involvement,
    /// When the clocks that start now started: at opening, when the facts came in; later, now.
    pub(crate) known_at: Timestamp,
    pub(crate) graded_at: Graded,
}

/// What followed from an assessment.
#[derive(Default)]
pub(crate) struct Consequences {
    pub(crate) obligations: u64,
    pub(crate) notices: u64,
    pub(crate) remediations: u64,
}

impl Consequences {
    pub(crate) fn is_nothing(&self) -> bool {
        self.obligations + self.notices + self.remediations == 0
    }

    pub(crate) fn change(
        self,
        incident: &Incident,
        from: Option<String>,
        now: &Assessment,
    ) -> Change {
        Change {
            incident: incident.number.to_string(),
            threat: incident.threat.clone(),
            from,
            to: now.grade.to_string(),
            size: now.size,
            obligations: self.obligations,
            notices: self.notices,
            remediations: self.remediations,
        }
    }
}

impl Involvement {
    /// Takes in whom an officer has named.
    pub(crate) fn name(&mut self, named: &[Concerned]) {
        for one in named {
            match one {
                Concerned::Organisation(handle) => drop(self.holders.insert(handle.clone())),
                Concerned::Province(code) => drop(self.provinces.insert(code.clone())),
            }
        }
    }

    /// Every organisation that answers for an address or a domain.
    pub(crate) fn responsible(&self) -> BTreeSet<Handle> {
        self.holders.iter().chain(self.domains.keys()).cloned().collect()
    }
}

impl App {
    /// Whom a threat concerns, from the start of the first window measured to now.
    pub(crate) async fn involvement(
        &self,
        tallies: &Tallies,
        measured: &Measured,
        open: Option<&Incident>,
    ) -> Result<Involvement, AppError> {
        let permit = ReadPermit::at_the_console();
        let days = self.span(measured, open).await?;
        let which = Which::threat(&measured.threat).classified(&measured.classifications);
        let mut holders = BTreeSet::new();
        let mut provinces = BTreeSet::new();
        for (holding, _) in tallies.by_holding(which, days.0..=days.1).await? {
            holders.extend(holding.organisation);
            provinces.extend(holding.province);
        }
        let domains = self.responsible_for_domains(measured, days).await?;
        let organisations = self.store.organisations(&permit, DIRECTORY_MAX, None).await?;
        let mut involvement = Involvement { days, organisations, holders, domains, provinces };
        if let Some(incident) = open {
            involvement.name(&self.named_in(&incident.id).await?);
        }
        Ok(involvement)
    }

    /// The days of an incident: all that were looked at when it was measured, from the first window to
    /// the last, the days of this delivery included.
    async fn span(
        &self,
        measured: &Measured,
        open: Option<&Incident>,
    ) -> Result<(Date, Date), AppError> {
        let permit = ReadPermit::at_the_console();
        let mut days = vec![measured.days, window_days(&measured.assessment)];
        if let Some(incident) = open {
            let assessments = self.store.assessments(&permit, &incident.id, 1000).await?;
            days.extend(assessments.iter().map(window_days));
        }
        let first = days.iter().map(|days| days.0).min().unwrap_or(measured.days.0);
        let last = days.iter().map(|days| days.1).max().unwrap_or(measured.days.1);
        Ok((first, last))
    }

    async fn responsible_for_domains(
        &self,
        measured: &Measured,
        days: (Date, Date),
    ) -> Result<BTreeMap<Handle, Vec<FoundDomain>>, AppError> {
        let found = self
            .query()
            .await?
            .malicious_domains(
                &measured.threat,
                Some(&measured.classifications),
                days.0..=days.1,
                DOMAINS_MAX,
            )
            .await?;
        let atlas = self.atlas.load();
        let mut domains: BTreeMap<Handle, Vec<FoundDomain>> = BTreeMap::new();
        for domain in found {
            let name: &Fqdn = &domain.domain;
            if let Some(responsible) = atlas.domain(name).responsible {
                domains.entry(responsible).or_default().push(domain);
            }
        }
        Ok(domains)
    }

    /// Writes what follows from an assessment: obligations, then a notice for each who answers.
    pub(crate) async fn derive(
        &self,
        tx: &mut Tx,
        matter: &Matter<'_>,
    ) -> Result<Consequences, AppError> {
        let Matter { regime, incident, measured, involvement, .. } = *matter;
        let responsible = involvement.responsible();
        let happened = self.happened_in(incident).await?;
        let case = Case {
            grade: &incident.assessment.grade,
            inputs: &measured.inputs,
            involved: Involved {
                organisations: &involvement.organisations,
                responsible: &responsible,
                provinces: &involvement.provinces,
                finder: &incident.finder,
                desk: &self.settings.own,
            },
            known_at: matter.known_at,
            graded_at: matter.graded_at,
            happened: &happened,
        };
        let permit = ReadPermit::at_the_console();
        let existing = self.store.obligations_of(&permit, &incident.id, OBLIGATIONS_MAX).await?;
        let jurisdiction = regime.jurisdiction.touching(&involvement.provinces);
        let changes = jurisdiction.reconcile(&regime.calendar, &case, &existing)?;
        let obligations = u64::try_from(changes.add.len()).unwrap_or(u64::MAX);
        self.oblige(tx, incident, changes, &existing).await?;
        let recipients = recipients(&jurisdiction, &regime.calendar, &case)?;
        let drafted = self.draft_notices(tx, matter, &recipients).await?;
        Ok(Consequences { obligations, ..drafted })
    }

    /// Writes what reconciling said, with its act; returns every obligation that is new or has moved.
    pub(crate) async fn oblige(
        &self,
        tx: &mut Tx,
        incident: &Incident,
        changes: Changes,
        existing: &[Obligation],
    ) -> Result<Vec<Obligation>, AppError> {
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        let find = |id: Id<Obligation>| existing.iter().find(|known| known.id == id);
        let started =
            changes.start.iter().filter_map(|one| Some(started_line(find(one.obligation)?, one)));
        let details = [
            ("added", changes.add.len().to_string()),
            ("owed", changes.add.iter().map(line).collect::<Vec<_>>().join("; ")),
            ("started", started.collect::<Vec<_>>().join("; ")),
            ("superseded", changes.supersede.len().to_string()),
            ("lapsed", changes.lapse.len().to_string()),
            ("readdressed", changes.readdress.len().to_string()),
            ("grade", incident.assessment.grade.to_string()),
        ];
        tx.record(&self.act("obligations.derived", incident.number.to_string(), details)).await?;
        self.apply(tx, incident, changes, existing).await
    }

    /// Writes what reconciling said. What gives way goes first: one duty is owed once.
    async fn apply(
        &self,
        tx: &mut Tx,
        incident: &Incident,
        changes: Changes,
        existing: &[Obligation],
    ) -> Result<Vec<Obligation>, AppError> {
        let at = self.clock.now();
        let added: Vec<Obligation> =
            changes.add.into_iter().map(|owed| self.obligation(incident, owed)).collect();
        let find = |id: Id<Obligation>| existing.iter().find(|known| known.id == id).cloned();
        let mut moved = Vec::new();
        for (old, successor) in changes.supersede {
            if let (Some(old), Some(successor)) = (find(old), added.get(successor)) {
                let old = old.supersede(successor.id, at);
                tx.update_obligation_state(&old).await?;
                moved.push(old);
            }
        }
        for old in changes.lapse.into_iter().filter_map(find) {
            let old = old.lapse(at);
            tx.update_obligation_state(&old).await?;
            moved.push(old);
        }
        for one in changes.start {
            let Some(latent) = find(one.obligation) else { continue };
            let (sender, to, cc) = (one.sender, one.to, one.cc);
            let started = Obligation { sender, to, cc, state: State::Running(one.clock), ..latent };
            tx.start_obligation(&started).await?;
            moved.push(started);
        }
        for change in changes.readdress {
            tx.readdress_obligation(&change.obligation, &change.to, &change.cc).await?;
        }
        for obligation in &added {
            tx.insert_obligation(obligation).await?;
        }
        moved.extend(added);
        Ok(moved)
    }

    fn obligation(&self, incident: &Incident, owed: Owed) -> Obligation {
        let id = self.clock.id(incident.assessment.assessed_at);
        owed.on_record(id, About::Incident(incident.id))
    }
}

/// The days (UTC) that a measured window touches.
pub(crate) fn window_days(assessment: &Assessment) -> (Date, Date) {
    let day = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
    let end = assessment.window_end;
    if assessment.window_hours == 0 {
        return (day(end), day(end));
    }
    let length = SignedDuration::from_hours(i64::from(assessment.window_hours));
    let start = end.checked_sub(length).unwrap_or(end);
    // The end of a window is the first instant after it, and may open the next day.
    let last = end.checked_sub(SignedDuration::from_micros(1)).unwrap_or(end);
    (day(start), day(last))
}

/// What is owed, as the journal keeps it: duty, debtor and, where the clock runs, since when and until when.
fn line(owed: &Owed) -> String {
    let head = format!("{} {}", owed.terms.duty, owed.debtor);
    match &owed.state {
        OwedState::Latent => head,
        OwedState::Running(running) => match running.due {
            Some(due) => format!("{head} since {} due {due}", running.since),
            None => format!("{head} since {}", running.since),
        },
    }
}

/// A clock that starts, as the journal keeps it.
fn started_line(latent: &Obligation, one: &Started) -> String {
    let head = format!("{} {} since {}", latent.terms.duty, latent.debtor, one.clock.since);
    match one.clock.due {
        Some(due) => format!("{head} due {due}"),
        None => head,
    }
}

/// Those who will owe something once they have received a notice: they are the ones to notify.
fn recipients(
    jurisdiction: &Jurisdiction,
    calendar: &Calendar,
    case: &Case<'_>,
) -> Result<BTreeSet<Handle>, AppError> {
    let by_notice = |owed: &Owed| {
        let trigger = &owed.terms.trigger;
        let trigger = jurisdiction.with_trigger(trigger).trigger(trigger);
        trigger.is_some_and(|trigger| trigger.at == rules::Event::NoticeReceived)
    };
    let owed = jurisdiction.owed(calendar, case)?;
    Ok(owed.into_iter().filter(by_notice).map(|owed| owed.debtor).collect())
}
