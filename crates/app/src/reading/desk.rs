//! The duty desk: what is due, what is new, how big it is.

use jiff::Timestamp;
use model::permit::ReadPermit;
use store::obligations::{ObligationFilter, Standing};

use super::incidents::provinces;
use super::names::Names;
use crate::views::{Desk, IncidentRow};
use crate::{App, AppError};

/// How many rows each list of the desk shows.
const SHOWN: u32 = 10;

impl App {
    /// The duty desk at this instant.
    ///
    /// # Errors
    /// When the database or the ledger fail.
    pub async fn desk(&self, permit: &ReadPermit, now: Timestamp) -> Result<Desk, AppError> {
        let names = self.names().await?;
        let counts = self.store.obligation_counts(permit, now, self.own_of(permit)).await?;
        let filter = ObligationFilter { standing: Standing::Running, ..Default::default() };
        let due = self.store.obligations(permit, &filter, SHOWN, None).await?;
        let incidents = self.gravest(permit, &names).await?;
        let figures = if super::sees_everything(permit) {
            self.day_figures().await?
        } else {
            std::sync::Arc::default()
        };
        Ok(Desk {
            due_next: self.obligation_rows(permit, &names, due).await?,
            running: counts.running,
            running_ours: counts.ours,
            overdue: counts.overdue,
            due_within_hour: counts.due_within_hour,
            open_by_rank: self.incidents_by_rank(permit).await?,
            incidents,
            addresses_24h: figures.addresses,
            addresses_before: figures.addresses_before,
            threats: figures.threats.clone(),
            chart_last_hour: figures.last_hour,
            provinces: provinces(&names, figures.provinces.clone()),
            notices_drafted: self.store.notice_count(permit).await?,
            deliveries: self.deliveries(permit, SHOWN, None).await?.rows,
            acts: self.acts(permit, SHOWN * 2, None).await?,
        })
    }

    /// Open incidents, the gravest first and of each grade the latest.
    async fn gravest(
        &self,
        permit: &ReadPermit,
        names: &Names<'_>,
    ) -> Result<Vec<IncidentRow>, AppError> {
        let mut rows = Vec::new();
        for rank in 1..=4 {
            let room = SHOWN.saturating_sub(u32::try_from(rows.len()).unwrap_or(SHOWN));
            if room == 0 {
                break;
            }
            let page = self.incidents_named(permit, names, Some(rank), (room, None)).await?;
            rows.extend(page.rows);
        }
        Ok(rows)
    }
}
