//! Comparing what stands in the tables with what the journal says of it.
//!
//! The chain shows that nobody touched the journal; it does not show that somebody altered a grade in its
//! table and left the journal alone. So every incident, notice and settled obligation is held against the
//! newest entry that says something of it, and every entry that opened or settled something against its
//! row. Running clocks are not compared: the journal keeps how they moved, not how they stand.

use std::collections::BTreeMap;

use model::incident::IncidentNumber;
use model::journal::Entry;
use model::notice::NoticeNumber;
use model::obligation::State;
use model::permit::ReadPermit;
use model::{Incident, Notice, Obligation};
use store::incidents::{IncidentCursor, IncidentFilter};
use store::notices::{NoticeCursor, NoticeFilter};

use crate::checkpoint::Doubt;
use crate::{App, AppError};

/// Rows and entries read at once.
const PAGE: u32 = 500;
/// Entries about one subject: an incident that grows every day for years stays below.
const ENTRIES_MAX: u32 = 20_000;
const OBLIGATIONS_MAX: u32 = 10_000;
/// Findings after which it is known that the tables are not to be trusted.
const DOUBTS_MAX: usize = 100;

/// Every part of an act's details is a text.
type Details = BTreeMap<String, String>;

impl App {
    /// Compares tables and journal, and names what differs: at most some hundred findings.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit(&self, permit: &ReadPermit) -> Result<Vec<Doubt>, AppError> {
        let mut doubts = Vec::new();
        self.audit_incidents(permit, &mut doubts).await?;
        self.audit_notices(permit, &mut doubts).await?;
        self.audit_entries(permit, &mut doubts).await?;
        doubts.truncate(DOUBTS_MAX);
        Ok(doubts)
    }

    async fn audit_incidents(
        &self,
        permit: &ReadPermit,
        doubts: &mut Vec<Doubt>,
    ) -> Result<(), AppError> {
        let filter = IncidentFilter::default();
        let mut after = None;
        while doubts.len() < DOUBTS_MAX {
            let page = self.store.incidents(permit, &filter, PAGE, after).await?;
            for incident in &page {
                let number = incident.number.as_str();
                let entries = self.store.journal_of(permit, number, ENTRIES_MAX).await?;
                doubts.extend(incident_doubt(incident, &entries));
                let owed = self.store.obligations_of(permit, &incident.id, OBLIGATIONS_MAX).await?;
                doubts.extend(owed.iter().filter_map(|one| obligation_doubt(one, &entries)));
            }
            after = page.last().map(IncidentCursor::from);
            if after.is_none() {
                break;
            }
        }
        Ok(())
    }

    async fn audit_notices(
        &self,
        permit: &ReadPermit,
        doubts: &mut Vec<Doubt>,
    ) -> Result<(), AppError> {
        let filter = NoticeFilter::default();
        let mut after = None;
        while doubts.len() < DOUBTS_MAX {
            let page = self.store.notices(permit, &filter, PAGE, after).await?;
            for notice in &page {
                let number = notice.number.as_str();
                let entries = self.store.journal_of(permit, number, ENTRIES_MAX).await?;
                doubts.extend(notice_doubt(notice, &entries));
            }
            after = page.last().map(NoticeCursor::from);
            if after.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// What the journal says was opened or settled must be there.
    async fn audit_entries(
        &self,
        permit: &ReadPermit,
        doubts: &mut Vec<Doubt>,
    ) -> Result<(), AppError> {
        let mut after = 0;
        while doubts.len() < DOUBTS_MAX {
            let page = self.store.journal_since(permit, after, PAGE).await?;
            for entry in &page {
                doubts.extend(self.entry_doubt(permit, entry).await?);
            }
            match page.last() {
                Some(last) => after = last.sequence,
                None => break,
            }
        }
        Ok(())
    }

    async fn entry_doubt(
        &self,
        permit: &ReadPermit,
        entry: &Entry,
    ) -> Result<Option<Doubt>, AppError> {
        let subject = &entry.subject;
        let there = match entry.act.as_str() {
            "incident.opened" => match subject.parse::<IncidentNumber>() {
                Ok(number) => self.store.incident(permit, &number).await?.is_some(),
                Err(_) => false,
            },
            "notice.drafted" => match subject.parse::<NoticeNumber>() {
                Ok(number) => self.store.notice(permit, &number).await?.is_some(),
                Err(_) => false,
            },
            "obligation.met" | "obligation.telephoned" | "obligation.waived" => {
                return self.settled_doubt(permit, entry).await;
            }
            _ => true,
        };
        let what = || format!("the journal opened `{subject}`, and there is no such row any more");
        Ok((!there).then(|| Doubt { sequence: Some(entry.sequence), what: what() }))
    }

    async fn settled_doubt(
        &self,
        permit: &ReadPermit,
        entry: &Entry,
    ) -> Result<Option<Doubt>, AppError> {
        let details = details(entry);
        let id = details.get("obligation").cloned().unwrap_or_default();
        let one = match id.parse() {
            Ok(parsed) => self.store.obligation(permit, &parsed).await?,
            Err(_) => None,
        };
        let settled = one.as_ref().is_some_and(|one| match (entry.act.as_str(), &one.state) {
            ("obligation.met", State::Met(_)) | ("obligation.waived", State::Waived { .. }) => true,
            ("obligation.telephoned", state) => !matches!(state, State::Latent | State::Running(_)),
            _ => false,
        });
        let why =
            format!("the journal says {} of obligation {id}, and its row does not", entry.act);
        Ok((!settled).then_some(Doubt { sequence: Some(entry.sequence), what: why }))
    }
}

fn incident_doubt(incident: &Incident, entries: &[Entry]) -> Option<Doubt> {
    let number = &incident.number;
    let graded = |entry: &&Entry| {
        let act = entry.act.as_str();
        ["incident.opened", "incident.regraded", "incident.grown", "incident.informed"]
            .contains(&act)
    };
    let Some(newest) = entries.iter().find(graded) else {
        return doubt(None, format!("the journal never opened `{number}`"));
    };
    let said = details(newest).remove("grade").unwrap_or_default();
    let grade = &incident.assessment.grade;
    if said == grade.as_str() {
        return None;
    }
    let what = format!("`{number}` stands at grade {grade}, and its newest entry says {said}");
    doubt(Some(newest), what)
}

fn notice_doubt(notice: &Notice, entries: &[Entry]) -> Option<Doubt> {
    let number = &notice.number;
    let counted = entries.iter().find_map(|entry| Some((entry, details(entry).remove("items")?)));
    match counted {
        None if notice.items == 0 => None,
        None => doubt(None, format!("the journal never drafted `{number}`")),
        Some((_, said)) if said == notice.items.to_string() => None,
        Some((entry, said)) => {
            let items = notice.items;
            doubt(
                Some(entry),
                format!("`{number}` has {items} items, and its newest entry says {said}"),
            )
        }
    }
}

fn obligation_doubt(one: &Obligation, entries: &[Entry]) -> Option<Doubt> {
    let (act, shown) = match &one.state {
        State::Met(met) => ("obligation.met", &met.evidence),
        State::ProvisionallyMet { evidence, .. } => ("obligation.telephoned", evidence),
        State::Waived { because, .. } => ("obligation.waived", because),
        State::Latent | State::Running(_) | State::Superseded { .. } | State::Void { .. } => {
            return None;
        }
    };
    let id = one.id.to_string();
    let said = entries.iter().filter(|entry| entry.act == act).find_map(|entry| {
        let mut details = details(entry);
        (details.get("obligation") == Some(&id)).then(|| (entry, details.remove("evidence")))
    });
    match said {
        None => doubt(
            None,
            format!("obligation {id} is {}, and the journal never said so", one.state.word()),
        ),
        Some((_, Some(evidence))) if evidence == *shown => None,
        Some((entry, _)) => doubt(
            Some(entry),
            format!("the evidence of obligation {id} is not what its entry says"),
        ),
    }
}

/// Details that do not read say nothing: the chain has them as they are.
fn details(entry: &Entry) -> Details {
    serde_json::from_str(&entry.details).unwrap_or_default()
}

fn doubt(at: Option<&Entry>, what: String) -> Option<Doubt> {
    Some(Doubt { sequence: at.map(|entry| entry.sequence), what })
}
