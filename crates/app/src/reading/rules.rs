//! The law as pages show it: packs, one pack in words, how it flows, how it differs.
//!
//! The law is no secret, so these are questions to the [`Law`] alone; a permit is asked for where a
//! desk's own past is told, in [`trial`](super::trial).

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use model::organisation::Bilingual;
use model::regime::{GradeId, RoleId};
use model::{PackId, Province};
use rules::describe::{self, Change, Flow, Language};
use rules::{Calendar, Day, Grade, Grading, Layer, Pack};

use crate::Law;
use crate::views::GradeView;
use crate::views::rules::{
    CalendarRow, CalendarView, FlowView, LayerRow, PackRow, PackView, RulesView, Span, Standing,
};

/// What of a pack is to be shown.
#[derive(Clone, Debug)]
pub struct RuleAsk {
    pub pack: PackId,
    pub language: Language,
    /// Only the duties of this role.
    pub role: Option<RoleId>,
    /// Only what is owed at this grade, or knows no grade.
    pub grade: Option<GradeId>,
    /// With what this province adds.
    pub province: Option<Province>,
}

impl Law {
    /// Every pack and calendar, as they stand at an instant to a desk that applies these.
    pub fn overview(&self, applied: &[PackId], at: Timestamp) -> RulesView {
        let mut packs: Vec<PackRow> =
            self.packs().map(|pack| pack_row(pack, applied, at)).collect();
        packs.sort_by(|one, other| (one.standing, &one.id).cmp(&(other.standing, &other.id)));
        RulesView { packs, calendars: self.calendars().map(|one| calendar_row(one)).collect() }
    }

    /// One pack with every layer that holds at that instant; none if there is no such pack.
    pub fn describe(&self, applied: &[PackId], ask: &RuleAsk, at: Timestamp) -> Option<PackView> {
        let plain = self.pack(&ask.pack).ok()?;
        let pack = self.pack_at(&ask.pack, at, ask.province.as_ref()).ok()?;
        let name = |name: &Bilingual| ask.language.of(name).to_owned();
        let over: Vec<&Layer> = self.layers().iter().filter(|l| l.over() == plain.id()).collect();
        let mut sheet = describe::sheet(&pack, ask.language, ask.grade.as_ref());
        if let Some(role) = &ask.role {
            for chapter in &mut sheet.chapters {
                chapter.lines.retain(|line| line.roles.contains(role));
            }
            sheet.chapters.retain(|chapter| !chapter.lines.is_empty());
        }
        let known = |grading: &Grading| grading.replace_when_found().map(str::to_owned);
        Some(PackView {
            row: pack_row(plain, applied, at),
            source: plain.source().to_owned(),
            note: plain.note().cloned(),
            zone: plain.zone_name().to_owned(),
            calendar: self.calendar_of(plain).map(|one| one.id()).unwrap_or_default(),
            layers: over.iter().map(|layer| layer_row(layer, plain, ask, at)).collect(),
            roles: pack.roles().iter().map(|r| (r.id.to_string(), name(&r.name))).collect(),
            grades: pack.grades().iter().map(grade_view).collect(),
            warnings: pack.warnings().iter().map(grade_view).collect(),
            graded_by: plain
                .graded_by()
                .map(|by| (by.to_string(), plain.grading().and_then(known))),
            provinces: provinces(&over),
            sheet,
            duties: pack.duties().iter().map(|duty| duty.id.to_string()).collect(),
            others: self.others(plain, applied, ask.language),
        })
    }

    /// How the duties of a pack bring each other about.
    pub fn flow(&self, pack: &PackId, language: Language) -> Option<FlowView> {
        let flow = Flow::of(self.pack(pack).ok()?, language);
        Some(FlowView { svg: flow.svg(), text: flow.text() })
    }

    /// What changes for whom from one pack to another, in words.
    pub fn changes(&self, from: &PackId, to: &PackId, language: Language) -> Option<Vec<Change>> {
        Some(describe::diff(self.pack(from).ok()?, self.pack(to).ok()?, language))
    }

    /// One year of a calendar; none if there is no such calendar, or it does not know the year.
    pub fn calendar_year(&self, name: &str, year: i16) -> Option<CalendarView> {
        let calendar = self.calendar(name)?;
        if !calendar.every_year() && !calendar.years().any(|known| known == year) {
            return None;
        }
        let days = days_of(calendar, year);
        let working = days.iter().filter(|(_, day)| day.is_working()).count();
        Some(CalendarView {
            row: calendar_row(calendar),
            source: calendar.source().map(str::to_owned),
            note: calendar.note().map(str::to_owned),
            weekend: calendar
                .weekend()
                .iter()
                .map(|day| Weekday::to_monday_one_offset(*day))
                .collect(),
            year,
            rest: spans(&days, |day| match day {
                Day::Holiday(name) => Some(name),
                Day::Workday | Day::Weekend | Day::MakeUp(_) => None,
            }),
            make_up: spans(&days, |day| match day {
                Day::MakeUp(name) => Some(name),
                Day::Workday | Day::Weekend | Day::Holiday(_) => None,
            }),
            working_days: u32::try_from(working).unwrap_or_default(),
        })
    }

    /// Every other pack: first those that the desk applies, then those for the same matters.
    fn others(&self, pack: &Pack, applied: &[PackId], language: Language) -> Vec<(String, String)> {
        let far = |other: &Pack| {
            let same = pack.classifications().iter().any(|class| other.covers(class));
            (!applied.contains(other.id()), !same)
        };
        let mut others: Vec<&Pack> = self
            .packs()
            .map(AsRef::as_ref)
            .filter(|other: &&Pack| other.id() != pack.id())
            .collect();
        others.sort_by_key(|other| far(other));
        let titled = |other: &Pack| (other.id().to_string(), language.of(other.title()).to_owned());
        others.into_iter().map(titled).collect()
    }
}

fn pack_row(pack: &Pack, applied: &[PackId], at: Timestamp) -> PackRow {
    let today = at.to_zoned(pack.zone().clone()).date();
    let standing = if applied.contains(pack.id()) {
        Standing::Applied
    } else if pack.in_force(today) {
        Standing::InForce
    } else if pack.repealed().is_some_and(|day| day <= today) {
        Standing::Repealed
    } else {
        Standing::Proposed
    };
    let changed = pack.readings().iter().filter(|reading| reading.is_changed());
    PackRow {
        id: pack.id().to_string(),
        standing,
        title: pack.title().clone(),
        instrument: pack.instrument().to_owned(),
        since: pack.since(),
        repealed: pack.repealed(),
        confidence: pack.confidence(),
        version: pack.version().to_owned(),
        chosen: changed.map(|reading| format!("{}: {}", reading.id, reading.chosen)).collect(),
        readings: pack.readings().len(),
        duties: pack.duties().len(),
        calendar: pack.calendar().to_owned(),
    }
}

fn layer_row(layer: &Layer, over: &Pack, ask: &RuleAsk, at: Timestamp) -> LayerRow {
    let today = at.to_zoned(over.zone().clone()).date();
    let here = layer.province().is_none_or(|one| ask.province.as_ref() == Some(one));
    let authority = layer.authority().and_then(|role| over.role(role));
    LayerRow {
        id: layer.id().to_owned(),
        version: layer.version().to_owned(),
        kind: layer.kind(),
        title: layer.title().clone(),
        document: layer.document().map(str::to_owned),
        authority: authority.map(|role| ask.language.of(&role.name).to_owned()),
        province: layer.province().map(Province::to_string),
        from: layer.from(),
        until: layer.until(),
        holds: here && layer.from() <= today && layer.until().is_none_or(|until| today < until),
        touches: layer.touches().map(ToString::to_string).collect(),
    }
}

fn provinces(layers: &[&Layer]) -> Vec<String> {
    let mut all: Vec<String> =
        layers.iter().filter_map(|layer| layer.province()).map(Province::to_string).collect();
    all.sort();
    all.dedup();
    all
}

pub(super) fn grade_view(grade: &Grade) -> GradeView {
    GradeView { id: grade.id.to_string(), rank: grade.rank, name: grade.name.clone() }
}

fn calendar_row(calendar: &Calendar) -> CalendarRow {
    CalendarRow {
        name: calendar.name().to_owned(),
        id: calendar.id(),
        title: calendar.title().clone(),
        confidence: calendar.confidence(),
        years: calendar.years().collect(),
        provisional: calendar.years().filter(|year| calendar.provisional(*year)).collect(),
        every_year: calendar.every_year(),
    }
}

fn days_of(calendar: &Calendar, year: i16) -> Vec<(Date, Day<'_>)> {
    let Ok(first) = Date::new(year, 1, 1) else { return Vec::new() };
    let of_year = first.series(jiff::Span::new().days(1)).take_while(|day| day.year() == year);
    of_year.filter_map(|day| Some((day, calendar.day(day).ok()?))).collect()
}

/// Days one after the other with the same name.
fn spans<'c>(
    days: &[(Date, Day<'c>)],
    name: impl Fn(&Day<'c>) -> Option<&'c Bilingual>,
) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for (day, what) in days {
        let Some(occasion) = name(what) else { continue };
        match spans.last_mut().filter(|last| last.occasion == *occasion) {
            Some(last) if last.to.tomorrow().ok() == Some(*day) => last.to = *day,
            _ => spans.push(Span { from: *day, to: *day, occasion: occasion.clone() }),
        }
    }
    spans
}
