//! An obligation as columns, and back.

use jiff::Timestamp;
use model::Obligation;
use model::obligation::{About, Met, Running, State, Terms};
use model::organisation::Bilingual;
use model::regime::Basis;

use super::{AlarmCounts, ObligationCounts};
use crate::StoreError;
use crate::record::{Record, corrupt, unknown_state};
use crate::statement::Prepared;

/// The columns that say where an obligation stands.
#[derive(Default)]
pub(super) struct StateColumns {
    state: &'static str,
    since: Option<i64>,
    due: Option<i64>,
    explanation_zh: Option<String>,
    explanation_en: Option<String>,
    ended_at: Option<i64>,
    superseded_by: Option<String>,
    met_by: Option<String>,
    telephoned_at: Option<i64>,
    evidence: Option<String>,
}

impl StateColumns {
    pub(super) fn bind(self, statement: Prepared) -> Prepared {
        statement
            .bind(self.state)
            .bind(self.since)
            .bind(self.due)
            .bind(self.explanation_zh)
            .bind(self.explanation_en)
            .bind(self.ended_at)
            .bind(self.superseded_by)
            .bind(self.met_by)
            .bind(self.telephoned_at)
            .bind(self.evidence)
    }
}

impl From<&State> for StateColumns {
    fn from(state: &State) -> Self {
        let clock = state.clock();
        let base = Self {
            state: state.word(),
            since: clock.map(|clock| clock.since.as_microsecond()),
            due: clock.and_then(|clock| clock.due).map(Timestamp::as_microsecond),
            explanation_zh: clock.map(|clock| clock.explanation.zh.clone()),
            explanation_en: clock.map(|clock| clock.explanation.en.clone()),
            ..Self::default()
        };
        match state {
            State::Latent | State::Running(_) => base,
            State::ProvisionallyMet { at, evidence, .. } => Self {
                telephoned_at: Some(at.as_microsecond()),
                evidence: Some(evidence.clone()),
                ..base
            },
            State::Met(met) => Self {
                ended_at: Some(met.at.as_microsecond()),
                met_by: Some(met.by.to_string()),
                telephoned_at: met.telephoned.map(Timestamp::as_microsecond),
                evidence: Some(met.evidence.clone()),
                ..base
            },
            State::Waived { at, because, .. } => Self {
                ended_at: Some(at.as_microsecond()),
                evidence: Some(because.clone()),
                ..base
            },
            State::Superseded { at, by, .. } => Self {
                ended_at: Some(at.as_microsecond()),
                superseded_by: Some(by.to_string()),
                ..base
            },
            State::Void { at, .. } => Self { ended_at: Some(at.as_microsecond()), ..base },
        }
    }
}

impl TryFrom<Record> for Obligation {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        let about = match (record.parsed_if_any("incident")?, record.parsed_if_any("month")?) {
            (Some(incident), None) => About::Incident(incident),
            (None, Some(month)) => About::Month(month),
            _ => {
                let both = "an obligation has an incident or a month";
                return Err(corrupt("incident", "incident or month")(both));
            }
        };
        Ok(Self {
            id: record.parsed("id")?,
            about,
            debtor: record.parsed("debtor")?,
            sender: record.parsed_if_any("sender")?,
            to: record.json("addressees")?,
            cc: record.json("copies")?,
            terms: terms(&record)?,
            state: state(&record)?,
        })
    }
}

fn terms(record: &Record) -> Result<Terms, StoreError> {
    Ok(Terms {
        basis: Basis {
            pack: record.parsed("pack")?,
            pack_version: record.text("pack_version")?,
            calendar: record.text("calendar")?,
        },
        duty: record.parsed("duty")?,
        article: record.text("article")?,
        role: record.parsed("role")?,
        grade: record.parsed_if_any("grade")?,
        does: record.text("does")?,
        trigger: record.text("starts_on")?,
        within: record.text("within")?,
        form: record.json("form")?,
    })
}

fn state(record: &Record) -> Result<State, StoreError> {
    Ok(match record.text("state")?.as_str() {
        "latent" => State::Latent,
        "running" => State::Running(running(record)?),
        "provisionally_met" => State::ProvisionallyMet {
            at: record.instant("telephoned_at")?,
            was: running(record)?,
            evidence: record.text("evidence")?,
        },
        "met" => State::Met(Met {
            at: record.instant("ended_at")?,
            by: record.parsed("met_by")?,
            telephoned: record.instant_if_any("telephoned_at")?,
            was: running_if_any(record)?,
            evidence: record.text("evidence")?,
        }),
        "waived" => State::Waived {
            at: record.instant("ended_at")?,
            was: running_if_any(record)?,
            because: record.text("evidence")?,
        },
        "superseded" => State::Superseded {
            at: record.instant("ended_at")?,
            by: record.parsed("superseded_by")?,
            was: running(record)?,
        },
        "void" => State::Void { at: record.instant("ended_at")?, was: running_if_any(record)? },
        other => return unknown_state(other),
    })
}

fn running(record: &Record) -> Result<Running, StoreError> {
    Ok(Running {
        since: record.instant("since")?,
        due: record.instant_if_any("due")?,
        explanation: Bilingual {
            zh: record.text("explanation_zh")?,
            en: record.text("explanation_en")?,
        },
    })
}

fn running_if_any(record: &Record) -> Result<Option<Running>, StoreError> {
    record.instant_if_any("since")?.map(|_| running(record)).transpose()
}

impl TryFrom<Record> for ObligationCounts {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        Ok(Self {
            all: record.count("everything")?,
            latent: record.count("latent")?,
            running: record.count("running")?,
            ours: record.count("ours")?,
            overdue: record.count("overdue")?,
            due_within_hour: record.count("due_within_hour")?,
        })
    }
}

impl TryFrom<Record> for AlarmCounts {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        Ok(Self {
            half: record.count("half")?,
            three_quarters: record.count("three_quarters")?,
            nine_tenths: record.count("nine_tenths")?,
            all: record.count("all_of_it")?,
        })
    }
}
