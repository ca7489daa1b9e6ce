//! The desk's own source: the application.

use app::reading::{SightingSearch, TrialAsk, Which};
use app::views::rules::TrialView;
use app::views::{
    ActView, Counts, DeliveryRow, DeliveryView, Desk, IncidentRow, IncidentView, NoticeRow,
    NoticeView, ObligationRow, Page, RemediationRow, SightingRow,
};
use app::{App, AppError, Law};
use jiff::Timestamp;
use model::incident::IncidentNumber;
use model::notice::NoticeNumber;
use model::permit::ReadPermit;
use model::{DeliveryId, PackId};

use crate::source::{Fault, ObligationFilter, Search, Slice, Source};

impl From<AppError> for Fault {
    fn from(why: AppError) -> Self {
        if matches!(why, AppError::NotAllowed(_)) {
            Self::NotAllowed(why.to_string())
        } else if why.is_the_askers() {
            Self::BadInput(why.to_string())
        } else {
            Self::Internal(why.to_string())
        }
    }
}

impl Source for App {
    async fn counts(&self, permit: &ReadPermit, now: Timestamp) -> Result<Counts, Fault> {
        Ok(self.counts(permit, now).await?)
    }

    async fn desk(&self, permit: &ReadPermit, now: Timestamp) -> Result<Desk, Fault> {
        Ok(self.desk(permit, now).await?)
    }

    async fn incidents(
        &self,
        permit: &ReadPermit,
        rank: Option<u8>,
        slice: &Slice,
    ) -> Result<Page<IncidentRow>, Fault> {
        Ok(self.incidents(permit, rank, slice.limit, slice.after.as_deref()).await?)
    }

    async fn incident(
        &self,
        permit: &ReadPermit,
        number: &IncidentNumber,
    ) -> Result<Option<IncidentView>, Fault> {
        Ok(self.incident(permit, number).await?)
    }

    async fn obligations(
        &self,
        permit: &ReadPermit,
        filter: ObligationFilter,
        slice: &Slice,
    ) -> Result<Page<ObligationRow>, Fault> {
        let which = match filter {
            ObligationFilter::All => Which::All,
            ObligationFilter::Ours => Which::Ours,
            ObligationFilter::Waiting => Which::Waiting,
            ObligationFilter::Latent => Which::Latent,
        };
        Ok(self.obligations(permit, which, slice.limit, slice.after.as_deref()).await?)
    }

    async fn notices(&self, permit: &ReadPermit, slice: &Slice) -> Result<Page<NoticeRow>, Fault> {
        Ok(self.notices(permit, slice.limit, slice.after.as_deref()).await?)
    }

    async fn notice(
        &self,
        permit: &ReadPermit,
        number: &NoticeNumber,
        slice: &Slice,
    ) -> Result<Option<NoticeView>, Fault> {
        Ok(self.notice(permit, number, slice.limit, slice.after.as_deref()).await?)
    }

    async fn remediations(
        &self,
        permit: &ReadPermit,
        number: &NoticeNumber,
        slice: &Slice,
    ) -> Result<Option<Page<RemediationRow>>, Fault> {
        Ok(self.remediations(permit, number, slice.limit, slice.after.as_deref()).await?)
    }

    async fn deliveries(
        &self,
        permit: &ReadPermit,
        slice: &Slice,
    ) -> Result<Page<DeliveryRow>, Fault> {
        Ok(self.deliveries(permit, slice.limit, slice.after.as_deref()).await?)
    }

    async fn delivery(
        &self,
        permit: &ReadPermit,
        id: &DeliveryId,
        slice: &Slice,
    ) -> Result<Option<DeliveryView>, Fault> {
        Ok(self.delivery(permit, id, slice.limit, slice.after.as_deref()).await?)
    }

    async fn sightings(
        &self,
        permit: &ReadPermit,
        search: &Search,
        slice: &Slice,
    ) -> Result<Page<SightingRow>, Fault> {
        let search = SightingSearch {
            prefix: search.prefix,
            threat: search.threat.clone(),
            ..Default::default()
        };
        Ok(self.sightings(permit, &search, slice.limit, slice.after.as_deref()).await?)
    }

    fn law(&self) -> &Law {
        self.law()
    }

    fn applied(&self) -> &[PackId] {
        &self.settings().regimes
    }

    async fn trial(&self, permit: &ReadPermit, ask: &TrialAsk) -> Result<TrialView, Fault> {
        Ok(self.trial(permit, ask).await?)
    }

    async fn record_export(
        &self,
        _: &ReadPermit,
        (what, subject): (&str, &str),
        rows: u64,
    ) -> Result<(), Fault> {
        // Nobody signs in yet: whoever asks is at the console of this desk.
        let by = self.settings().own.to_string();
        self.record_export(&by, (what, subject), rows).await?;
        Ok(())
    }

    async fn acts_since(
        &self,
        permit: &ReadPermit,
        after: u64,
        limit: u32,
    ) -> Result<Vec<ActView>, Fault> {
        Ok(self.acts_since(permit, after, limit).await?)
    }
}
