//! Words for what a pack writes in its small language: times, parties, grades, conditions, triggers.

use model::organisation::Bilingual;
use model::regime::GradeId;

use crate::predicate::Predicate;
use crate::regime::{Clock, Duty, Event, Grade, Pack, Party, Set, Trigger, Whose};
use crate::within::{Standing, Unnumbered, Within};

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
    let counted = |n: &dyn std::fmt::Display, zh: &str, en: &str| {
        let one = n.to_string() == "1";
        let plural = if one { "" } else { "s" };
        match language {
            Language::Zh => format!("{n} {zh}内"),
            Language::En => format!("within {n} {en}{plural}"),
        }
    };
    match within {
        Within::Hours { hundredths } => counted(&(f64::from(*hundredths) / 100.0), "小时", "hour"),
        Within::Minutes(n) => counted(n, "分钟", "minute"),
        Within::WorkingDays(n) => counted(n, "个工作日", "working day"),
        Within::Days { n, roll } => counted(n, "日", "day") + rolled(*roll, language),
        Within::Months { n, roll } => counted(n, "个月", "month") + rolled(*roll, language),
        Within::FirstWorkingDaysOfNextMonth(n) => match language {
            Language::Zh => format!("次月前 {n} 个工作日内"),
            Language::En => format!("within the first {n} working days of the next month"),
        },
        Within::Unnumbered(word) => unnumbered(*word, language).to_owned(),
        Within::Standing(Standing::Standing) => language.pick("常设", "always").to_owned(),
        Within::Standing(Standing::Continuously) => {
            language.pick("持续进行", "continuously").to_owned()
        }
        Within::WeekendNoon(inner) => {
            let inner = self::within(inner, language);
            match language {
                Language::Zh => format!("{inner}（末日为休息日的，顺延至下一工作日 12:00）"),
                Language::En => {
                    format!(
                        "{inner} (an end on a day of rest moves to noon of the next working day)"
                    )
                }
            }
        }
        Within::EarliestOf(members) => {
            let members: Vec<String> =
                members.iter().map(|one| self::within(one, language)).collect();
            match language {
                Language::Zh => format!("{}，以最早者为准", members.join("或")),
                Language::En => format!("the earliest of: {}", members.join("; ")),
            }
        }
    }
}

fn rolled(roll: bool, language: Language) -> &'static str {
    if roll {
        language.pick(
            "（末日非工作日的，顺延至下一工作日）",
            " (a last day that is no working day moves to the next)",
        )
    } else {
        ""
    }
}

fn unnumbered(word: Unnumbered, language: Language) -> &'static str {
    match word {
        Unnumbered::Immediately => language.pick("立即", "immediately"),
        Unnumbered::Promptly => language.pick("及时", "promptly"),
        Unnumbered::AtTheSameTime => language.pick("同时", "at the same time"),
        Unnumbered::AtDiscretion => language.pick("酌情", "at discretion"),
        Unnumbered::NoTimeStated => language.pick("未规定时限", "no time stated"),
    }
}

/// An article by its number: `art. 8(2)`; what is named otherwise, such as `annex 2`, by its name.
pub fn article(article: &str, language: Language) -> String {
    let numbered = article.starts_with(|c: char| c.is_ascii_digit());
    match (numbered, language) {
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
        Event::IncidentGraded => language.pick("确定事件等级", "grades the incident"),
        Event::FilingSent => language.pick("发出报送", "sends the filing"),
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

    /// In English the pack's own words; in Chinese from the roles and what makes a member of the set.
    fn set(&self, set: &Set) -> String {
        if self.language == Language::En {
            return set.means.clone();
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

    /// One grade with its id: `Serious (g3)`.
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

    /// What starts a clock, with the name of the trigger left out.
    pub fn trigger(&self, trigger: &Trigger) -> String {
        match (self.language, &trigger.by) {
            (Language::En, _) => trigger.means.clone(),
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
mod tests {
    use super::*;
    use crate::testing::pack;

    fn both(text: &str) -> [String; 2] {
        let time = text.parse().unwrap();
        [within(&time, Language::En), within(&time, Language::Zh)]
    }

    #[test]
    fn every_time_allowed_has_words() {
        assert_eq!(both("1 hour"), ["within 1 hour", "1 小时内"]);
        assert_eq!(both("0.5 hours"), ["within 0.5 hours", "0.5 小时内"]);
        assert_eq!(both("5 working days"), ["within 5 working days", "5 个工作日内"]);
        assert_eq!(
            both("first 10 working days of next month"),
            ["within the first 10 working days of the next month", "次月前 10 个工作日内"]
        );
        assert_eq!(both("promptly"), ["promptly", "及时"]);
        assert_eq!(
            both("earliest of [4 hours, 1 month]"),
            ["the earliest of: within 4 hours; within 1 month", "4 小时内或1 个月内，以最早者为准"]
        );
    }

    #[test]
    fn what_is_kept_is_not_done_within() {
        let keep = Clock::Keep("60 days".parse().unwrap());
        assert_eq!(clock(&keep, Language::En), "keep for 60 days");
        assert_eq!(clock(&keep, Language::Zh), "留存 60 日");
    }

    #[test]
    fn parties_and_grades_are_named_in_both_languages() {
        let pack = pack();
        let duty = pack.duty(&"M3b".parse().unwrap()).unwrap();
        let words = |language| Words { pack: &pack, language };
        assert_eq!(words(Language::Zh).parties(&duty.to), "涉事省份的通信管理局");
        assert_eq!(words(Language::Zh).grades(duty).unwrap(), "较大（g3）及以上");
        assert_eq!(words(Language::En).grades(duty).unwrap(), "Serious (g3) or graver");
        let trigger = pack.trigger("handler.notice_received").unwrap();
        assert!(words(Language::Zh).trigger(trigger).ends_with("收到通报"));
    }
}
