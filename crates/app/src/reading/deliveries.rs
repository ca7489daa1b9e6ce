//! Deliveries as rows, and one delivery with its quarantine.

use model::DeliveryId;
use model::delivery::{Delivery, Progress};
use model::permit::ReadPermit;
use store::deliveries::DeliveryCursor;

use super::cursor;
use crate::views::{DeliveryRow, DeliveryView, Page};
use crate::{App, AppError};

impl App {
    /// Deliveries, the newest first.
    ///
    /// # Errors
    /// When the key is none of this list, or the database fails.
    pub async fn deliveries(
        &self,
        permit: &ReadPermit,
        limit: u32,
        after: Option<&str>,
    ) -> Result<Page<DeliveryRow>, AppError> {
        let before = after.map(cursor::read_dated).transpose()?;
        let before = before.map(|(received_at, id)| DeliveryCursor { received_at, id });
        let mut found = self.store.deliveries(permit, limit.saturating_add(1), before).await?;
        let next = super::cut(&mut found, limit)
            .map(|last| cursor::write(Some(last.received_at), last.id));
        Ok(Page { rows: found.into_iter().map(row).collect(), next })
    }

    /// A delivery with one page of its quarantined rows.
    ///
    /// # Errors
    /// When the key is no line, or the database fails.
    pub async fn delivery(
        &self,
        permit: &ReadPermit,
        id: &DeliveryId,
        limit: u32,
        after: Option<&str>,
    ) -> Result<Option<DeliveryView>, AppError> {
        let Some(delivery) = self.store.delivery(permit, id).await? else { return Ok(None) };
        let line = after.map(str::parse).transpose().map_err(|_| {
            AppError::BadInput(format!("`{}` is no line number", after.unwrap_or_default()))
        })?;
        let line = line.unwrap_or(0);
        let mut rows = self.store.quarantined(permit, id, limit.saturating_add(1), line).await?;
        let next = super::cut(&mut rows, limit).map(|last| last.line.to_string());
        Ok(Some(DeliveryView { row: row(delivery), quarantined: rows, next }))
    }
}

pub(crate) fn row(delivery: Delivery) -> DeliveryRow {
    let (state, reason, counts) = match delivery.progress {
        Progress::Stored => ("stored", String::new(), None),
        Progress::Ingested { counts, .. } => ("ingested", String::new(), Some(counts)),
        Progress::Refused { reason, .. } => ("refused", reason, None),
    };
    let counts = counts.unwrap_or_default();
    DeliveryRow {
        id: delivery.id.to_string(),
        feed: delivery.feed.to_string(),
        mapping: delivery.mapping,
        name: delivery.name,
        received_at: delivery.received_at,
        state: state.to_owned(),
        reason,
        rows: counts.rows,
        sightings: counts.sightings,
        new: counts.new,
        quarantined: counts.quarantined,
        attributed: counts.attributed,
    }
}
