//! Regimes: regulation as data. A pack is one instrument, read, checked and proved by its own cases.
//!
//! A [`Pack`] that exists resolves in itself: every role, set, trigger, form, grade and reading that a
//! duty names is declared, every duty has an article and a case, every grade has a duty and a case.
//! What the pack means for one incident is decided in [`assess`](mod@crate::assess) and
//! [`obligation`](crate::obligation), not here.

mod check;
mod define;
mod duties;
mod forms;
mod items;
mod layer;
mod parse;
mod parties;
mod prove;
mod readings;
mod scale;
mod whose;

use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::obligation::Terms;
use model::organisation::Bilingual;
use model::regime::{DutyId, GradeId, PackId, RoleId};
use model::{Handle, Organisation};

use crate::calendar::{Calendar, Confidence};
use crate::finding::Findings;
use crate::grading::Grading;
use crate::input::{Input, Measure, Value};
use crate::predicate::Predicate;
use crate::within::Within;
pub use define::Definition;
pub use forms::Gate;
pub use items::{Item, ItemGroup};
pub use layer::{Layer, LayerKind};
use parties::AS_FIRST_REPORT;
pub use parties::{Holders, Party, Role, Set};
use prove::Proof;
pub use readings::{BadChoice, Choice, Choices, Reading};
pub use whose::Whose;

/// One instrument as data.
#[derive(Clone, Debug, PartialEq)]
pub struct Pack {
    head: Head,
    parts: Parts,
}

/// What a pack says of itself.
#[derive(Clone, Debug, PartialEq)]
struct Head {
    id: PackId,
    version: String,
    title: Bilingual,
    instrument: String,
    source: String,
    in_force: Option<Date>,
    repealed: Option<Date>,
    confidence: Confidence,
    note: Option<Bilingual>,
    zone: TimeZone,
    zone_name: String,
    calendar: String,
    choices: Choices,
}

/// What a pack declares, each list in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
struct Parts {
    opens: Opens,
    classifications: Vec<String>,
    roles: Vec<Role>,
    sets: Vec<Set>,
    triggers: Vec<Trigger>,
    inputs: Vec<Input>,
    grades: Vec<Grade>,
    warnings: Vec<Grade>,
    /// The grading pack that decides between the grades, when the pack itself does not.
    graded_by: Option<PackId>,
    grading: Option<Arc<Grading>>,
    definitions: Vec<Definition>,
    items: Vec<ItemGroup>,
    /// Under which items a classification is to be reported.
    items_of: Vec<(String, Vec<String>)>,
    forms: Vec<Form>,
    fields: Vec<crate::form::Field>,
    gate: Option<Gate>,
    form_rule: Option<FormRule>,
    duties: Vec<Duty>,
    overrides: Vec<Override>,
    readings: Vec<Reading>,
    proofs: Vec<Proof>,
}

/// Who opens the incidents of a regime.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Opens {
    /// The engine, for what is so classified.
    #[default]
    Engine,
    /// Somebody who has judged what no sighting can tell, such as the damage done.
    Officer,
}

/// What starts a clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// Its name in the pack.
    pub id: String,
    pub article: String,
    pub at: Event,
    /// To whom it happens; none for what happens to nobody in particular.
    pub by: Option<Party>,
    /// It also serves a finder whose role has no trigger of its own.
    pub otherwise: bool,
    /// What has then happened, as a sentence; its `zh` may be empty.
    pub means: Bilingual,
}

/// What can happen, in the engine's own words. The list is fixed; packs choose from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// `incident known`: the incident's finder knows of it.
    IncidentKnown,
    /// `incident graded`: the incident's grade is set, by the engine or by an officer.
    IncidentGraded,
    /// `notice received`: a recipient has received its notice.
    NoticeReceived,
    /// `filing received`: what another duty owed has arrived.
    FilingReceived,
    /// `filing sent`: a debtor has sent what another duty owed, which starts its own next clock and
    /// nobody else's.
    FilingSent,
    /// `decision recorded`: somebody has settled what it was for them to settle.
    DecisionRecorded,
    /// `fact recorded`: an officer records that something is the case.
    FactRecorded,
    /// `remediation unresolved`: something stays undone, or proves so when verified.
    RemediationUnresolved,
    /// `month closed`: a calendar month has ended, local time.
    MonthClosed,
    /// `record created`: something came into being that must be kept.
    RecordCreated,
    /// `contact changed`: a directory entry's contacts changed.
    ContactChanged,
}

impl Event {
    /// Whether it follows from a duty done, so that some duty must emit it.
    pub fn follows(self) -> bool {
        matches!(
            self,
            Self::NoticeReceived | Self::FilingReceived | Self::FilingSent | Self::DecisionRecorded
        )
    }

    /// Whether it belongs to one incident.
    pub fn is_of_incident(self) -> bool {
        !matches!(self, Self::MonthClosed | Self::RecordCreated | Self::ContactChanged)
    }
}

/// One step of a regime's scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Grade {
    pub id: GradeId,
    /// 1 is the gravest.
    pub rank: u8,
    pub article: String,
    pub name: Bilingual,
    /// The colour that marks it, for a warning.
    pub colour: Option<String>,
    /// The predicate as the pack writes it, `otherwise`, or which grading pack decides.
    pub when: String,
    /// The harm that goes with it, in words.
    pub harm: Option<Bilingual>,
    /// The text asks nothing of anybody at it.
    pub owes_nothing: bool,
    /// None means otherwise.
    pub(crate) test: Option<Predicate>,
}

/// What a filing of some kind must contain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    pub id: String,
    pub article: String,
    pub contents: Vec<String>,
    /// The contents are the pack author's, for want of the official form.
    pub proposal: bool,
}

/// How filings are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormRule {
    pub article: String,
    /// The medium, in words, such as `written, on the uniform form`.
    pub medium: String,
    /// An urgent filing may be made by telephone first; the form follows and stays owed.
    pub telephone_first: bool,
}

/// One thing that somebody must do.
#[derive(Clone, Debug, PartialEq)]
pub struct Duty {
    pub id: DutyId,
    pub article: String,
    pub who: Vec<Party>,
    /// Who may do it instead.
    pub or_by: Vec<Party>,
    /// Of several debtors, one that does it frees the others.
    pub one_is_enough: bool,
    pub does: Bilingual,
    /// The trigger that starts its clock; none for a duty that always stands.
    pub on: Option<String>,
    /// It is owed only if this holds of the incident.
    pub condition: Option<Predicate>,
    /// It is owed only if this set has a member.
    pub only_with: Option<String>,
    /// The grades at which it is owed; none for a duty that knows no grade.
    pub grades: Option<Vec<GradeId>>,
    pub to: Vec<Party>,
    pub cc: Vec<Party>,
    pub clock: Clock,
    /// A house target where the text has no number. Never law.
    pub target: Option<Within>,
    pub form: Option<String>,
    /// The required contents of its form.
    pub contents: Vec<String>,
    /// The triggers that happen when it is done.
    pub emits: Vec<String>,
    pub readings: Vec<String>,
    /// A duty of another pack that says more.
    pub see: Option<String>,
    /// The duty whose grades, recipients, time and form it shares. Duties that say `like` several
    /// others stand here once for each of them, under one id: see [`Pack::duties_of`].
    pub like: Option<DutyId>,
    /// Whether it is owed as well for a month in which nothing happened.
    pub nil_report: bool,
    /// How sure it is: as its pack is, unless it says otherwise.
    pub confidence: Confidence,
    /// The layer that added or last changed it; none for a duty as the instrument has it.
    pub layer: Option<String>,
}

/// Time in a duty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clock {
    /// To be done within.
    Within(Within),
    /// To be kept for.
    Keep(Within),
}

impl Clock {
    pub fn within(&self) -> &Within {
        match self {
            Self::Within(within) | Self::Keep(within) => within,
        }
    }
}

impl Duty {
    /// Whether it is owed at that grade.
    pub fn applies_at(&self, grade: &GradeId) -> bool {
        self.grades.as_ref().is_none_or(|grades| grades.contains(grade))
    }
}

/// Who may change the rules, and what it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    pub id: String,
    pub article: String,
    pub by: Vec<RoleId>,
    pub may: String,
    pub needs: Vec<String>,
}

impl Parts {
    /// Whether nothing that is computed differs.
    fn says_the_same_as(&self, other: &Self) -> bool {
        let without =
            |parts: &Self| Self { readings: Vec::new(), proofs: Vec::new(), ..parts.clone() };
        without(self) == without(other)
    }
}

impl Pack {
    /// Reads and checks a pack; `origin` is the name that findings call it by.
    ///
    /// Its own cases are run, but for those that need a calendar: see [`Pack::prove`].
    pub fn parse(text: &str, origin: &str) -> Result<Self, Findings> {
        Self::parse_with(text, origin, &Choices::default())
    }

    /// Reads a pack as it stands when these options of its readings are in force.
    ///
    /// It is first read and proved as it stands by itself. A choice that names no reading or no option
    /// is a finding, as is whatever would be wrong with the pack under these choices.
    pub fn parse_with(text: &str, origin: &str, choices: &Choices) -> Result<Self, Findings> {
        readings::pack(text, origin, choices)
    }

    /// Whether both say the same, whatever they call their version and whatever cases they prove it by.
    pub(crate) fn says_the_same_as(&self, other: &Self) -> bool {
        let of = |pack: &Self| {
            let head =
                Head { version: String::new(), choices: Choices::default(), ..pack.head.clone() };
            (head, Parts { proofs: Vec::new(), ..pack.parts.clone() })
        };
        of(self) == of(other)
    }

    /// Runs every built-in case against the working days of a calendar; says how many held.
    pub fn prove(&self, calendar: &Calendar) -> Result<usize, Findings> {
        prove::all(&self.parts.proofs, self, calendar)
    }

    pub fn id(&self) -> &PackId {
        &self.head.id
    }

    /// The pack's own version, and what was chosen otherwise than it does: `1.0.0`, `1.0.0+R1=later`.
    pub fn version(&self) -> &str {
        &self.head.version
    }

    pub fn title(&self) -> &Bilingual {
        &self.head.title
    }

    /// The instrument's official number.
    pub fn instrument(&self) -> &str {
        &self.head.instrument
    }

    /// What the pack was written from, and what of it was not at hand.
    pub fn source(&self) -> &str {
        &self.head.source
    }

    pub fn zone(&self) -> &TimeZone {
        &self.head.zone
    }

    /// The time zone as the pack names it.
    pub fn zone_name(&self) -> &str {
        &self.head.zone_name
    }

    /// The name of the calendar it counts by.
    pub fn calendar(&self) -> &str {
        &self.head.calendar
    }

    /// How sure the pack is of what it says.
    pub fn confidence(&self) -> Confidence {
        self.head.confidence
    }

    /// What whoever relies on it should know first.
    pub fn note(&self) -> Option<&Bilingual> {
        self.head.note.as_ref()
    }

    /// Whether the instrument is a proposal, which binds nobody yet.
    pub fn is_proposed(&self) -> bool {
        self.head.in_force.is_none()
    }

    /// The first day in force; none for a proposal.
    pub fn since(&self) -> Option<Date> {
        self.head.in_force
    }

    /// The first day no longer in force.
    pub fn repealed(&self) -> Option<Date> {
        self.head.repealed
    }

    pub fn in_force(&self, date: Date) -> bool {
        self.head.in_force.is_some_and(|since| since <= date)
            && self.head.repealed.is_none_or(|repealed| date < repealed)
    }

    /// Who opens its incidents.
    pub fn opens(&self) -> Opens {
        self.parts.opens
    }

    /// Whether sightings so classified open an incident under it. Never, where an officer opens them.
    pub fn applies_to(&self, classification: &str) -> bool {
        self.parts.opens == Opens::Engine && self.covers(classification)
    }

    /// Whether what is so classified falls under it, whoever opens its incidents.
    pub fn covers(&self, classification: &str) -> bool {
        self.parts.classifications.iter().any(|known| known == classification)
    }

    pub fn classifications(&self) -> &[String] {
        &self.parts.classifications
    }

    pub fn roles(&self) -> &[Role] {
        &self.parts.roles
    }

    pub fn role(&self, id: &RoleId) -> Option<&Role> {
        self.parts.roles.iter().find(|role| role.id == *id)
    }

    pub fn sets(&self) -> &[Set] {
        &self.parts.sets
    }

    pub fn set(&self, id: &str) -> Option<&Set> {
        self.parts.sets.iter().find(|set| set.id == id)
    }

    pub fn triggers(&self) -> &[Trigger] {
        &self.parts.triggers
    }

    pub fn trigger(&self, id: &str) -> Option<&Trigger> {
        self.parts.triggers.iter().find(|trigger| trigger.id == id)
    }

    pub fn inputs(&self) -> &[Input] {
        &self.parts.inputs
    }

    /// The inputs that the engine measures.
    pub fn measures(&self) -> Vec<Measure> {
        let measured = |input: &Input| {
            let (of, window_hours) = input.measure?;
            Some(Measure { input: input.name.clone(), of, window_hours })
        };
        self.parts.inputs.iter().filter_map(measured).collect()
    }

    /// The input that takes the finder's role.
    pub fn finder_input(&self) -> Option<&str> {
        let input = self.parts.inputs.iter().find(|input| input.finder_or().is_some())?;
        Some(&input.name)
    }

    /// The value of [`finder_input`](Self::finder_input) for this finder, if the pack has such an input.
    pub fn finder_value(&self, finder: &Organisation) -> Option<Value> {
        let input = self.parts.inputs.iter().find(|input| input.finder_or().is_some())?;
        let held = finder.roles.iter().filter(|(pack, _)| *pack == self.head.id);
        held.map(|(_, role)| Value::Text(role.as_str().to_owned()))
            .find(|value| input.kind.fits(value))
            .or_else(|| input.finder_or().map(|otherwise| Value::Text(otherwise.to_owned())))
    }

    /// The size above which each grade begins, where its predicate says no more than that. For showing.
    pub fn thresholds(&self) -> Vec<(GradeId, u64)> {
        let threshold = |grade: &Grade| Some((grade.id.clone(), grade.test.as_ref()?.threshold()?));
        self.parts.grades.iter().filter_map(threshold).collect()
    }

    /// The potential harm that goes with a grade, for the notice.
    pub fn harm(&self, grade: &GradeId) -> Option<Bilingual> {
        self.grade(grade)?.harm.clone()
    }

    pub fn duties(&self) -> &[Duty] {
        &self.parts.duties
    }

    /// A duty by its id; of one that says `like` several others, the first: see [`Pack::duties_of`].
    pub fn duty(&self, id: &DutyId) -> Option<&Duty> {
        self.duties_of(id).next()
    }

    /// Every duty of that id: one, or one for each of the duties that it says to be like.
    pub fn duties_of(&self, id: &DutyId) -> impl Iterator<Item = &Duty> {
        self.parts.duties.iter().filter(move |duty| duty.id == *id)
    }

    /// The duty that these terms were taken from, as it stands now.
    pub fn duty_of(&self, terms: &Terms) -> Option<&Duty> {
        let is_its = |duty: &&Duty| duty.like.is_none() || duty.article == terms.article;
        self.duties_of(&terms.duty).find(is_its)
    }

    /// The duty of that id that is owed at that grade.
    pub fn duty_at(&self, id: &DutyId, grade: &GradeId) -> Option<&Duty> {
        self.duties_of(id).find(|duty| duty.applies_at(grade))
    }

    pub fn forms(&self) -> &[Form] {
        &self.parts.forms
    }

    pub fn form_rule(&self) -> Option<&FormRule> {
        self.parts.form_rule.as_ref()
    }

    pub fn readings(&self) -> &[Reading] {
        &self.parts.readings
    }

    pub fn reading(&self, id: &str) -> Option<&Reading> {
        self.parts.readings.iter().find(|reading| reading.id == id)
    }

    pub fn overrides(&self) -> &[Override] {
        &self.parts.overrides
    }

    /// How many days data must be kept: the longest of the duties to keep. Months are taken at their longest.
    pub fn retention_days(&self) -> Option<u32> {
        let days = |duty: &Duty| match &duty.clock {
            Clock::Keep(within) => within.longest_days(),
            Clock::Within(_) => None,
        };
        self.parts.duties.iter().filter_map(days).max()
    }

    /// The holders of a role, in the order of the directory.
    pub(crate) fn holders<'o>(
        &self,
        organisations: &'o [Organisation],
        role: &RoleId,
    ) -> impl Iterator<Item = &'o Organisation> {
        organisations.iter().filter(|one| one.has_role(&self.head.id, role))
    }

    /// The directory entry of a handle.
    pub(crate) fn entry<'o>(
        organisations: &'o [Organisation],
        handle: &Handle,
    ) -> Option<&'o Organisation> {
        organisations.iter().find(|one| one.handle == *handle)
    }
}

#[cfg(test)]
mod tests;
