//! Filing: a form is drafted field by field, checked, [sealed] by its organisation's key, and with that the
//! obligation is met; its recipient [receives and judges](judged) it.
//!
//! What has been sealed stays as it is. Who has more to say, or must put something right, makes a further
//! filing that follows it. A PDF with the seal is not made here: what is sealed is the canonical text.

pub mod calls;
pub mod judged;
pub mod keys;
pub mod sealed;

use jiff::Timestamp;
use model::filing::{Answers, FilingNumber, Kind, State};
use model::obligation::About;
use model::permit::ReadPermit;
use model::{Filing, Handle, Id, Obligation};
use rules::form::{Field, FieldError};
use serde::Serialize;
use store::filings::FilingFilter;

use crate::assess::bad;
use crate::{App, AppError};

/// How many filings one obligation may have: more is a loop, not a correspondence.
const FILINGS_MAX: u32 = 200;

/// What a draft begins as.
#[derive(Clone, Debug)]
pub struct Drafting {
    pub obligation: Id<Obligation>,
    /// Who files it [the debtor, if none is named].
    pub filer: Option<Handle>,
    pub kind: Kind,
    /// The filing that it supplements, corrects or withdraws.
    pub follows: Option<FilingNumber>,
    pub answers: Answers,
}

/// A draft that was saved by somebody else meanwhile: both versions, so that whoever asks can join them.
#[derive(Clone, Debug, Serialize)]
pub struct DraftMoved {
    /// As it stands now.
    pub current: Filing,
    /// The version that was read, and what was to be saved over it.
    pub read: u32,
    pub refused: Answers,
}

impl DraftMoved {
    /// The fields in which the two differ.
    pub fn differ(&self) -> Vec<&str> {
        let all = self.current.answers.keys().chain(self.refused.keys());
        let mut differ: Vec<&str> = all
            .filter(|id| self.current.answers.get(*id) != self.refused.get(*id))
            .map(String::as_str)
            .collect();
        differ.sort_unstable();
        differ.dedup();
        differ
    }
}

/// A filing with its form, and what is wrong with it as it stands.
#[derive(Clone, Debug)]
pub struct Checked {
    pub filing: Filing,
    pub obligation: Obligation,
    pub fields: Vec<Field>,
    /// Empty if it can be sealed.
    pub errors: Vec<FieldError>,
}

impl App {
    /// The form by which an obligation is met, as the pack has it.
    ///
    /// # Errors
    /// When the obligation or its pack is not at hand.
    pub async fn form(&self, id: &Id<Obligation>) -> Result<(Obligation, Vec<Field>), AppError> {
        let one = self.obligation_of(id).await?;
        let fields = self.law.pack(&one.terms.basis.pack)?.fields(&one.terms.form);
        Ok((one, fields))
    }

    /// Begins a draft. Answers may be unfinished, and wrong; they must belong to the form.
    ///
    /// # Errors
    /// When the obligation does not admit such a filing now, the filer has a draft of it already, or the
    /// database fails.
    pub async fn draft_filing(&self, drafting: Drafting) -> Result<Filing, AppError> {
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        let (one, _) = self.form(&drafting.obligation).await?;
        let filer = drafting.filer.clone().unwrap_or_else(|| one.debtor.clone());
        let follows = self.followed(&drafting, &one, &filer).await?;
        if let Some(known) = self.draft_of(&one.id, &filer).await? {
            let what = format!("{filer} has the draft `{}` of it already: save that", known.number);
            return Err(AppError::BadInput(what));
        }
        let zone = self.law.pack(&one.terms.basis.pack)?.zone().clone();
        let year = now.to_zoned(zone).year();
        let number = tx.next_number("FIL", year).await?;
        let filing = Filing {
            id: self.clock.id(now),
            number: format!("FIL-{year}-{number:04}").parse().map_err(bad)?,
            obligation: one.id,
            kind: drafting.kind,
            follows: follows.as_ref().map(|followed| followed.id),
            filer,
            version: 1,
            drafted_at: now,
            saved_at: now,
            answers: drafting.answers,
            state: State::Draft,
        };
        self.keepable(&filing, &one)?;
        tx.insert_filing(&filing).await?;
        let details = [
            ("obligation", one.id.to_string()),
            ("duty", one.terms.duty.to_string()),
            ("filer", filing.filer.to_string()),
            ("kind", filing.kind.word().to_owned()),
            ("follows", follows.map(|one| one.number.to_string()).unwrap_or_default()),
        ];
        tx.record(&self.act("filing.drafted", filing.number.to_string(), details)).await?;
        tx.commit().await?;
        Ok(filing)
    }

    /// Saves a draft whole, over the version that was read.
    ///
    /// # Errors
    /// [`AppError::DraftMoved`] when somebody saved it meanwhile; else when it is no draft, an answer
    /// belongs to no field, or the database fails.
    pub async fn save_draft(
        &self,
        number: &FilingNumber,
        read: u32,
        answers: Answers,
    ) -> Result<Filing, AppError> {
        let mut tx = self.store.begin().await?;
        let current = self.filing_of(number).await?;
        if current.version != read && current.state == State::Draft {
            let moved = DraftMoved { current, read, refused: answers };
            return Err(AppError::DraftMoved(Box::new(moved)));
        }
        let before = current.answers.clone();
        let saved_at = self.clock.now();
        let saved = Filing { version: read.saturating_add(1), saved_at, answers, ..current };
        if saved.answers == before && saved.state == State::Draft {
            // Saved by itself while nobody typed: nothing happened, and nothing goes on record.
            return Ok(Filing { version: read, ..saved });
        }
        self.keepable(&saved, &self.obligation_of(&saved.obligation).await?)?;
        if !tx.save_draft(&saved).await? {
            return Err(AppError::NotNow(model::filing::NotNow {
                number: saved.number,
                state: saved.state.word(),
                wanted: "saved",
            }));
        }
        let changed = |id: &&String| before.get(*id) != saved.answers.get(*id);
        let mut changed: Vec<&str> =
            before.keys().chain(saved.answers.keys()).filter(changed).map(String::as_str).collect();
        changed.sort_unstable();
        changed.dedup();
        let details = [("version", saved.version.to_string()), ("fields", changed.join(", "))];
        tx.record(&self.act("filing.saved", number.to_string(), details)).await?;
        tx.commit().await?;
        Ok(saved)
    }

    /// Gives up a draft. It stays on record.
    ///
    /// # Errors
    /// When it is no draft, or the database fails.
    pub async fn discard_draft(&self, number: &FilingNumber) -> Result<Filing, AppError> {
        let mut tx = self.store.begin().await?;
        let discarded = self.filing_of(number).await?.discard(self.clock.now())?;
        tx.update_filing_state(&discarded).await?;
        let details = [("version", discarded.version.to_string())];
        tx.record(&self.act("filing.discarded", number.to_string(), details)).await?;
        tx.commit().await?;
        Ok(discarded)
    }

    /// A filing, its form, and what keeps it from being sealed as it stands.
    ///
    /// # Errors
    /// When there is no such filing, or the database fails.
    pub async fn check_filing(&self, number: &FilingNumber) -> Result<Checked, AppError> {
        let filing = self.filing_of(number).await?;
        let obligation = self.obligation_of(&filing.obligation).await?;
        let fields = self.fields_of(&filing, &obligation)?;
        let mut errors = match rules::form::fill(&fields, &filing.answers) {
            Ok(filled) if filled.is_empty() && !fields.is_empty() => {
                let field = fields.iter().map(|field| field.id.as_str()).collect::<Vec<_>>();
                vec![FieldError { field: field.join(", "), flaw: rules::form::Flaw::Missing }]
            }
            Ok(_) => Vec::new(),
            Err(errors) => errors,
        };
        errors.sort_by_key(|error| fields.iter().position(|field| field.id == error.field));
        Ok(Checked { filing, obligation, fields, errors })
    }

    /// The filings made for an obligation, the latest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn filings_for(
        &self,
        permit: &ReadPermit,
        obligation: &Id<Obligation>,
    ) -> Result<Vec<Filing>, AppError> {
        let of = FilingFilter { obligation: Some(*obligation), filer: None };
        Ok(self.store.filings(permit, &of, FILINGS_MAX, None).await?)
    }

    pub(crate) async fn filing_of(&self, number: &FilingNumber) -> Result<Filing, AppError> {
        let found = self.store.filing(&ReadPermit::at_the_console(), number).await?;
        found.ok_or_else(|| AppError::BadInput(format!("there is no filing `{number}`")))
    }

    /// The fields of a filing: a supplement says what is new and need not say the rest again, a withdrawal
    /// says why.
    pub(crate) fn fields_of(
        &self,
        filing: &Filing,
        one: &Obligation,
    ) -> Result<Vec<Field>, AppError> {
        let fields = self.law.pack(&one.terms.basis.pack)?.fields(&one.terms.form);
        Ok(match filing.kind {
            Kind::Report | Kind::Correction => fields,
            Kind::Supplement => {
                fields.into_iter().map(|field| Field { required: false, ..field }).collect()
            }
            Kind::Withdrawal => vec![Field::reason()],
        })
    }

    /// Refuses answers that a draft cannot keep.
    fn keepable(&self, filing: &Filing, one: &Obligation) -> Result<(), AppError> {
        let errors = rules::form::strangers(&self.fields_of(filing, one)?, &filing.answers);
        if errors.is_empty() {
            return Ok(());
        }
        Err(AppError::Incomplete { number: filing.number.clone(), errors })
    }

    /// The filing that a new one follows, if such a filing can follow it.
    async fn followed(
        &self,
        drafting: &Drafting,
        one: &Obligation,
        filer: &Handle,
    ) -> Result<Option<Filing>, AppError> {
        let refuse = |what: String| Err(AppError::BadInput(what));
        let Some(number) = &drafting.follows else {
            if drafting.kind != Kind::Report {
                return refuse(format!("a {} names the filing it follows", drafting.kind.word()));
            }
            if !one.state.is_open() {
                return refuse(format!(
                    "`{}` is {}: supplement, correct or withdraw the filing that met it",
                    one.id,
                    one.state.word()
                ));
            }
            return Ok(None);
        };
        let followed = self.filing_of(number).await?;
        if drafting.kind == Kind::Report {
            return refuse("a report follows no other: say what it is to that one".to_owned());
        }
        if followed.obligation != one.id || followed.filer != *filer {
            return refuse(format!("`{number}` is none of {filer}'s filings for `{}`", one.id));
        }
        match (&followed.state, drafting.kind) {
            (State::Draft | State::Discarded { .. }, _) => {
                refuse(format!("`{number}` is {}: nothing follows it", followed.state.word()))
            }
            (State::Returned { .. }, Kind::Supplement) => {
                refuse(format!("`{number}` was returned: correct it"))
            }
            _ => Ok(Some(followed)),
        }
    }

    async fn draft_of(
        &self,
        obligation: &Id<Obligation>,
        filer: &Handle,
    ) -> Result<Option<Filing>, AppError> {
        let all = self.filings_for(&ReadPermit::at_the_console(), obligation).await?;
        Ok(all.into_iter().find(|one| one.state == State::Draft && one.filer == *filer))
    }

    /// What an obligation is about, as people call it.
    pub(crate) async fn matter_of(
        &self,
        one: &Obligation,
    ) -> Result<(&'static str, String), AppError> {
        let name = self.subject(one).await?;
        Ok(match one.about {
            About::Incident(_) => ("incident", name),
            About::Month(_) => ("month", name),
        })
    }

    /// Refuses an instant before a filing was sealed, and one that has not come yet.
    pub(crate) fn since_sealed(&self, filing: &Filing, at: Timestamp) -> Result<(), AppError> {
        self.not_in_the_future(at)?;
        match filing.state.seal() {
            Some(seal) if at < seal.at => Err(AppError::BadInput(format!(
                "`{}` was sealed at {}: nobody had it at {at}",
                filing.number, seal.at
            ))),
            _ => Ok(()),
        }
    }
}
