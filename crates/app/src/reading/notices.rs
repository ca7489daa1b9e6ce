//! Notices as rows, and one notice with its list.

use model::notice::NoticeNumber;
use model::permit::ReadPermit;
use model::remediation::{Remediation, Subject};
use model::{Incident, Notice};
use store::notices::{NoticeCursor, NoticeFilter};

use super::cursor;
use super::names::Names;
use crate::views::{NoticeRow, NoticeView, Page, RemediationRow};
use crate::{App, AppError};

const OBLIGATIONS_MAX: u32 = 10_000;

impl App {
    /// Notices, the newest first.
    ///
    /// # Errors
    /// When the key is none of this list, or the database fails.
    pub async fn notices(
        &self,
        permit: &ReadPermit,
        limit: u32,
        after: Option<&str>,
    ) -> Result<Page<NoticeRow>, AppError> {
        let after = after.map(cursor::read_dated).transpose()?;
        let after = after.map(|(drafted_at, id)| NoticeCursor { drafted_at, id });
        let filter = NoticeFilter::default();
        let mut found = self.store.notices(permit, &filter, limit.saturating_add(1), after).await?;
        let next =
            super::cut(&mut found, limit).map(|last| cursor::write(Some(last.drafted_at), last.id));
        let names = self.names().await?;
        let mut rows = Vec::with_capacity(found.len());
        for notice in found {
            if let Some(incident) = self.store.incident_by_id(permit, &notice.incident).await? {
                rows.push(notice_row(&names, &incident, &notice));
            }
        }
        Ok(Page { rows, next })
    }

    pub(crate) async fn notices_of(
        &self,
        permit: &ReadPermit,
        names: &Names<'_>,
        incident: &Incident,
        limit: u32,
    ) -> Result<Vec<NoticeRow>, AppError> {
        let filter = NoticeFilter { incident: Some(incident.id), ..Default::default() };
        let notices = self.store.notices(permit, &filter, limit, None).await?;
        Ok(notices.iter().map(|notice| notice_row(names, incident, notice)).collect())
    }

    /// One notice with one page of its list.
    ///
    /// # Errors
    /// When the key is none of this list, or the database fails.
    pub async fn notice(
        &self,
        permit: &ReadPermit,
        number: &NoticeNumber,
        limit: u32,
        after: Option<&str>,
    ) -> Result<Option<NoticeView>, AppError> {
        let Some(notice) = self.store.notice(permit, number).await? else { return Ok(None) };
        let incident = self.store.incident_by_id(permit, &notice.incident).await?;
        let Some(incident) = incident else { return Ok(None) };
        let names = self.names().await?;
        let page = self.items(permit, &notice, limit, after).await?;
        let obligations = self.store.obligations_of(permit, &incident.id, OBLIGATIONS_MAX).await?;
        let of_recipient = obligations.into_iter().filter(|o| o.debtor == notice.recipient);
        let assessment = &incident.assessment;
        let pack = self.law.pack(&assessment.basis.pack)?;
        let meetings = self.meetings(permit, &incident).await?;
        Ok(Some(NoticeView {
            row: notice_row(&names, &incident, &notice),
            size: assessment.size,
            potential_harm: pack.harm(&assessment.grade).unwrap_or_default(),
            obligations: of_recipient
                .map(|obligation| {
                    self.obligation_row(&names, Some(&incident), &meetings, obligation)
                })
                .collect(),
            items: page.rows,
            next: page.next,
        }))
    }

    /// One page of a notice's list alone.
    ///
    /// # Errors
    /// When the key is none of this list, or the database fails.
    pub async fn remediations(
        &self,
        permit: &ReadPermit,
        number: &NoticeNumber,
        limit: u32,
        after: Option<&str>,
    ) -> Result<Option<Page<RemediationRow>>, AppError> {
        let Some(notice) = self.store.notice(permit, number).await? else { return Ok(None) };
        Ok(Some(self.items(permit, &notice, limit, after).await?))
    }

    async fn items(
        &self,
        permit: &ReadPermit,
        notice: &Notice,
        limit: u32,
        after: Option<&str>,
    ) -> Result<Page<RemediationRow>, AppError> {
        let after = after.map(subject).transpose()?;
        let limit_and_one = limit.saturating_add(1);
        let mut rows =
            self.store.remediations(permit, &notice.id, limit_and_one, after.as_ref()).await?;
        let next = super::cut(&mut rows, limit).map(|last| last.subject.to_string());
        Ok(Page { rows: rows.into_iter().map(remediation_row).collect(), next })
    }
}

/// The key of a list's page is the subject itself.
fn subject(key: &str) -> Result<Subject, AppError> {
    let ip = key.parse().map(Subject::Ip);
    let domain = || key.parse().map(Subject::Domain);
    ip.or_else(|_| domain()).map_err(|why| AppError::BadInput(why.to_string()))
}

fn notice_row(names: &Names<'_>, incident: &Incident, notice: &Notice) -> NoticeRow {
    NoticeRow {
        number: notice.number.to_string(),
        incident: incident.number.to_string(),
        threat: incident.threat.to_string(),
        grade: names.grade(&incident.assessment.basis.pack, &incident.assessment.grade),
        recipient: names.party(&notice.recipient),
        items: notice.items,
        state: match notice.state {
            model::notice::State::Drafted => "drafted".to_owned(),
        },
        drafted_at: notice.drafted_at,
    }
}

fn remediation_row(item: Remediation) -> RemediationRow {
    RemediationRow {
        subject: item.subject.to_string(),
        port: item.port,
        classification: item.classification,
        province: item.province.map(String::from).unwrap_or_default(),
        first_seen: item.first_seen,
        last_seen: item.last_seen,
        sightings: item.sightings,
        destination_ip: item.destination_ip.map(|ip| ip.to_string()).unwrap_or_default(),
        destination_port: item.destination_port,
        destination_domain: item.destination_domain.map(String::from).unwrap_or_default(),
        state: match item.state {
            model::remediation::State::Assigned => "assigned".to_owned(),
        },
    }
}
