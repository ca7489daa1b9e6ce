//! The law that this desk applies: packs and calendars, read once at the start.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use model::PackId;
use model::holding::Province;
use model::obligation::Terms;
use model::regime::Basis;
use rules::library::Text;
use rules::{Calendar, Choices, Duty, Jurisdiction, Layer, LayerKind, Library, Pack};

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
    /// What lies over the packs; no two overlap.
    layers: Vec<Layer>,
    /// All of it as it was written.
    texts: Vec<Text>,
    calendar_texts: Vec<Source>,
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
    #[error(
        "the {kind} layers `{one}` and `{other}` overlap in place and time: it could not be said which \
         holds; let one end before the other begins, or take it out of `regimes/layers/`"
    )]
    Overlap { kind: LayerKind, one: String, other: String },
}

impl Law {
    /// Reads packs, the grading packs that some of them name, and calendars.
    ///
    /// # Errors
    /// As [`Law::read_under`].
    pub fn read(
        packs: &[Source],
        calendars: &[Source],
        provisional: Provisional,
    ) -> Result<Self, LawError> {
        Self::read_under(packs, calendars, provisional, &BTreeMap::new())
    }

    /// Reads packs and calendars, with what this desk chooses where a pack's text is open.
    ///
    /// # Errors
    /// When a text does not parse or check, a pack's own cases do not hold, it names a calendar that
    /// is not there, or a choice is none of the pack's.
    pub fn read_under(
        packs: &[Source],
        calendars: &[Source],
        provisional: Provisional,
        choices: &BTreeMap<PackId, Choices>,
    ) -> Result<Self, LawError> {
        let calendar_texts = calendars.to_vec();
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
        let (layers, texts) = (Vec::new(), Vec::new());
        let mut law = Self { packs: BTreeMap::new(), calendars, layers, texts, calendar_texts };
        let texts = packs.iter().map(|source| (source.origin.as_str(), source.text.as_str()));
        let library = Library::read_under(texts, choices)?;
        law.texts = library.texts;
        for pack in library.packs {
            pack.prove(law.calendar_of(&pack)?)?;
            law.packs.insert(pack.id().clone(), Arc::new(pack));
        }
        choices.keys().try_for_each(|id| law.pack(id).map(drop))?;
        Ok(law)
    }

    /// Lays layers over the packs that they name.
    ///
    /// # Errors
    /// When one does not parse or check, its own cases do not hold, there is no such pack, or two overlap.
    pub fn with_layers(mut self, layers: &[Source]) -> Result<Self, LawError> {
        for Source { origin, text } in layers {
            let pack = self.pack(&Layer::over_which(text, origin)?)?;
            let layer = Layer::parse(text, origin, pack)?;
            layer.prove(pack, self.calendar_of(pack)?)?;
            if let Some(other) = self.layers.iter().find(|other| other.overlaps(&layer)) {
                let (one, other) = (other.id().to_owned(), layer.id().to_owned());
                return Err(LawError::Overlap { kind: layer.kind(), one, other });
            }
            let (name, version) = (layer.id().to_owned(), layer.version().to_owned());
            self.texts.push(Text { name, version, text: text.clone() });
            self.layers.push(layer);
        }
        Ok(self)
    }

    /// Every calendar as it was written: its text holds all its versions.
    pub fn calendar_texts(&self) -> &[Source] {
        &self.calendar_texts
    }

    /// Every text that a pack stands in: its own, that of its grading pack, and every layer over it.
    ///
    /// # Errors
    /// When there is no such pack.
    pub fn texts_of(&self, id: &PackId) -> Result<Vec<&Text>, LawError> {
        let grading = self.pack(id)?.graded_by().map(PackId::as_str);
        let layers = self.layers.iter().filter(|layer| layer.over() == id);
        let mut names: Vec<&str> = layers.map(Layer::id).collect();
        names.extend(grading.into_iter().chain([id.as_str()]));
        Ok(self.texts.iter().filter(|text| names.contains(&text.name.as_str())).collect())
    }

    /// What lies over the packs, in the order in which it was read.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// A pack as it stands at that instant in that province: with every layer that then holds there.
    ///
    /// # Errors
    /// When there is no such pack.
    pub fn pack_at(
        &self,
        id: &PackId,
        at: Timestamp,
        province: Option<&Province>,
    ) -> Result<Arc<Pack>, LawError> {
        let pack = self.pack(id)?;
        let over: Vec<&Layer> = self.layers.iter().filter(|layer| layer.over() == id).collect();
        if over.is_empty() {
            return Ok(Arc::clone(pack));
        }
        Ok(Arc::new(pack.layered(&over, at, province)))
    }

    /// A pack as it stands on a local day: everywhere, and in each province that then has a layer.
    ///
    /// # Errors
    /// When there is no such pack.
    pub fn jurisdiction(&self, id: &PackId, day: Date) -> Result<Jurisdiction, LawError> {
        let zone = self.pack(id)?.zone().clone();
        let at = day.to_zoned(zone).map_or(Timestamp::MIN, |start| start.timestamp());
        let everywhere = self.pack_at(id, at, None)?;
        let mut provinces = BTreeMap::new();
        for province in self.layers.iter().filter(|layer| layer.over() == id) {
            let Some(province) = province.province() else { continue };
            let here = self.pack_at(id, at, Some(province))?;
            if here.version() != everywhere.version() {
                provinces.insert(province.clone(), here);
            }
        }
        Ok(Jurisdiction::new(everywhere, provinces))
    }

    /// A duty as it stands, be it one that only a layer has.
    pub fn duty(&self, terms: &Terms) -> Option<Duty> {
        let pack = self.packs.get(&terms.basis.pack)?;
        let mut layers = self.layers.iter().filter(|layer| layer.over() == pack.id());
        let own = pack.duty_of(terms).cloned();
        own.or_else(|| layers.find_map(|layer| layer.duty_of(terms)).cloned())
    }

    /// How many days data must be kept under a pack, whatever the province; 0 where it does not say.
    ///
    /// # Errors
    /// When there is no such pack.
    pub fn retention_days(&self, id: &PackId, at: Timestamp) -> Result<u32, LawError> {
        let provinces = self.layers.iter().map(Layer::province).chain([None]);
        let days = provinces.map(|province| Ok(self.pack_at(id, at, province)?.retention_days()));
        let days = days.collect::<Result<Vec<_>, LawError>>()?;
        Ok(days.into_iter().flatten().max().unwrap_or(0))
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

    /// A calendar as it stood in a version, by the id that a decision keeps, such as `cn@2026-01`, or
    /// `cn@2026-01+cn-2027-provisional` with what was joined to it.
    ///
    /// # Errors
    /// When that version is not at hand.
    pub fn calendar_at(&self, id: &str) -> Result<Arc<Calendar>, LawError> {
        let known: Vec<&Calendar> = self.calendars.values().map(Arc::as_ref).collect();
        let found = rules::calendar::find(&known, id);
        Ok(Arc::new(found.map_err(|_| LawError::NoVersion(id.to_owned()))?))
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

#[cfg(test)]
mod tests;
