//! What changes for whom from one pack to another, in words.
//!
//! Duties, grades, forms and readings are matched by their ids, which are a contract. A change is called
//! tighter or looser only where that is sure: five working days and one week are merely different.

mod order;
mod parts;

use jiff::civil::Date;
use model::regime::RoleId;
use order::{Sooner, order};

use super::words::{self, Language, Words};
use crate::predicate::Predicate;
use crate::regime::{Clock, Duty, Grade, Pack, Party, Reading};

/// One change, to one role or to all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The role that it concerns, by its name; none for what concerns everybody.
    pub role: Option<String>,
    /// The duty, grade, form or reading.
    pub about: String,
    pub direction: Direction,
    /// What changes, in one sentence without the name of the role.
    pub words: String,
}

/// Which way a change goes for whoever owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Added,
    Removed,
    Tighter,
    Looser,
    Different,
}

impl Direction {
    pub fn words(self, language: Language) -> &'static str {
        match self {
            Self::Added => language.pick("新增", "added"),
            Self::Removed => language.pick("删除", "removed"),
            Self::Tighter => language.pick("收紧", "tighter"),
            Self::Looser => language.pick("放宽", "looser"),
            Self::Different => language.pick("变更", "different"),
        }
    }
}

/// Every change from the one pack to the other: first what concerns all, then role by role.
pub fn diff(from: &Pack, to: &Pack, language: Language) -> Vec<Change> {
    let mut diffing = Diffing { from, to, language, changes: Vec::new() };
    diffing.head();
    diffing.grades();
    diffing.readings();
    diffing.parts();
    diffing.duties();
    diffing.anything_else();
    let order = |change: &Change| {
        let place = |pack: &Pack| {
            let named =
                |name: &String| pack.roles().iter().position(|r| language.of(&r.name) == name);
            change.role.as_ref().and_then(named)
        };
        (change.role.is_some(), place(to), place(from))
    };
    diffing.changes.sort_by_key(order);
    diffing.changes
}

struct Diffing<'a> {
    from: &'a Pack,
    to: &'a Pack,
    language: Language,
    changes: Vec<Change>,
}

/// What one side of a comparison says, and the other.
type Sides = (String, String);

impl Diffing<'_> {
    fn before(&self) -> Words<'_> {
        Words { pack: self.from, language: self.language }
    }

    fn after(&self) -> Words<'_> {
        Words { pack: self.to, language: self.language }
    }

    fn say(&self, zh: String, en: String) -> String {
        match self.language {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    fn all(&mut self, about: &str, direction: Direction, words: String) {
        self.changes.push(Change { role: None, about: about.to_owned(), direction, words });
    }

    fn changed(&self, zh: &str, en: &str, (from, to): &Sides) -> String {
        self.say(format!("{zh}由“{from}”改为“{to}”"), format!("{en}: from “{from}” to “{to}”"))
    }

    fn head(&mut self) {
        let (from, to) = (self.from, self.to);
        if from.id() != to.id() {
            let words = self.say(
                "两者是不同的制度，编号相同未必是同一事项".to_owned(),
                "these are two regimes: the same id need not mean the same thing".to_owned(),
            );
            self.all(to.id().as_str(), Direction::Different, words);
        }
        let day = |day: Option<Date>| day.map_or_else(|| "—".to_owned(), |day| day.to_string());
        let sides = [
            ("文号", "instrument", from.instrument().to_owned(), to.instrument().to_owned()),
            ("施行日", "in force from", day(from.since()), day(to.since())),
            ("废止日", "repealed on", day(from.repealed()), day(to.repealed())),
            ("日历", "calendar", from.calendar().to_owned(), to.calendar().to_owned()),
            ("时区", "time zone", from.zone_name().to_owned(), to.zone_name().to_owned()),
            (
                "适用范围",
                "what falls under it",
                self.language.list(from.classifications()),
                self.language.list(to.classifications()),
            ),
        ];
        for (zh, en, from, to) in sides {
            if from != to {
                let words = self.changed(zh, en, &(from, to));
                self.all(self.language.pick(zh, en), Direction::Different, words);
            }
        }
    }

    fn grades(&mut self) {
        for new in self.to.grades().iter().chain(self.to.warnings()) {
            let name = self.after().grade(&new.id);
            let to = self.after().step(new);
            let Some(old) = self.from.grade(&new.id) else {
                let words =
                    self.say(format!("新增等级{name}：{to}"), format!("grade {name} is new: {to}"));
                self.all(new.id.as_str(), Direction::Added, words);
                continue;
            };
            let from = self.before().step(old);
            if from != to {
                let number = |g: &Grade| g.test.as_ref().and_then(Predicate::threshold);
                // A lower threshold puts more incidents into the graver grade.
                let direction = match (number(old), number(new)) {
                    (Some(old), Some(new)) if new < old => Direction::Tighter,
                    (Some(old), Some(new)) if new > old => Direction::Looser,
                    _ => Direction::Different,
                };
                let words =
                    self.changed(&format!("{name}的条件"), &format!("grade {name}"), &(from, to));
                self.all(new.id.as_str(), direction, words);
            }
        }
        let before = self.from.grades().iter().chain(self.from.warnings());
        for old in before.filter(|old| self.to.grade(&old.id).is_none()) {
            let name = self.before().grade(&old.id);
            let words = self.say(format!("取消等级{name}"), format!("grade {name} is gone"));
            self.all(old.id.as_str(), Direction::Removed, words);
        }
    }

    fn readings(&mut self) {
        for new in self.to.readings() {
            let (id, asks) = (&new.id, self.language.of(&new.asks));
            // Another question under the same id is another reading.
            let Some(old) = self.from.reading(id).filter(|old| old.asks.en == new.asks.en) else {
                let chosen = format!("{} ({})", new.chosen, new.chosen_text(self.language.code()));
                let words = self.say(
                    format!("新增解读：{asks} 采用 {chosen}"),
                    format!("a new reading: {asks} {chosen}"),
                );
                self.all(id, Direction::Added, words);
                continue;
            };
            let code = self.language.code();
            let side = |r: &Reading| format!("{}: {}", r.chosen, r.chosen_text(code));
            if side(old) != side(new) {
                let words = self.changed(asks, asks, &(side(old), side(new)));
                self.all(id, Direction::Different, words);
            }
        }
        let kept =
            |old: &Reading| self.to.reading(&old.id).is_some_and(|new| new.asks.en == old.asks.en);
        for old in self.from.readings().iter().filter(|old| !kept(old)) {
            let words = self.say(
                format!("不再是待解读事项：{}", self.language.of(&old.asks)),
                format!("no longer an open question: {}", self.language.of(&old.asks)),
            );
            self.all(&old.id, Direction::Removed, words);
        }
    }

    fn duties(&mut self) {
        for new in self.to.duties() {
            if let Some(old) = same(self.from, new) {
                self.duty(old, new);
                continue;
            }
            let words = summary(self.after(), new);
            let words = self.say(format!("须{words}"), format!("must {words}"));
            self.for_debtors(new, &roles(self.to, &new.who), (Direction::Added, words));
        }
        for old in self.from.duties().iter().filter(|old| same(self.to, old).is_none()) {
            let words = summary(self.before(), old);
            let words = self.say(format!("不再须{words}"), format!("need no longer {words}"));
            self.for_debtors(old, &roles(self.from, &old.who), (Direction::Removed, words));
        }
    }

    fn for_debtors(
        &mut self,
        duty: &Duty,
        roles: &[RoleId],
        (direction, words): (Direction, String),
    ) {
        let mut names: Vec<Option<String>> =
            roles.iter().map(|role| Some(self.name(role))).collect();
        if names.is_empty() {
            names.push(None);
        }
        for role in names {
            let (about, words) = (duty.id.to_string(), words.clone());
            self.changes.push(Change { role, about, direction, words });
        }
    }

    fn name(&self, role: &RoleId) -> String {
        let known = self.to.role(role).or_else(|| self.from.role(role));
        known.map_or_else(|| role.to_string(), |role| self.language.of(&role.name).to_owned())
    }

    /// A duty that both packs have.
    fn duty(&mut self, old: &Duty, new: &Duty) {
        let (before, after) = (roles(self.from, &old.who), roles(self.to, &new.who));
        let gained: Vec<RoleId> = after.iter().filter(|r| !before.contains(r)).cloned().collect();
        let lost: Vec<RoleId> = before.iter().filter(|r| !after.contains(r)).cloned().collect();
        let stayed: Vec<RoleId> = after.iter().filter(|r| before.contains(r)).cloned().collect();
        if !gained.is_empty() {
            let words = summary(self.after(), new);
            let words = self.say(format!("须{words}"), format!("must {words}"));
            self.for_debtors(new, &gained, (Direction::Added, words));
        }
        if !lost.is_empty() {
            let words = summary(self.before(), old);
            let words = self.say(format!("不再须{words}"), format!("need no longer {words}"));
            self.for_debtors(old, &lost, (Direction::Removed, words));
        }
        if stayed.is_empty() && !(before.is_empty() && after.is_empty()) {
            return;
        }
        for change in self.differences(old, new) {
            self.for_debtors(new, &stayed, change);
        }
    }

    fn differences(&self, old: &Duty, new: &Duty) -> Vec<(Direction, String)> {
        let mut all = Vec::new();
        all.extend(self.clock(old, new));
        let starts = |words: Words<'_>, duty: &Duty| {
            let trigger = duty.on.as_deref().and_then(|on| words.pack.trigger(on));
            trigger.map_or_else(
                || words.language.pick("常设", "always").to_owned(),
                |t| words.trigger(t),
            )
        };
        let plain = |zh: &str, en: &str, from: String, to: String| {
            let changed = from != to;
            changed.then(|| (Direction::Different, self.changed(zh, en, &(from, to))))
        };
        let grades = |words: Words<'_>, duty: &Duty| {
            let any = || words.language.pick("不论等级", "whatever the grade").to_owned();
            words.grades(duty).unwrap_or_else(any)
        };
        let only = |words: Words<'_>, duty: &Duty| {
            let always = || words.language.pick("无条件", "in any case").to_owned();
            super::sheet::condition(words, duty).unwrap_or_else(always)
        };
        let does = |duty: &Duty| self.language.of(&duty.does).to_owned();
        all.extend(plain(
            "起算",
            "its clock starts",
            starts(self.before(), old),
            starts(self.after(), new),
        ));
        all.extend(plain(
            "适用等级",
            "owed at",
            grades(self.before(), old),
            grades(self.after(), new),
        ));
        all.extend(plain("适用条件", "owed if", only(self.before(), old), only(self.after(), new)));
        all.extend(plain("行为", "what is to be done", does(old), does(new)));
        all.extend(self.parties("报送对象", "goes to", (&old.to, &new.to)));
        all.extend(self.parties("抄送对象", "is copied to", (&old.cc, &new.cc)));
        all.extend(self.contents(old, new));
        all.extend(plain("条款", "article", old.article.clone(), new.article.clone()));
        all.extend(self.rest_of_duty(old, new));
        all
    }

    fn clock(&self, old: &Duty, new: &Duty) -> Option<(Direction, String)> {
        if old.clock == new.clock {
            return None;
        }
        let sides =
            (words::clock(&old.clock, self.language), words::clock(&new.clock, self.language));
        let (direction, zh, en) =
            match (&old.clock, &new.clock, order(old.clock.within(), new.clock.within())) {
                (Clock::Within(_), Clock::Within(_), Some(Sooner::Sooner)) => {
                    (Direction::Tighter, "到期提前，时限", "due earlier")
                }
                (Clock::Within(_), Clock::Within(_), Some(Sooner::Later)) => {
                    (Direction::Looser, "到期推后，时限", "due later")
                }
                (Clock::Keep(_), Clock::Keep(_), Some(Sooner::Later)) => {
                    (Direction::Tighter, "留存更久，期限", "kept longer")
                }
                (Clock::Keep(_), Clock::Keep(_), Some(Sooner::Sooner)) => {
                    (Direction::Looser, "留存更短，期限", "kept for less")
                }
                _ => (Direction::Different, "时限", "time allowed"),
            };
        Some((direction, self.changed(zh, en, &sides)))
    }

    /// Recipients gained and lost.
    fn parties(&self, zh: &str, en: &str, sides: (&[Party], &[Party])) -> Vec<(Direction, String)> {
        let names = |words: Words<'_>, parties: &[Party]| -> Vec<String> {
            parties.iter().map(|party| words.party(party)).collect()
        };
        let (old, new) = (names(self.before(), sides.0), names(self.after(), sides.1));
        let more = |party: &String| {
            let words = self.say(format!("{zh}增加{party}"), format!("{en} {party} as well"));
            (Direction::Tighter, words)
        };
        let less = |party: &String| {
            let words = self.say(format!("{zh}不再包括{party}"), format!("no longer {en} {party}"));
            (Direction::Looser, words)
        };
        let gained = new.iter().filter(|party| !old.contains(party)).map(more);
        gained.chain(old.iter().filter(|party| !new.contains(party)).map(less)).collect()
    }

    fn contents(&self, old: &Duty, new: &Duty) -> Vec<(Direction, String)> {
        let only = |these: &[String], those: &[String]| {
            self.language.list(these.iter().filter(|item| !those.contains(item)))
        };
        let (more, less) = (only(&new.contents, &old.contents), only(&old.contents, &new.contents));
        let more = (!more.is_empty()).then(|| {
            (
                Direction::Tighter,
                self.say(format!("内容须增加 {more}"), format!("must also contain {more}")),
            )
        });
        let less = (!less.is_empty()).then(|| {
            (
                Direction::Looser,
                self.say(format!("内容不再要求 {less}"), format!("need not contain {less}")),
            )
        });
        more.into_iter().chain(less).collect()
    }
}

/// The duty that another pack has in its place.
fn same<'p>(pack: &'p Pack, duty: &Duty) -> Option<&'p Duty> {
    pack.duties_of(&duty.id).find(|other| other.like == duty.like)
}

/// What a duty asks, after "must".
fn summary(words: Words<'_>, duty: &Duty) -> String {
    let does = words.language.of(&duty.does);
    let time = words::clock(&duty.clock, words.language);
    let article = words::article(&duty.article, words.language);
    let grades = words.grades(duty);
    let to = (!duty.to.is_empty()).then(|| words.parties(&duty.to));
    match words.language {
        Language::Zh => {
            let to = to.map_or_else(String::new, |to| format!("，报送对象为{to}"));
            let grades = grades.map_or_else(String::new, |grades| format!("，适用{grades}"));
            format!("{does}{to}，{time}{grades}（{article}）")
        }
        Language::En => {
            let to = to.map_or_else(String::new, |to| format!(" to {to}"));
            let grades = grades.map_or_else(String::new, |grades| format!(", at {grades}"));
            format!("{does}{to}, {time}{grades} ({article})")
        }
    }
}

/// The roles that owe, each once; a set means its roles.
pub(super) fn roles(pack: &Pack, parties: &[Party]) -> Vec<RoleId> {
    let mut all: Vec<RoleId> = Vec::new();
    for party in parties {
        let roles = match party {
            Party::Role(role) => vec![role.clone()],
            Party::Set(id) => pack.set(id).map(|set| set.roles.clone()).unwrap_or_default(),
            Party::Anybody | Party::AsFirstReport => Vec::new(),
        };
        all.extend(roles.into_iter().filter(|role| !all.contains(role)).collect::<Vec<_>>());
    }
    all
}

#[cfg(test)]
mod tests;
