//! Filings: what discharges an obligation. A form with the required contents, sealed by who files it.
//!
//! ```text
//! Draft ──seal──▶ Sealed ──▶ Received ──▶ Accepted
//!   └──▶ Discarded                 └────▶ Returned (reasons; the obligation runs again, its due unmoved)
//! ```
//!
//! What is sealed is never altered. A supplement, a correction or a withdrawal is a further filing that
//! names the one it follows.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::Id;
use crate::name::name;
use crate::obligation::Obligation;
use crate::organisation::Handle;

name!(
    /// The number by which people call a filing, such as `FIL-2026-0001`.
    FilingNumber, "filing number", "such as FIL-2026-0001",
    |c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-'
);
name!(
    /// What a key is called: the first sixteen hexadecimal digits of the SHA-256 of its public half.
    KeyId, "key id", "sixteen hexadecimal digits",
    |c| c.is_ascii_digit() || ('a'..='f').contains(&c)
);

/// What was typed into each field, by the field's id; parsed when it is sealed.
pub type Answers = BTreeMap<String, String>;

/// What discharges an obligation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filing {
    pub id: Id<Self>,
    pub number: FilingNumber,
    pub obligation: Id<Obligation>,
    pub kind: Kind,
    /// The filing that it supplements, corrects or withdraws.
    pub follows: Option<Id<Self>>,
    /// Who files it: the debtor, or another who may.
    pub filer: Handle,
    /// Counts what has been saved, from 1: a draft is saved over the version that was read.
    pub version: u32,
    pub drafted_at: Timestamp,
    pub saved_at: Timestamp,
    pub answers: Answers,
    pub state: State,
}

/// What a filing is to the one that it follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The first.
    Report,
    /// It adds what was not known then.
    Supplement,
    /// It puts right what was wrong, or was returned.
    Correction,
    /// What was reported was a false alarm.
    Withdrawal,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Report, Self::Supplement, Self::Correction, Self::Withdrawal];

    /// What it is called at rest, in the sealed text and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Supplement => "supplement",
            Self::Correction => "correction",
            Self::Withdrawal => "withdrawal",
        }
    }
}

/// Where a filing stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Being written; may be incomplete.
    Draft,
    /// Given up before it was sealed.
    Discarded {
        at: Timestamp,
    },
    Sealed {
        seal: Seal,
    },
    Received {
        seal: Seal,
        receipt: Receipt,
    },
    Accepted {
        seal: Seal,
        receipt: Receipt,
        verdict: Verdict,
    },
    Returned {
        seal: Seal,
        receipt: Receipt,
        verdict: Verdict,
    },
}

/// The seal of an organisation over the canonical text of a filing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// When the desk took it in: the instant that counts, whatever the filer's clock says.
    pub at: Timestamp,
    /// What was sealed, in canonical JSON (RFC 8785).
    pub text: String,
    /// SHA-256 of the text, 64 hexadecimal digits.
    pub digest: String,
    pub key: KeyId,
    /// Ed25519 (RFC 8032) over the bytes of the text: 128 hexadecimal digits.
    pub signature: String,
}

/// That a filing reached its recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub at: Timestamp,
    pub by: Handle,
    pub evidence: String,
}

/// What the recipient made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub at: Timestamp,
    pub by: Handle,
    /// Why it was returned, or a note on its acceptance.
    pub reasons: String,
}

/// Something that its state does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("filing `{number}` is {state}: it cannot be {wanted}")]
pub struct NotNow {
    pub number: FilingNumber,
    pub state: &'static str,
    pub wanted: &'static str,
}

impl State {
    /// What it is called at rest, in answers and in messages.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Discarded { .. } => "discarded",
            Self::Sealed { .. } => "sealed",
            Self::Received { .. } => "received",
            Self::Accepted { .. } => "accepted",
            Self::Returned { .. } => "returned",
        }
    }

    pub fn seal(&self) -> Option<&Seal> {
        match self {
            Self::Draft | Self::Discarded { .. } => None,
            Self::Sealed { seal }
            | Self::Received { seal, .. }
            | Self::Accepted { seal, .. }
            | Self::Returned { seal, .. } => Some(seal),
        }
    }

    pub fn receipt(&self) -> Option<&Receipt> {
        match self {
            Self::Draft | Self::Discarded { .. } | Self::Sealed { .. } => None,
            Self::Received { receipt, .. }
            | Self::Accepted { receipt, .. }
            | Self::Returned { receipt, .. } => Some(receipt),
        }
    }

    pub fn verdict(&self) -> Option<&Verdict> {
        match self {
            Self::Draft | Self::Discarded { .. } | Self::Sealed { .. } | Self::Received { .. } => {
                None
            }
            Self::Accepted { verdict, .. } | Self::Returned { verdict, .. } => Some(verdict),
        }
    }
}

impl Filing {
    /// Seals a draft. That the seal is the filer's, and the contents complete, is the caller's care.
    pub fn seal(self, seal: Seal) -> Result<Self, NotNow> {
        let State::Draft = self.state else { return Err(self.not("sealed")) };
        Ok(Self { state: State::Sealed { seal }, ..self })
    }

    /// Gives up a draft.
    pub fn discard(self, at: Timestamp) -> Result<Self, NotNow> {
        let State::Draft = self.state else { return Err(self.not("discarded")) };
        Ok(Self { state: State::Discarded { at }, ..self })
    }

    pub fn receive(self, receipt: Receipt) -> Result<Self, NotNow> {
        let State::Sealed { seal } = self.state else { return Err(self.not("received")) };
        Ok(Self { state: State::Received { seal, receipt }, ..self })
    }

    /// Accepts it. Who judges a filing has received it: with no receipt on record, the verdict is one.
    pub fn accept(self, verdict: Verdict) -> Result<Self, NotNow> {
        let (seal, receipt) = self.judged(&verdict, "accepted")?;
        Ok(Self { state: State::Accepted { seal, receipt, verdict }, ..self })
    }

    /// Returns it for correction, with reasons.
    pub fn give_back(self, verdict: Verdict) -> Result<Self, NotNow> {
        let (seal, receipt) = self.judged(&verdict, "returned")?;
        Ok(Self { state: State::Returned { seal, receipt, verdict }, ..self })
    }

    fn judged(&self, verdict: &Verdict, wanted: &'static str) -> Result<(Seal, Receipt), NotNow> {
        match &self.state {
            State::Sealed { seal } => {
                let (at, by) = (verdict.at, verdict.by.clone());
                Ok((seal.clone(), Receipt { at, by, evidence: wanted.to_owned() }))
            }
            State::Received { seal, receipt } => Ok((seal.clone(), receipt.clone())),
            State::Draft
            | State::Discarded { .. }
            | State::Accepted { .. }
            | State::Returned { .. } => Err(self.not(wanted)),
        }
    }

    fn not(&self, wanted: &'static str) -> NotNow {
        NotNow { number: self.number.clone(), state: self.state.word(), wanted }
    }
}

/// What was found wrong with a filing. It is recorded and stays, whatever is put right later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub filing: Id<Filing>,
    pub what: Wrong,
    pub at: Timestamp,
    /// Who found it: the desk for what a clock shows, else the authority.
    pub by: Handle,
    pub because: String,
}

/// The ways in which a filing can be wrong (工信部保〔2009〕156号, art. 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wrong {
    /// 迟报: sealed after its due instant.
    Late,
    /// 谎报: it says what is not so.
    False,
    /// 瞒报: it hides what was known.
    Concealed,
    /// 漏报: it leaves out what had to be there.
    Omitted,
    /// It was put right by a further filing.
    Corrected,
    /// A false alarm, withdrawn by a further filing.
    Withdrawn,
}

impl Wrong {
    pub const ALL: [Self; 6] =
        [Self::Late, Self::False, Self::Concealed, Self::Omitted, Self::Corrected, Self::Withdrawn];

    pub fn word(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::False => "false",
            Self::Concealed => "concealed",
            Self::Omitted => "omitted",
            Self::Corrected => "corrected",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// The public half of a key by which an organisation seals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealingKey {
    pub id: KeyId,
    pub organisation: Handle,
    /// Ed25519 public key (RFC 8032): 64 hexadecimal digits.
    pub public: String,
    pub registered_at: Timestamp,
    /// What shows that it is theirs.
    pub evidence: String,
    /// Since when it seals nothing any more; what it sealed before stays sealed.
    pub revoked_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests;
