//! The telephone log: one line about a call, numbered, and what the call did to clocks at once.
//!
//! A call may start a clock, because somebody was told something, or provisionally meet a limit in hours; the
//! written form then stays owed. The log is the journal: its entry holds who, with whom, when and what was
//! said, and the number stands as evidence wherever the call counts.

use jiff::Timestamp;
use model::incident::IncidentNumber;
use model::{Handle, Id, Obligation};
use serde::Serialize;

use crate::acts::{Acted, Acting, Deed, Fact};
use crate::{App, AppError};

/// How long a line of the log may be, in bytes.
const SAID_MAX: usize = 2_000;

/// One call.
#[derive(Clone, Debug)]
pub struct Call {
    pub at: Timestamp,
    /// With whom: a name, a desk, a number.
    pub with: String,
    pub said: String,
    pub does: Does,
}

/// What a call does.
#[derive(Clone, Debug)]
pub enum Does {
    /// It provisionally meets an obligation.
    Meets(Id<Obligation>),
    /// It starts a clock: this trigger came about in this incident.
    Starts { incident: IncidentNumber, trigger: String, to: Option<Handle>, from: Option<Handle> },
    /// It is kept with an incident and does nothing more.
    Nothing(IncidentNumber),
}

/// A call on record.
#[derive(Clone, Debug, Serialize)]
pub struct Logged {
    /// Such as `TEL-2026-0001`.
    pub number: String,
    pub acted: Acted,
}

impl App {
    /// Logs a call, and does what it does, in one transaction.
    ///
    /// # Errors
    /// When nothing was said, it has not come yet, it cannot do what it is to do, or the database fails.
    pub async fn log_call(&self, call: Call) -> Result<Logged, AppError> {
        self.not_in_the_future(call.at)?;
        let Call { at, with, said, does } = call;
        if with.trim().is_empty() || said.trim().is_empty() || with.len() + said.len() > SAID_MAX {
            let why = format!("say with whom and what was said, in no more than {SAID_MAX} bytes");
            return Err(AppError::BadInput(why));
        }
        let mut tx = self.store.begin().await?;
        let (subject, zone) = match &does {
            Does::Meets(id) => {
                let one = self.obligation_of(id).await?;
                let pack = self.law.pack(&one.terms.basis.pack)?;
                (self.subject(&one).await?, pack.zone().clone())
            }
            Does::Starts { incident, .. } | Does::Nothing(incident) => {
                let known = self.scene(incident).await?.incident;
                let pack = self.law.pack(&known.assessment.basis.pack)?;
                (incident.to_string(), pack.zone().clone())
            }
        };
        let year = self.clock.now().to_zoned(zone).year();
        let number = format!("TEL-{year}-{:04}", tx.next_number("TEL", year).await?);
        let evidence = format!("{number}: with {with}: {said}");
        let what = match &does {
            Does::Meets(id) => format!("meets {id}"),
            Does::Starts { trigger, .. } => format!("starts {trigger}"),
            Does::Nothing(_) => String::new(),
        };
        let details = [
            ("call", number.clone()),
            ("at", at.to_string()),
            ("with", with),
            ("said", said),
            ("does", what),
        ];
        tx.record(&self.act("call.logged", subject, details)).await?;
        let acting = match does {
            Does::Meets(obligation) => {
                self.telephone(tx, Deed { obligation, at, evidence, nil: false }).await?
            }
            Does::Starts { incident, trigger, to, from } => {
                let fact = Fact { trigger, to, from, at, evidence };
                self.come_about(tx, &incident, fact).await?
            }
            Does::Nothing(_) => Acting { tx, acted: Acted::default() },
        };
        Ok(Logged { number, acted: acting.commit().await? })
    }
}
