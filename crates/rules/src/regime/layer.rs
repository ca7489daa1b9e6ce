//! Layers: what a province adds, what a special period replaces, what a house aims at.
//!
//! A layer lies over one pack. A provincial layer may add and tighten, never relax; a special period is
//! dated, has its document and replaces what the pack lets it replace; a house only aims, and is never
//! law. Whether a layer keeps to that is settled when it is read, against the pack it lies over.

mod read;
mod relax;

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use model::holding::Province;
use model::obligation::Terms;
use model::organisation::Bilingual;
use model::regime::{DutyId, GradeId, PackId, RoleId};

use super::prove::{self, Proof};
use super::{Clock, Duty, Form, Pack, Parts, Party, Set, Trigger};
use crate::calendar::Calendar;
use crate::finding::Findings;
use crate::within::Within;

/// What is laid over a pack at some time, somewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    head: Head,
    added: Added,
    changes: Vec<Change>,
    targets: Vec<(DutyId, Within)>,
    /// Its own cases, each tried on the pack with this layer alone.
    proofs: Vec<Proof>,
}

/// What a layer may do; the order is that in which layers are laid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LayerKind {
    /// Adds and tightens in one province.
    Provincial,
    /// Replaces for a time what the pack allows to be replaced.
    SpecialPeriod,
    /// Sets targets of the house. Never law.
    House,
}

/// What a layer says of itself.
#[derive(Clone, Debug, PartialEq)]
struct Head {
    id: String,
    version: String,
    over: PackId,
    kind: LayerKind,
    title: Bilingual,
    document: Option<String>,
    authority: Option<RoleId>,
    province: Option<Province>,
    from: Date,
    until: Option<Date>,
}

/// What a layer declares beside what the pack has.
#[derive(Clone, Debug, Default, PartialEq)]
struct Added {
    sets: Vec<Set>,
    triggers: Vec<Trigger>,
    forms: Vec<Form>,
    duties: Vec<Duty>,
}

/// What a layer says otherwise of a duty that the pack has.
#[derive(Clone, Debug, PartialEq)]
struct Change {
    duty: DutyId,
    clock: Option<Clock>,
    to: Option<Vec<Party>>,
    cc: Option<Vec<Party>>,
    grades: Option<Vec<GradeId>>,
    form: Option<String>,
    contents: Option<Vec<String>>,
}

impl fmt::Display for LayerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Provincial => "provincial",
            Self::SpecialPeriod => "special period",
            Self::House => "house",
        })
    }
}

impl Layer {
    /// Reads a layer and checks it against the pack that it lies over; its own cases are run, but for
    /// those that need a calendar: see [`Layer::prove`].
    pub fn parse(text: &str, origin: &str, base: &Pack) -> Result<Self, Findings> {
        read::layer(text, origin, base)
    }

    /// The pack that a layer says it lies over, before anything else of it is read.
    pub fn over_which(text: &str, origin: &str) -> Result<PackId, Findings> {
        read::over_which(text, origin)
    }

    /// Runs every case of its own; says how many held.
    pub fn prove(&self, base: &Pack, calendar: &Calendar) -> Result<usize, Findings> {
        prove::all(&self.proofs, base, calendar)
    }

    /// Its id, such as `example.province-north`.
    pub fn id(&self) -> &str {
        &self.head.id
    }

    pub fn version(&self) -> &str {
        &self.head.version
    }

    /// The pack that it lies over.
    pub fn over(&self) -> &PackId {
        &self.head.over
    }

    pub fn kind(&self) -> LayerKind {
        self.head.kind
    }

    pub fn title(&self) -> &Bilingual {
        &self.head.title
    }

    /// The document that it rests on.
    pub fn document(&self) -> Option<&str> {
        self.head.document.as_deref()
    }

    /// The role that issued it.
    pub fn authority(&self) -> Option<&RoleId> {
        self.head.authority.as_ref()
    }

    /// Where it holds; none for everywhere.
    pub fn province(&self) -> Option<&Province> {
        self.head.province.as_ref()
    }

    /// The first day on which it holds.
    pub fn from(&self) -> Date {
        self.head.from
    }

    /// The first day on which it holds no longer.
    pub fn until(&self) -> Option<Date> {
        self.head.until
    }

    /// The duties that it adds or changes, or sets a target for.
    pub fn touches(&self) -> impl Iterator<Item = &DutyId> {
        let added = self.added.duties.iter().map(|duty| &duty.id);
        let changed = self.changes.iter().map(|change| &change.duty);
        added.chain(changed).chain(self.targets.iter().map(|(duty, _)| duty))
    }

    /// The duty that these terms were taken from, where this layer has added it.
    pub fn duty_of(&self, terms: &Terms) -> Option<&Duty> {
        self.added.duties.iter().find(|duty| duty.id == terms.duty)
    }

    /// Whether both would hold for the same pack somewhere at some time: then it could not be said which.
    pub fn overlaps(&self, other: &Self) -> bool {
        let (one, other) = (&self.head, &other.head);
        let place =
            one.province.is_none() || other.province.is_none() || one.province == other.province;
        let ends_before = |one: &Head, other: &Head| one.until.is_some_and(|end| end <= other.from);
        one.kind == other.kind
            && one.over == other.over
            && place
            && !ends_before(one, other)
            && !ends_before(other, one)
    }

    fn holds(&self, over: &PackId, on: Date, province: Option<&Province>) -> bool {
        let head = &self.head;
        head.over == *over
            && head.from <= on
            && head.until.is_none_or(|until| on < until)
            && head.province.as_ref().is_none_or(|here| province == Some(here))
    }

    fn lay_over(&self, parts: &mut Parts) {
        let added = self.added.clone();
        parts.sets.extend(added.sets);
        parts.triggers.extend(added.triggers);
        parts.forms.extend(added.forms);
        let from_here = |duty| Duty { layer: Some(self.head.id.clone()), ..duty };
        parts.duties.extend(added.duties.into_iter().map(from_here));
        for duty in &mut parts.duties {
            // A duty that is like another follows it.
            let is_its = |change: &&Change| change.duty == *duty.like.as_ref().unwrap_or(&duty.id);
            if let Some(change) = self.changes.iter().find(is_its) {
                change.make(duty);
                duty.layer = Some(self.head.id.clone());
            }
            let target = self.targets.iter().find(|(id, _)| *id == duty.id);
            // Where another layer has made the law sooner than the house aims, the law is what counts.
            if let Some((_, target)) =
                target.filter(|(_, target)| relax::may_aim_at(target, duty.clock.within()))
            {
                duty.target = Some(target.clone());
            }
        }
    }
}

impl Change {
    fn is_empty(&self) -> bool {
        let Self { duty: _, clock, to, cc, grades, form, contents } = self;
        (clock, to, cc, grades) == (&None, &None, &None, &None)
            && (form, contents) == (&None, &None)
    }

    fn make(&self, duty: &mut Duty) {
        let Self { duty: _, clock, to, cc, grades, form, contents } = self.clone();
        duty.clock = clock.unwrap_or_else(|| duty.clock.clone());
        duty.to = to.unwrap_or_else(|| std::mem::take(&mut duty.to));
        duty.cc = cc.unwrap_or_else(|| std::mem::take(&mut duty.cc));
        duty.grades = grades.or_else(|| duty.grades.take());
        duty.form = form.or_else(|| duty.form.take());
        duty.contents = contents.unwrap_or_else(|| std::mem::take(&mut duty.contents));
        // What the house aimed at where the text had no number is no use where it has one.
        duty.target = duty.target.take().filter(|_| !duty.clock.within().is_numbered());
    }
}

impl Pack {
    /// The pack as it stands at that instant, in that province: with every layer that then holds there
    /// laid over it, in the order of their kinds, whatever the order in which they are given.
    ///
    /// The layers must have been read against this pack, and no two of them [overlap](Layer::overlaps).
    /// A pack over which nothing lies is returned as it is. Otherwise its version names the layers, such
    /// as `1.0.0+example.house@1.0.0`, and it keeps the cases of the pack as it was.
    #[must_use]
    pub fn layered(&self, layers: &[&Layer], at: Timestamp, province: Option<&Province>) -> Self {
        let on = at.to_zoned(self.head.zone.clone()).date();
        let mut holding: Vec<&Layer> = layers.to_vec();
        holding.retain(|layer| layer.holds(&self.head.id, on, province));
        holding.sort_by(|one, other| one.place().cmp(&other.place()));
        holding.dedup_by(|one, other| one.place() == other.place());
        if holding.is_empty() {
            return self.clone();
        }
        let plain = Arc::new(self.clone());
        let mut pack = self.clone();
        let proofs = std::mem::take(&mut pack.parts.proofs);
        pack.parts.proofs = proofs.into_iter().map(|proof| proof.tried_on(&plain)).collect();
        for layer in holding {
            layer.lay_over(&mut pack.parts);
            pack.head.version =
                format!("{}+{}@{}", pack.head.version, layer.head.id, layer.head.version);
        }
        pack
    }
}

impl Layer {
    /// Where it comes in the order of laying.
    fn place(&self) -> (LayerKind, &str) {
        (self.head.kind, &self.head.id)
    }
}

#[cfg(test)]
mod tests;
