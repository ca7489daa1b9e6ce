//! The law as people see it: which packs there are, what one demands, what it would have changed.

use jiff::Timestamp;
use jiff::civil::Date;
use model::organisation::Bilingual;
pub use rules::describe::sheet::{Choice, Line, Sheet, Step};
pub use rules::describe::words::article;
pub use rules::describe::{Change, Direction, Language};
pub use rules::simulate::{Count, Fate, Movement, Sample};
pub use rules::{Confidence, LayerKind};

use super::{GradeView, PartyView};

/// Every pack at hand, and the calendars that they count by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesView {
    /// Those that this desk applies first, then as they [stand](Standing), each group by id.
    pub packs: Vec<PackRow>,
    pub calendars: Vec<CalendarRow>,
}

/// How a pack stands to this desk and to this day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// This desk applies it, in force or not.
    Applied,
    InForce,
    /// Its first day in force is still to come, or it has none.
    Proposed,
    Repealed,
}

/// A pack in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackRow {
    pub id: String,
    pub standing: Standing,
    pub title: Bilingual,
    pub instrument: String,
    /// The first day in force; none for a proposal.
    pub since: Option<Date>,
    /// The first day no longer in force.
    pub repealed: Option<Date>,
    pub confidence: Confidence,
    pub version: String,
    /// Readings that this desk chose otherwise than the pack: `R1: graded`.
    pub chosen: Vec<String>,
    pub readings: usize,
    pub duties: usize,
    /// The calendar's name.
    pub calendar: String,
}

/// A calendar in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarRow {
    pub name: String,
    /// Name and version as decisions keep them.
    pub id: String,
    pub title: Bilingual,
    pub confidence: Confidence,
    /// The years with a table of their own, in order.
    pub years: Vec<i16>,
    /// Those of them whose official order is not known.
    pub provisional: Vec<i16>,
    /// Whether it holds in every year besides.
    pub every_year: bool,
}

/// One year of a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarView {
    pub row: CalendarRow,
    pub source: Option<String>,
    pub note: Option<String>,
    /// 1 for Monday to 7 for Sunday.
    pub weekend: Vec<i8>,
    pub year: i16,
    /// Runs of days of rest by order, in order.
    pub rest: Vec<Span>,
    /// Weekend days that are working days by order.
    pub make_up: Vec<Span>,
    /// Working days in the year.
    pub working_days: u32,
}

/// Days one after the other for the same occasion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: Date,
    /// The last of them.
    pub to: Date,
    pub occasion: Bilingual,
}

/// What lies over a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerRow {
    pub id: String,
    pub version: String,
    pub kind: LayerKind,
    pub title: Bilingual,
    pub document: Option<String>,
    /// The role under whose authority it was made, in words.
    pub authority: Option<String>,
    pub province: Option<String>,
    pub from: Date,
    pub until: Option<Date>,
    /// Whether it holds now.
    pub holds: bool,
    /// The ids of the duties that it changes.
    pub touches: Vec<String>,
}

/// One pack with what was asked of it.
#[derive(Clone, Debug, PartialEq)]
pub struct PackView {
    pub row: PackRow,
    pub source: String,
    pub note: Option<Bilingual>,
    pub zone: String,
    /// The calendar with its version.
    pub calendar: String,
    pub layers: Vec<LayerRow>,
    /// Id and name of each role, in the order of the pack.
    pub roles: Vec<(String, String)>,
    /// Both scales, the gravest first.
    pub grades: Vec<GradeView>,
    pub warnings: Vec<GradeView>,
    /// The pack that decides between the grades, and what must replace it once it is found.
    pub graded_by: Option<(String, Option<String>)>,
    /// Provinces that some layer over it names.
    pub provinces: Vec<String>,
    /// Duties as they stand now, filtered as asked.
    pub sheet: Sheet,
    /// The id of every duty, filtered or not.
    pub duties: Vec<String>,
    /// Other packs to compare it with, the likeliest first.
    pub others: Vec<(String, String)>,
}

/// How one duty brings about another, as a picture and as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowView {
    /// An SVG document; its text is escaped.
    pub svg: String,
    pub text: String,
}

/// What a pack would have changed in this desk's past.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrialView {
    /// From when to when incidents were looked at; none where there are none at all.
    pub span: Option<(Timestamp, Timestamp)>,
    pub incidents: usize,
    /// There were more than are replayed.
    pub cut: bool,
    pub regraded: Vec<RegradedRow>,
    /// By organisation, those for whom most moves first.
    pub parties: Vec<TrialParty>,
    /// Duties that start with something of which nobody says when it happened.
    pub unstarted: usize,
    /// Incidents that could not be replayed, and why the first could not.
    pub failed: usize,
    pub cause: Option<String>,
}

/// An incident whose grade would be another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegradedRow {
    pub incident: String,
    pub before: GradeView,
    pub after: GradeView,
}

/// What would change for one organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialParty {
    pub party: PartyView,
    /// Everything counted for it, under either pack.
    pub duties: usize,
    pub moved: usize,
    pub missed: usize,
    /// The first of what moved.
    pub rows: Vec<MovedRow>,
}

/// One due time that would be another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedRow {
    pub incident: String,
    pub duty: String,
    /// None where that pack does not ask it.
    pub before: Option<Count>,
    pub after: Option<Count>,
    pub movement: Movement,
    pub fate: Option<Fate>,
}
