//! Judging: its recipient receives a filing, accepts it or returns it for correction, and what is wrong with
//! it goes on record.
//!
//! A filing that is returned has met nothing: what it met towards the one who returns it is owed again, by
//! the same clock, so the original due stays visible and may have passed. What its arrival started stays
//! started: it was known.

use model::filing::{Fault, FilingNumber, Receipt, Verdict, Wrong};
use model::permit::ReadPermit;
use model::{Filing, Handle, Obligation};
use serde::Serialize;
use store::Tx;

use crate::{App, AppError};

/// What returning a filing did.
#[derive(Clone, Debug, Serialize)]
pub struct Judged {
    pub filing: Filing,
    /// What is owed again.
    pub reopened: Vec<Obligation>,
}

impl App {
    /// Records that a sealed filing reached its recipient.
    ///
    /// # Errors
    /// When it is not sealed, is not addressed to `by`, or the database fails.
    pub async fn receive_filing(
        &self,
        number: &FilingNumber,
        receipt: Receipt,
    ) -> Result<Filing, AppError> {
        let mut tx = self.store.begin().await?;
        let filing = self.filing_of(number).await?;
        self.since_sealed(&filing, receipt.at)?;
        self.is_recipient(&filing, &receipt.by).await?;
        let details = [
            ("by", receipt.by.to_string()),
            ("at", receipt.at.to_string()),
            ("evidence", receipt.evidence.clone()),
        ];
        let received = filing.receive(receipt)?;
        tx.update_filing_state(&received).await?;
        tx.record(&self.act("filing.received", number.to_string(), details)).await?;
        tx.commit().await?;
        Ok(received)
    }

    /// Records that its recipient accepts a filing.
    ///
    /// # Errors
    /// When it is not sealed or judged already, is not addressed to `by`, or the database fails.
    pub async fn accept_filing(
        &self,
        number: &FilingNumber,
        verdict: Verdict,
    ) -> Result<Filing, AppError> {
        let mut tx = self.store.begin().await?;
        let filing = self.filing_of(number).await?;
        self.since_sealed(&filing, verdict.at)?;
        self.is_recipient(&filing, &verdict.by).await?;
        let accepted = filing.accept(verdict)?;
        self.judged(&mut tx, &accepted, "filing.accepted", 0).await?;
        tx.commit().await?;
        Ok(accepted)
    }

    /// Records that its recipient returns a filing for correction. What it met towards that recipient is
    /// owed again, by the same clock.
    ///
    /// # Errors
    /// When no reason is given, it is not sealed or judged already, is not addressed to `by`, or the
    /// database fails.
    pub async fn return_filing(
        &self,
        number: &FilingNumber,
        verdict: Verdict,
    ) -> Result<Judged, AppError> {
        if verdict.reasons.trim().is_empty() {
            return Err(AppError::BadInput("say what has to be corrected".to_owned()));
        }
        let mut tx = self.store.begin().await?;
        let filing = self.filing_of(number).await?;
        self.since_sealed(&filing, verdict.at)?;
        self.is_recipient(&filing, &verdict.by).await?;
        let by = verdict.by.clone();
        let returned = filing.give_back(verdict)?;
        let mut reopened = Vec::new();
        for id in self.store.settled_by(&ReadPermit::at_the_console(), &returned.id).await? {
            let one = self.obligation_of(&id).await?;
            let concerned = one.id == returned.obligation || one.to.contains(&by);
            if concerned && was_met_by(&one, &returned) {
                let again = one.reopen()?;
                tx.reopen_obligation(&again).await?;
                let due = again.state.clock().and_then(|clock| clock.due);
                let details = [
                    ("obligation", again.id.to_string()),
                    ("duty", again.terms.duty.to_string()),
                    ("debtor", again.debtor.to_string()),
                    ("due", due.map_or_else(|| "none".to_owned(), |due| due.to_string())),
                    ("filing", number.to_string()),
                ];
                let subject = self.subject(&again).await?;
                tx.record(&self.act("obligation.reopened", subject, details)).await?;
                reopened.push(again);
            }
        }
        self.judged(&mut tx, &returned, "filing.returned", reopened.len()).await?;
        tx.commit().await?;
        Ok(Judged { filing: returned, reopened })
    }

    /// Records what is wrong with a filing: that it is false, conceals or omits something. Lateness and
    /// what further filings put right are recorded when they are sealed.
    ///
    /// # Errors
    /// When it is not sealed, that is on record already or not for people to say, or the database fails.
    pub async fn find_fault(&self, number: &FilingNumber, found: Found) -> Result<Fault, AppError> {
        let Found { what, by, because } = found;
        if !matches!(what, Wrong::False | Wrong::Concealed | Wrong::Omitted) {
            let why = format!("that a filing is {} is read off, not said", what.word());
            return Err(AppError::BadInput(why));
        }
        let mut tx = self.store.begin().await?;
        let filing = self.filing_of(number).await?;
        if filing.state.seal().is_none() {
            let why = format!("`{number}` is {}: it says nothing yet", filing.state.word());
            return Err(AppError::BadInput(why));
        }
        let fault = Fault { filing: filing.id, what, at: self.clock.now(), by, because };
        tx.insert_fault(&fault).await?;
        let details = [
            ("what", what.word().to_owned()),
            ("by", fault.by.to_string()),
            ("because", fault.because.clone()),
            ("filer", filing.filer.to_string()),
        ];
        tx.record(&self.act("filing.fault", number.to_string(), details)).await?;
        tx.commit().await?;
        Ok(fault)
    }

    async fn judged(
        &self,
        tx: &mut Tx,
        judged: &Filing,
        act: &'static str,
        reopened: usize,
    ) -> Result<(), AppError> {
        let Some(verdict) = judged.state.verdict() else { return Ok(()) };
        tx.update_filing_state(judged).await?;
        let details = [
            ("by", verdict.by.to_string()),
            ("at", verdict.at.to_string()),
            ("reasons", verdict.reasons.clone()),
            ("reopened", reopened.to_string()),
        ];
        tx.record(&self.act(act, judged.number.to_string(), details)).await?;
        Ok(())
    }

    /// A filing is received and judged by whom it is addressed to, or by the desk.
    async fn is_recipient(&self, filing: &Filing, by: &Handle) -> Result<(), AppError> {
        let one = self.obligation_of(&filing.obligation).await?;
        if one.to.contains(by) || one.cc.contains(by) || *by == self.settings.own {
            return Ok(());
        }
        let to: Vec<&str> = one.to.iter().chain(&one.cc).map(Handle::as_str).collect();
        let what =
            format!("`{}` is not addressed to {by}, but to {}", filing.number, to.join(", "));
        Err(AppError::BadInput(what))
    }
}

/// What somebody found wrong.
#[derive(Clone, Debug)]
pub struct Found {
    pub what: Wrong,
    pub by: Handle,
    /// The document, or what shows it.
    pub because: String,
}

/// Whether this filing is still what an obligation stands met by: another may have met it since.
fn was_met_by(one: &Obligation, filing: &Filing) -> bool {
    match (&one.state, filing.state.seal()) {
        (model::obligation::State::Met(met), Some(seal)) => met.at == seal.at,
        _ => false,
    }
}
