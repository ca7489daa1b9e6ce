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
mod document;
pub mod explain;
pub mod finding;
pub mod input;
pub mod involved;
pub mod meeting;
pub mod months;
pub mod obligation;
pub mod predicate;
pub mod reconcile;
pub mod regime;
mod starting;
#[cfg(test)]
mod testing;
pub mod within;

pub use acts::{ActError, Told, emitted, freed, happening, may_meet, may_telephone, tellable};
pub use alarm::{Alarm, alarm};
pub use assess::{AssessError, Assessed, assess};
pub use calendar::{Calendar, Day, MissingYear};
pub use clock::{Shift, correct, recount, recount_one};
pub use deadline::{DeadlineError, Due, deadline};
pub use explain::explain;
pub use finding::{Finding, Findings, Findings as PackErrors};
pub use input::{Input, InputError, InputKind, Inputs, Measure, MeasureOf, Value};
pub use involved::Involved;
pub use meeting::{Meeting, discharges, meet};
pub use months::{has_monthly_duties, owed_for_month};
pub use obligation::{Case, ObligeError, Owed, OwedState, owed};
pub use predicate::{BadPredicate, Predicate, Verdict};
pub use reconcile::{Changes, Readdress, Started, lower, reconcile};
pub use regime::{
    Clock, Duty, Event, FormRule, Grade, Pack, Party, Reading, Role, Set, Trigger, Whose,
};
pub use within::{BadWithin, Within};
