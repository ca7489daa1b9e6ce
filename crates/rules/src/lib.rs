//! Pure decisions: law as data goes in, grades, due times and obligations come out.
//!
//! This crate reads no file, asks no clock and has never heard of a country: a regime is a
//! [`Pack`], a country's working days are a [`Calendar`], and both are text that somebody hands in.
//! The same arguments give the same answer, for ever: that is what lets a decision be proved later.

#![cfg_attr(
    test,
    expect(clippy::needless_raw_string_hashes, reason = "expect-test writes raw strings so")
)]

pub mod acts;
pub mod alarm;
pub mod assess;
pub mod calendar;
pub mod clock;
pub mod deadline;
pub mod describe;
mod document;
pub mod explain;
pub mod finding;
pub mod form;
pub mod grading;
pub mod input;
pub mod involved;
pub mod jurisdiction;
pub mod library;
pub mod meeting;
pub mod months;
pub mod obligation;
pub mod predicate;
pub mod reconcile;
pub mod regime;
pub mod simulate;
mod starting;
#[cfg(test)]
mod testing;
pub mod within;
mod words;

pub use acts::{ActError, Told, emitted, freed, happening, may_meet, may_telephone, tellable};
pub use alarm::{Alarm, alarm};
pub use assess::{AssessError, Assessed, assess, assess_warning};
pub use calendar::{Calendar, Confidence, Day, ListedDay, MissingYear, UnknownCalendar};
pub use clock::{Shift, correct, recount, recount_one};
pub use deadline::{DeadlineError, Due, Step, deadline};
pub use explain::explain;
pub use finding::{Finding, Findings, Findings as PackErrors};
pub use grading::{Criterion, Decided, Grading, Standing};
pub use input::{Input, InputError, InputKind, Inputs, Measure, MeasureOf, Takes, Value};
pub use involved::Involved;
pub use jurisdiction::Jurisdiction;
pub use library::Library;
pub use meeting::{Meeting, discharges, meet};
pub use months::{Closing, Seen, has_monthly_duties, owed_for_month};
pub use obligation::{Case, Graded, ObligeError, Owed, OwedState, owed};
pub use predicate::{BadPredicate, Predicate, Verdict};
pub use reconcile::{Changes, Readdress, Started, lower, reconcile};
pub use regime::{
    BadChoice, Choice, Choices, Clock, Definition, Duty, Event, Form, FormRule, Gate, Grade, Item,
    ItemGroup, Layer, LayerKind, Opens, Pack, Party, Reading, Role, Set, Trigger, Whose,
};
pub use within::{BadWithin, Within};
