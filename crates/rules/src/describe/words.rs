//! Words for what a pack writes in its small language: times, parties, grades, conditions, triggers.

use model::organisation::Bilingual;
use model::regime::GradeId;

use crate::predicate::Predicate;
use crate::regime::{Clock, Duty, Event, Grade, Pack, Party, Set, Trigger, Whose};
use crate::within::Within;

/// The language of a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Zh,
    En,
}

impl Language {
    pub fn code(self) -> &'static str {
        self.pick("zh", "en")
    }

    /// Of two texts, the one in this language.
    pub fn pick<'t>(self, zh: &'t str, en: &'t str) -> &'t str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// The text of a name in this language; the other if that is empty.
    pub fn of(self, name: &Bilingual) -> &str {
        name.get(self.code())
    }

    /// Things side by side: `a, b, c`.
    pub fn list<T: AsRef<str>>(self, things: impl IntoIterator<Item = T>) -> String {
        let things: Vec<T> = things.into_iter().collect();
        let texts: Vec<&str> = things.iter().map(AsRef::as_ref).collect();
        texts.join(self.pick("、", ", "))
    }
}

/// The time allowed, in words: `within 2 hours`.
pub fn within(within: &Within, language: Language) -> String {
    let noted = |inner: &Within, zh: &str, en: &str| {
        format!("{}{}", self::within(inner, language), language.pick(zh, en))
    };
    let roll = (
        "（末日非工作日的，顺延至下一工作日）",
        " (a last day that is no working day moves to the next)",
    );
    match within {
        Within::Unnumbered(_) | Within::Standing(_) => within.text(language.code()),
        Within::Days { n, roll: true } => {
            noted(&Within::Days { n: *n, roll: false }, roll.0, roll.1)
        }
        Within::Months { n, roll: true } => {
            noted(&Within::Months { n: *n, roll: false }, roll.0, roll.1)
        }
        Within::WeekendNoon(inner) => noted(
            inner,
            "（届满于非工作日的，延至下一工作日 12:00）",
            " (an end on a day that is no working day moves to 12:00 of the next)",
        ),
        Within::EarliestOf(members) => {
            let members: Vec<String> =
                members.iter().map(|one| self::within(one, language)).collect();
            match language {
                Language::Zh => format!("{}，以最早者为准", members.join("或")),
                Language::En => format!("the earliest of: {}", members.join("; ")),
            }
        }
        Within::Hours { .. }
        | Within::Minutes(_)
        | Within::WorkingDays(_)
        | Within::Days { roll: false, .. }
        | Within::Months { roll: false, .. }
        | Within::FirstWorkingDaysOfNextMonth(_) => {
            let text = within.text(language.code());
            match language {
                Language::Zh => format!("{text}内"),
                Language::En if text.starts_with("first") => format!("within the {text}"),
                Language::En => format!("within {text}"),
            }
        }
    }
}

/// An article by its number: `art. 8(2)`; what is named otherwise, such as `annex 2`, by its name.
pub fn article(article: &str, language: Language) -> String {
    let numbered = article.starts_with(|c: char| c.is_ascii_digit());
    // What a foreign instrument says beside the number stays as it is.
    let words = article.split(|c: char| !c.is_alphabetic()).any(|word| word.chars().count() > 1);
    match (numbered, language) {
        (true, Language::Zh) if words => format!(" art. {article}"),
        (true, Language::Zh) => format!("第 {article} 条"),
        (true, Language::En) => format!("art. {article}"),
        (false, _) => article.to_owned(),
    }
}

/// The time of a duty, in words: `within 2 hours`, `keep for 60 days`.
pub fn clock(clock: &Clock, language: Language) -> String {
    match clock {
        Clock::Within(time) => within(time, language),
        Clock::Keep(time) => {
            let time = within(time, language);
            match language {
                Language::Zh => format!("留存 {}", time.strip_suffix('内').unwrap_or(&time)),
                Language::En => {
                    format!("keep for {}", time.strip_prefix("within ").unwrap_or(&time))
                }
            }
        }
    }
}

/// What has happened, in words, without saying to whom.
pub fn event(event: Event, language: Language) -> &'static str {
    match event {
        Event::IncidentKnown => language.pick("得知事件", "knows of the incident"),
        Event::IncidentGraded => language.pick("完成事件定级", "has graded the incident"),
        Event::FilingSent => language.pick("发出报送", "has sent the filing"),
        Event::NoticeReceived => language.pick("收到通报", "receives its notice"),
        Event::FilingReceived => language.pick("收到报送或反馈", "receives the filing"),
        Event::DecisionRecorded => language.pick("作出决定", "settles the matter"),
        Event::FactRecorded => language.pick("有关事实经记录", "has the fact on record"),
        Event::RemediationUnresolved => language
            .pick("处置项未处置或经验证仍异常", "leaves something undone, or undone when verified"),
        Event::MonthClosed => language.pick("一个自然月结束", "a calendar month ends"),
        Event::RecordCreated => language.pick("相关记录形成", "a record comes into being"),
        Event::ContactChanged => language.pick("联系信息变更", "contacts change"),
    }
}

/// A pack's names in one language.
#[derive(Clone, Copy, Debug)]
pub struct Words<'p> {
    pub pack: &'p Pack,
    pub language: Language,
}

impl Words<'_> {
    /// Whom a duty names.
    pub fn party(&self, party: &Party) -> String {
        match party {
            Party::Role(id) => {
                let role = self.pack.role(id);
                role.map_or_else(|| id.to_string(), |role| self.language.of(&role.name).to_owned())
            }
            Party::Set(id) => self.pack.set(id).map_or_else(|| id.clone(), |set| self.set(set)),
            Party::Anybody => self.language.pick("任何单位和个人", "anybody").to_owned(),
            Party::AsFirstReport => {
                self.language.pick("首次报送的对象", "whoever received the first report").to_owned()
            }
        }
    }

    pub fn parties(&self, parties: &[Party]) -> String {
        self.language.list(parties.iter().map(|party| self.party(party)))
    }

    /// In the pack's own words where they are in its language, else from the roles and what makes a member of the set.
    fn set(&self, set: &Set) -> String {
        match self.language {
            Language::En => return set.means.en.clone(),
            Language::Zh if !set.means.zh.is_empty() => return set.means.zh.clone(),
            Language::Zh => {}
        }
        let roles = set.roles.iter().map(|id| self.party(&Party::Role(id.clone())));
        let roles = self.language.list(roles);
        match set.whose {
            Whose::AddressOrDomain => format!("涉事{roles}"),
            Whose::Province => format!("涉事省份的{roles}"),
            Whose::Finding => format!("发现事件的{roles}"),
            Whose::Knowing => format!("发现或得知事件的{roles}"),
            Whose::GroupOfKnowing => format!("发现或得知事件的子公司所属{roles}"),
            Whose::ProvinceOrOwn => format!("涉事省份（不明的，本省）的{roles}"),
            Whose::OwnProvince => format!("本省{roles}"),
            Whose::Everyone => format!("各{roles}"),
            Whose::NamedByOfficer => format!("由值班人员指明的单位（{}）", set.id),
        }
    }

    /// One grade with its id: `Serious (x3)`.
    pub fn grade(&self, id: &GradeId) -> String {
        let name = self.pack.grade(id).map_or("", |grade| self.language.of(&grade.name));
        match self.language {
            Language::Zh => format!("{name}（{id}）"),
            Language::En => format!("{name} ({id})"),
        }
    }

    /// The grades and levels of warning at which a duty is owed; none if it knows no grade.
    pub fn grades(&self, duty: &Duty) -> Option<String> {
        let owed = duty.grades.as_ref()?;
        let scales = [self.pack.grades(), self.pack.warnings()];
        Some(self.language.list(scales.iter().filter_map(|scale| self.of_scale(scale, owed))))
    }

    fn of_scale(&self, scale: &[Grade], owed: &[GradeId]) -> Option<String> {
        let here: Vec<&Grade> = scale.iter().filter(|grade| owed.contains(&grade.id)).collect();
        let mildest = here.last()?;
        let from_the_top = scale.iter().take(here.len()).all(|grade| owed.contains(&grade.id));
        Some(if from_the_top && here.len() == scale.len() {
            let (first, last) = (self.grade(&here.first()?.id), self.grade(&mildest.id));
            match self.language {
                Language::Zh => format!("{first}至{last}各级"),
                Language::En => format!("any from {first} to {last}"),
            }
        } else if from_the_top && here.len() > 1 {
            let mildest = self.grade(&mildest.id);
            match self.language {
                Language::Zh => format!("{mildest}及以上"),
                Language::En => format!("{mildest} or graver"),
            }
        } else {
            self.language.list(here.iter().map(|grade| self.grade(&grade.id)))
        })
    }

    /// When a grade is reached.
    pub fn step(&self, grade: &Grade) -> String {
        let elsewhere = self.pack.graded_by().filter(|_| self.pack.grades().contains(grade));
        match (&grade.test, elsewhere) {
            (_, Some(grading)) => match self.language {
                Language::Zh => format!("按 {grading} 判定"),
                Language::En => format!("as `{grading}` decides"),
            },
            (Some(test), None) => self.predicate(test),
            (None, None) => self.language.pick("其他情形", "otherwise").to_owned(),
        }
    }

    /// What starts a clock, with the name of the trigger left out; where the pack has no `zh` for it,
    /// from whom it happens to and what kind of event it is.
    pub fn trigger(&self, trigger: &Trigger) -> String {
        match (self.language, &trigger.by) {
            (Language::En, _) => trigger.means.en.clone(),
            (Language::Zh, _) if !trigger.means.zh.is_empty() => trigger.means.zh.clone(),
            (Language::Zh, Some(by)) => {
                format!("{}{}", self.party(by), event(trigger.at, Language::Zh))
            }
            (Language::Zh, None) => event(trigger.at, Language::Zh).to_owned(),
        }
    }

    /// A question about the inputs.
    pub fn predicate(&self, predicate: &Predicate) -> String {
        super::predicate::words(self, predicate)
    }
}

#[cfg(test)]
mod tests;
