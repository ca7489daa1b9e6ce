//! Claims to networks and domains, and what stands of an organisation.
//!
//! A claim counts when it is approved. Approved networks go into the atlas' register as a file of their own,
//! `register-claims.csv`, written anew from the database each time; an approved claim
//! goes before what the country's register says of the very same block. A domain claimed is kept in
//! the directory: who *answers* for a domain follows from its registry and registrar.

use jiff::Timestamp;
use model::contact::{Claim, ClaimState, Claimed, Standing};
use model::permit::ReadPermit;
use model::{Handle, Id, Province};

use crate::{App, AppError};

const CLAIMS_MAX: u32 = 100_000;
/// The register that approved claims make.
const REGISTER: &str = "register-claims.csv";

/// A claim as it is made.
#[derive(Clone, Debug)]
pub struct Claiming {
    pub organisation: Handle,
    pub of: Claimed,
    pub province: Option<Province>,
    pub since: Timestamp,
    /// What shows it: an allocation, a contract.
    pub evidence: String,
}

impl App {
    /// Enters a claim; nothing follows from it until it is approved.
    ///
    /// # Errors
    /// When there is no such organisation, it has claimed the same already, or the database fails.
    pub async fn claim(&self, claiming: Claiming) -> Result<Claim, AppError> {
        let Claiming { organisation, of, province, since, evidence } = claiming;
        if evidence.trim().is_empty() {
            return Err(AppError::BadInput("say what shows that it is theirs".to_owned()));
        }
        self.organisation_of(&organisation).await?;
        let now = self.clock.now();
        let claim = Claim {
            id: self.clock.id(now),
            organisation,
            of,
            province,
            since,
            claimed_at: now,
            evidence,
            state: ClaimState::Claimed,
        };
        let mut tx = self.store.begin().await?;
        tx.insert_claim(&claim).await?;
        let details = [
            ("claim", claim.id.to_string()),
            ("of", claim.of.to_string()),
            ("since", claim.since.to_string()),
            ("evidence", claim.evidence.clone()),
        ];
        tx.record(&self.act("claim.made", claim.organisation.to_string(), details)).await?;
        tx.commit().await?;
        Ok(claim)
    }

    /// Approves a claim, or refuses it. An approved network is attributed to its organisation from the day
    /// it names on; a claim approved and not in the register yet, because the machine stopped in between,
    /// gets there with the next one.
    ///
    /// # Errors
    /// When it is decided already, what it claims is approved for another, or the database or the disk
    /// refuses.
    pub async fn decide_claim(
        &self,
        id: &Id<Claim>,
        by: &Handle,
        because: &str,
        approve: bool,
    ) -> Result<Claim, AppError> {
        let found = self.store.claim(&ReadPermit::at_the_console(), id).await?;
        let claim = found.ok_or_else(|| AppError::BadInput(format!("there is no claim `{id}`")))?;
        if because.trim().is_empty() {
            return Err(AppError::BadInput("say what it rests on".to_owned()));
        }
        let (at, because) = (self.clock.now(), because.to_owned());
        let (state, act) = if approve {
            (
                ClaimState::Approved { at, by: by.clone(), because: because.clone() },
                "claim.approved",
            )
        } else {
            (ClaimState::Refused { at, by: by.clone(), because: because.clone() }, "claim.refused")
        };
        let decided = Claim { state, ..claim };
        let mut tx = self.store.begin().await?;
        tx.decide_claim(&decided).await?;
        let details = [
            ("claim", id.to_string()),
            ("of", decided.of.to_string()),
            ("by", by.to_string()),
            ("because", because),
        ];
        tx.record(&self.act(act, decided.organisation.to_string(), details)).await?;
        tx.commit().await?;
        if approve && matches!(decided.of, Claimed::Network(_)) {
            self.register_claims().await?;
        }
        Ok(decided)
    }

    /// Writes the register of approved networks and puts it in force.
    async fn register_claims(&self) -> Result<(), AppError> {
        let permit = ReadPermit::at_the_console();
        let claims = self.store.claims_in(&permit, "approved", CLAIMS_MAX).await?;
        let mut csv = csv::Writer::from_writer(Vec::new());
        let bad = |why: csv::Error| AppError::BadInput(why.to_string());
        let head = ["prefix", "organisation", "province", "valid_from", "valid_to"];
        csv.write_record(head).map_err(bad)?;
        for claim in &claims {
            let Claimed::Network(prefix) = &claim.of else { continue };
            let province = claim.province.as_ref().map(ToString::to_string).unwrap_or_default();
            let row = [
                prefix.to_string(),
                claim.organisation.to_string(),
                province,
                claim.since.to_string(),
                String::new(),
            ];
            csv.write_record(row).map_err(bad)?;
        }
        let csv = csv.into_inner().map_err(|why| AppError::BadInput(why.to_string()))?;
        self.load_atlas_file(REGISTER, "approved claims", csv.as_slice()).await?;
        Ok(())
    }

    /// Notes what stands of an organisation: its competent department, that it is a partner, that its
    /// reporting mechanism is filed. The latest of each kind counts.
    ///
    /// # Errors
    /// When there is no such organisation, no document is named, or the database fails.
    pub async fn note_standing(&self, standing: Standing) -> Result<(), AppError> {
        self.not_in_the_future(standing.at)?;
        if standing.says.trim().is_empty() || standing.document.trim().is_empty() {
            return Err(AppError::BadInput("say what stands, and by what document".to_owned()));
        }
        let mut tx = self.store.begin().await?;
        tx.put_standing(&standing).await?;
        let details = [
            ("what", standing.what.word().to_owned()),
            ("says", standing.says.clone()),
            ("at", standing.at.to_string()),
            ("document", standing.document.clone()),
        ];
        let act = self.act("organisation.standing", standing.organisation.to_string(), details);
        tx.record(&act).await?;
        tx.commit().await?;
        Ok(())
    }
}
