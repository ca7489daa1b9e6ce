//! Reading: what pages and commands are shown, for one permit.
//!
//! Nothing here decides or writes. Lists are read page by page by a key that the page before gave; a key
//! is opaque to whoever carries it.

mod cursor;
mod deliveries;
mod desk;
mod figures;
mod incidents;
mod names;
mod notices;
mod obligations;
mod rules;
mod samples;
mod sightings;
mod trial;

use jiff::Timestamp;
use model::permit::{ReadPermit, Scope};

use crate::views::{ActView, Counts};
use crate::{App, AppError};

pub(crate) use figures::Figures;
pub use obligations::Which;
pub use rules::RuleAsk;
pub use sightings::SightingSearch;
pub use trial::TrialAsk;

impl App {
    /// Totals for the menu and for the links that filter a list.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn counts(&self, permit: &ReadPermit, now: Timestamp) -> Result<Counts, AppError> {
        let own = self.own_of(permit);
        let obligations = self.store.obligation_counts(permit, now, own).await?;
        Ok(Counts {
            incidents_by_rank: self.incidents_by_rank(permit).await?,
            obligations: obligations.all,
            obligations_ours: obligations.ours,
            obligations_waiting: obligations.running.saturating_sub(obligations.ours),
            obligations_latent: obligations.latent,
            notices: self.store.notice_count(permit).await?,
            deliveries: self.store.delivery_count(permit).await?,
        })
    }

    /// The latest acts, before the one with this sequence.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn acts(
        &self,
        permit: &ReadPermit,
        limit: u32,
        before: Option<u64>,
    ) -> Result<Vec<ActView>, AppError> {
        let entries = self.store.journal(permit, limit, before).await?;
        Ok(entries.into_iter().map(act).collect())
    }

    /// Acts after the one with this sequence, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn acts_since(
        &self,
        permit: &ReadPermit,
        after: u64,
        limit: u32,
    ) -> Result<Vec<ActView>, AppError> {
        let entries = self.store.journal_since(permit, after, limit).await?;
        Ok(entries.into_iter().map(act).collect())
    }
}

impl App {
    /// Who is meant by *ours*: the organisation of whoever looks, or the desk's own.
    pub(crate) fn own_of<'a>(&'a self, permit: &'a ReadPermit) -> &'a model::Handle {
        match permit.scope() {
            Scope::Organisation(own) => own,
            Scope::Everything | Scope::Province(_) => &self.settings.own,
        }
    }
}

/// Whether a permit reaches what belongs to no single organisation: the ledger, the totals.
pub(crate) fn sees_everything(permit: &ReadPermit) -> bool {
    *permit.scope() == Scope::Everything
}

pub(crate) fn act(entry: model::journal::Entry) -> ActView {
    ActView {
        sequence: entry.sequence,
        at: entry.at,
        actor: entry.actor,
        act: entry.act,
        subject: entry.subject,
        details: entry.details,
    }
}

/// Cuts a list that was read one row too long, and gives its last row if there was one too many.
pub(crate) fn cut<T>(rows: &mut Vec<T>, limit: u32) -> Option<&T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if rows.len() <= limit {
        return None;
    }
    rows.truncate(limit);
    rows.last()
}
