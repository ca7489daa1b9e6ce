//! Sightings as rows.

use jiff::Timestamp;
use model::permit::{ReadPermit, Scope};
use model::{Fqdn, Handle, Prefix, Province, ThreatName};
use query::{Query, Search};

use super::names::Names;
use crate::views::{Page, SightingRow};
use crate::{App, AppError};

/// Which sightings. Nothing set means the latest of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SightingSearch {
    /// An address is a prefix of full length.
    pub prefix: Option<Prefix>,
    pub domain: Option<Fqdn>,
    pub threat: Option<ThreatName>,
    pub holder: Option<Handle>,
    pub province: Option<Province>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

impl App {
    /// Sightings, the newest day first. An organisation sees those of addresses that it held,
    /// the administration of a province those of addresses that lay in it.
    ///
    /// # Errors
    /// When the key is none of this search, or the ledger fails.
    pub async fn sightings(
        &self,
        permit: &ReadPermit,
        search: &SightingSearch,
        limit: u32,
        after: Option<&str>,
    ) -> Result<Page<SightingRow>, AppError> {
        let nothing = || Ok(Page { rows: Vec::new(), next: None });
        let (mut holder, mut province) = (search.holder.clone(), search.province.clone());
        match permit.scope() {
            Scope::Everything => {}
            Scope::Organisation(own) => {
                let asked = holder.get_or_insert_with(|| own.clone());
                // Another's, unless it is a provincial company of this group.
                let reached =
                    asked == own || self.store.organisation(permit, asked).await?.is_some();
                if !reached {
                    return nothing();
                }
            }
            Scope::Province(own) => {
                if *province.get_or_insert_with(|| own.clone()) != *own {
                    return nothing();
                }
            }
        }
        let search = search.clone();
        let search = Search {
            prefix: search.prefix,
            domain: search.domain,
            threat: search.threat,
            organisation: holder,
            province,
            from: search.from,
            to: search.to,
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
            after: after.map(str::to_owned),
            ..Default::default()
        };
        let page = self.query().await?.search(&search).await?;
        let names = self.names().await?;
        let rows = page.rows.into_iter().map(|found| row(&names, found)).collect();
        Ok(Page { rows, next: page.next })
    }

    /// Questions to the ledger as it stands.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn query(&self) -> Result<Query, AppError> {
        Ok(Query::new(&self.ledger).await?)
    }
}

fn row(names: &Names<'_>, found: query::SightingRow) -> SightingRow {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let subject = match found.ip {
        Some(ip) => ip.to_string(),
        None if found.domain.is_some() => text(&found.domain),
        None => text(&found.url),
    };
    SightingRow {
        first_seen: found.first_seen,
        last_seen: found.last_seen,
        sightings: found.count,
        subject,
        port: found.port,
        classification: text(&found.classification),
        destination_ip: found.destination_ip.map(|ip| ip.to_string()).unwrap_or_default(),
        destination_port: found.destination_port,
        destination_domain: text(&found.destination_domain),
        holder: found.holding.organisation.as_ref().map(|handle| names.party(handle)),
        asn: found.holding.asn.map(model::Asn::number),
        province: found.holding.province.as_ref().map(|p| names.province(p)).unwrap_or_default(),
        delivery: found.delivery.map(|id| id.to_string()).unwrap_or_default(),
        threat: found.threat,
    }
}
