//! Sealing: the canonical text of a filing, signed by its organisation, meets the obligation.
//!
//! The text says whose filing it is, for what, under which edition of the law, and every answer in one
//! spelling; it carries the version of the draft, so a signature never covers what was edited after. It does
//! not say when: what counts is the instant at which the desk took it in, on time if not after the due.

use model::canonical::Json;
use model::filing::{Fault, FilingNumber, KeyId, Kind, Seal, State, Wrong};
use model::obligation;
use model::permit::ReadPermit;
use model::{Filing, Handle, Obligation};
use serde::Serialize;

use super::Checked;
use crate::acts::{Acted, Acting, Deed};
use crate::seal::{Key, PublicKey, Signed, sha256};
use crate::{App, AppError};

/// Keeps these signatures apart from any other use of a key; another way of writing gets another name.
const SCHEMA: &str = "juyan.filing/1";

/// What sealing did.
#[derive(Clone, Debug, Serialize)]
pub struct Sealed {
    pub filing: Filing,
    /// What it met, and what followed.
    pub acted: Acted,
    pub late: bool,
}

impl App {
    /// The text that is sealed, if the filing is complete: what its organisation signs at home.
    ///
    /// # Errors
    /// [`AppError::Incomplete`] with everything that is missing or wrong.
    pub async fn text_to_seal(&self, number: &FilingNumber) -> Result<String, AppError> {
        let checked = self.check_filing(number).await?;
        if let Some(seal) = checked.filing.state.seal() {
            return Ok(seal.text.clone());
        }
        self.text_of(&checked).await
    }

    /// Seals a draft with the key of the desk's own organisation.
    ///
    /// # Errors
    /// When the filer is another, the desk has no key, or as [`App::seal_filing`].
    pub async fn seal_here(&self, number: &FilingNumber) -> Result<Sealed, AppError> {
        let filing = self.filing_of(number).await?;
        if filing.filer != self.settings.own {
            return Err(AppError::BadInput(format!(
                "`{number}` is {}'s: it is sealed by their key, at home; hand in the signature",
                filing.filer
            )));
        }
        let path = self.home.sealing_key(&filing.filer);
        if !path.exists() {
            let why = format!("this desk has no key for {}: make one first", filing.filer);
            return Err(AppError::Key(why));
        }
        let key = Key::read(&path)?;
        let signed = key.sign(self.text_to_seal(number).await?);
        self.seal_filing(number, &super::keys::key_id(&key.public())?, &signed.signature).await
    }

    /// Seals a draft: takes in the filer's signature over [the text](App::text_to_seal) and meets the
    /// obligation at this instant, in one transaction.
    ///
    /// # Errors
    /// When the filing is incomplete, was edited after it was signed, the key is none of the filer's in use,
    /// the signature is not its, or the filer may not meet the obligation.
    pub async fn seal_filing(
        &self,
        number: &FilingNumber,
        key: &KeyId,
        signature: &str,
    ) -> Result<Sealed, AppError> {
        let tx = self.store.begin().await?;
        let now = self.clock.now();
        let checked = self.check_filing(number).await?;
        let known = self.key_in_use(&checked.filing.filer, key).await?;
        let text = self.text_of(&checked).await?;
        let signed = Signed { text, signature: signature.trim().to_owned() };
        let public: PublicKey = known.public.parse()?;
        if !signed.is_by(&public) {
            return Err(AppError::BadInput(format!(
                "the signature is not by key `{key}` over `{number}` as it stands (version {}): sign the text anew",
                checked.filing.version
            )));
        }
        let Checked { filing, obligation: one, .. } = checked;
        let seal = Seal {
            at: now,
            digest: signed.hash(),
            text: signed.text,
            key: key.clone(),
            signature: signed.signature,
        };
        let sealed = filing.seal(seal)?;
        let mut acting = match (sealed.kind, one.state.is_open()) {
            (Kind::Report | Kind::Correction, true) => {
                let evidence = format!("{number} sha256:{}", sha256_of(&sealed));
                let deed = Deed { obligation: one.id, at: now, evidence, nil: false };
                self.meet(tx, deed, Some(sealed.filer.clone())).await?
            }
            (Kind::Report, false) => {
                let why = format!("`{}` is {} meanwhile", one.id, one.state.word());
                return Err(AppError::BadInput(why));
            }
            _ => Acting { tx, acted: Acted::default() },
        };
        acting.tx.update_filing_state(&sealed).await?;
        for met in &acting.acted.done {
            acting.tx.insert_settled(&sealed.id, &met.id).await?;
        }
        let late = self.note_late(&mut acting, &sealed).await?;
        self.note_what_follows(&mut acting, &sealed).await?;
        self.record_seal(&mut acting, &sealed, &one, late).await?;
        let acted = acting.commit().await?;
        Ok(Sealed { filing: sealed, acted, late })
    }

    async fn text_of(&self, checked: &Checked) -> Result<String, AppError> {
        let Checked { filing, obligation: one, fields, errors } = checked;
        if filing.state != State::Draft {
            let (number, state) = (filing.number.clone(), filing.state.word());
            return Err(model::filing::NotNow { number, state, wanted: "sealed" }.into());
        }
        let incomplete = |errors| AppError::Incomplete { number: filing.number.clone(), errors };
        if !errors.is_empty() {
            return Err(incomplete(errors.clone()));
        }
        let answers = rules::form::fill(fields, &filing.answers).map_err(incomplete)?;
        let handles =
            |all: &[Handle]| Json::List(all.iter().map(|one| Json::text(one.as_str())).collect());
        let (about, matter) = self.matter_of(one).await?;
        let mut members = vec![
            ("schema", Json::text(SCHEMA)),
            ("number", Json::text(filing.number.as_str())),
            ("kind", Json::text(filing.kind.word())),
            ("filer", Json::text(filing.filer.as_str())),
            ("version", Json::Whole(filing.version.into())),
            ("obligation", Json::text(one.id.to_string())),
            (about, Json::text(matter)),
            ("pack", Json::text(one.terms.basis.pack.as_str())),
            ("pack_version", Json::text(&one.terms.basis.pack_version)),
            ("duty", Json::text(one.terms.duty.as_str())),
            ("article", Json::text(&one.terms.article)),
            ("to", handles(&one.to)),
            ("cc", handles(&one.cc)),
            ("answers", Json::Object(answers)),
        ];
        if let Some(followed) = &filing.follows {
            let permit = ReadPermit::at_the_console();
            let followed = self.store.filing_by_id(&permit, followed).await?;
            let number = followed.map(|followed| followed.number.to_string()).unwrap_or_default();
            members.push(("follows", Json::Text(number)));
        }
        Ok(Json::object(members).to_string())
    }

    /// Lateness goes on record with the filing that is late, and stays there.
    async fn note_late(&self, acting: &mut Acting, sealed: &Filing) -> Result<bool, AppError> {
        let late = |met: &&Obligation| matches!(&met.state, obligation::State::Met(done) if done.is_late());
        let late: Vec<String> = acting
            .acted
            .done
            .iter()
            .filter(late)
            .map(|met| {
                let due = met.state.clock().and_then(|clock| clock.due);
                let due = due.map(|due| due.to_string()).unwrap_or_default();
                format!("{} of {} was due at {due}", met.terms.duty, met.terms.basis.pack)
            })
            .collect();
        if late.is_empty() {
            return Ok(false);
        }
        self.note(acting, sealed, Wrong::Late, late.join("; ")).await?;
        Ok(true)
    }

    /// What a correction or a withdrawal says of the filing that it follows.
    async fn note_what_follows(
        &self,
        acting: &mut Acting,
        sealed: &Filing,
    ) -> Result<(), AppError> {
        let what = match sealed.kind {
            Kind::Report | Kind::Supplement => return Ok(()),
            Kind::Correction => Wrong::Corrected,
            Kind::Withdrawal => Wrong::Withdrawn,
        };
        let permit = ReadPermit::at_the_console();
        let Some(id) = &sealed.follows else { return Ok(()) };
        let known = self.store.faults_of(&permit, id).await?;
        if known.iter().any(|fault| fault.what == what) {
            return Ok(());
        }
        match self.store.filing_by_id(&permit, id).await? {
            Some(followed) => {
                self.note(acting, &followed, what, format!("by {}", sealed.number)).await
            }
            None => Ok(()),
        }
    }

    async fn note(
        &self,
        acting: &mut Acting,
        filing: &Filing,
        what: Wrong,
        because: String,
    ) -> Result<(), AppError> {
        let by = self.settings.own.clone();
        let fault = Fault { filing: filing.id, what, at: self.clock.now(), by, because };
        acting.tx.insert_fault(&fault).await?;
        let details = [
            ("what", what.word().to_owned()),
            ("by", fault.by.to_string()),
            ("because", fault.because),
        ];
        acting.tx.record(&self.act("filing.fault", filing.number.to_string(), details)).await?;
        Ok(())
    }

    async fn record_seal(
        &self,
        acting: &mut Acting,
        sealed: &Filing,
        one: &Obligation,
        late: bool,
    ) -> Result<(), AppError> {
        let Some(seal) = sealed.state.seal() else { return Ok(()) };
        let (_, matter) = self.matter_of(one).await?;
        let details = [
            ("obligation", one.id.to_string()),
            ("duty", one.terms.duty.to_string()),
            ("about", matter),
            ("filer", sealed.filer.to_string()),
            ("kind", sealed.kind.word().to_owned()),
            ("version", sealed.version.to_string()),
            ("digest", seal.digest.clone()),
            ("key", seal.key.to_string()),
            ("signature", seal.signature.clone()),
            ("met", acting.acted.done.len().to_string()),
            ("late", late.to_string()),
        ];
        let act = self.act("filing.sealed", sealed.number.to_string(), details);
        Ok(acting.tx.record(&act).await.map(drop)?)
    }
}

fn sha256_of(filing: &Filing) -> String {
    filing.state.seal().map_or_else(|| sha256(b""), |seal| seal.digest.clone())
}
