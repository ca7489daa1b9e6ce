//! The law that this desk applies: packs and calendars, read once at the start.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::PackId;
use model::regime::Basis;
use rules::{Calendar, Pack};

/// A text of law as data, and where it came from, for messages.
#[derive(Clone, Debug)]
pub struct Source {
    /// A file's name.
    pub origin: String,
    pub text: String,
}

/// Whether a year whose official order is not known yet may be counted by a guess at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provisional {
    /// A missing year is an error that names it.
    Refused,
    /// Provisional calendars stand in for it; due times so counted say so.
    Joined,
}

/// Every pack at hand, and the calendars that their deadlines are counted by.
#[derive(Clone, Debug)]
pub struct Law {
    packs: BTreeMap<PackId, Arc<Pack>>,
    calendars: BTreeMap<String, Arc<Calendar>>,
}

/// Why the law could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LawError {
    /// What is wrong with a pack or a calendar, finding by finding.
    #[error("{0}")]
    Findings(#[from] rules::Findings),
    #[error(
        "pack `{pack}` counts days by the calendar `{calendar}`, of which there is no file; there are: {known}"
    )]
    NoCalendar { pack: PackId, calendar: String, known: String },
    #[error("the calendar `{0}` is not at hand in that version: put its file under `calendars/`")]
    NoVersion(String),
    #[error("there is no pack `{0}`; there are: {1}")]
    NoPack(PackId, String),
}

impl Law {
    /// Reads packs and calendars.
    ///
    /// # Errors
    /// When a text does not parse or check, a pack's own cases do not hold, or it names a calendar that
    /// is not there.
    pub fn read(
        packs: &[Source],
        calendars: &[Source],
        provisional: Provisional,
    ) -> Result<Self, LawError> {
        let calendars = calendars
            .iter()
            .map(|source| Calendar::parse(&source.text, &source.origin))
            .collect::<Result<Vec<_>, _>>()?;
        let joined = |calendar: &Calendar| match provisional {
            Provisional::Refused => calendar.clone(),
            Provisional::Joined => {
                calendars.iter().fold(calendar.clone(), Calendar::with_provisional)
            }
        };
        let calendars = calendars
            .iter()
            .map(|calendar| (calendar.name().to_owned(), Arc::new(joined(calendar))))
            .collect();
        let mut law = Self { packs: BTreeMap::new(), calendars };
        for source in packs {
            let pack = Pack::parse(&source.text, &source.origin)?;
            pack.prove(law.calendar_of(&pack)?)?;
            law.packs.insert(pack.id().clone(), Arc::new(pack));
        }
        Ok(law)
    }

    /// # Errors
    /// When there is no such pack.
    pub fn pack(&self, id: &PackId) -> Result<&Arc<Pack>, LawError> {
        self.packs.get(id).ok_or_else(|| {
            let known: Vec<_> = self.packs.keys().map(PackId::as_str).collect();
            LawError::NoPack(id.clone(), known.join(", "))
        })
    }

    pub fn packs(&self) -> impl Iterator<Item = &Arc<Pack>> {
        self.packs.values()
    }

    /// The calendar that a pack counts by.
    ///
    /// # Errors
    /// When there is no file of that name.
    pub fn calendar_of(&self, pack: &Pack) -> Result<&Arc<Calendar>, LawError> {
        self.calendar(pack.calendar()).ok_or_else(|| LawError::NoCalendar {
            pack: pack.id().clone(),
            calendar: pack.calendar().to_owned(),
            known: self.calendars.keys().cloned().collect::<Vec<_>>().join(", "),
        })
    }

    /// A calendar by name, such as `cn`.
    pub fn calendar(&self, name: &str) -> Option<&Arc<Calendar>> {
        self.calendars.get(name)
    }

    /// A calendar as it stood in a version, by the id that a decision keeps, such as `cn@2026-01`.
    ///
    /// # Errors
    /// When that version is not at hand.
    pub fn calendar_at(&self, id: &str) -> Result<Arc<Calendar>, LawError> {
        let missing = || LawError::NoVersion(id.to_owned());
        let (name, version) = id.split_once('@').ok_or_else(missing)?;
        let current = self.calendar(name).ok_or_else(missing)?;
        if current.version() == version {
            return Ok(current.clone());
        }
        current.former(version).map(Arc::new).ok_or_else(missing)
    }

    /// Every calendar, by name.
    pub fn calendars(&self) -> impl Iterator<Item = &Arc<Calendar>> {
        self.calendars.values()
    }

    /// What a decision under this pack is based on.
    ///
    /// # Errors
    /// When its calendar is missing.
    pub fn basis(&self, pack: &Pack) -> Result<Basis, LawError> {
        Ok(Basis {
            pack: pack.id().clone(),
            pack_version: pack.version().to_owned(),
            calendar: self.calendar_of(pack)?.id(),
        })
    }
}
