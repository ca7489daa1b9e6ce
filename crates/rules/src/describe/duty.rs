//! One duty in a paragraph: who owes it, what starts its clock, what it starts in turn.

use model::regime::GradeId;

use super::sheet::{condition, touching, who};
use super::words::{self, Language, Words};
use crate::regime::{Clock, Duty, Pack, Reading};
use crate::within::{Unnumbered, Within};

/// What comes before a duty and what comes after it.
#[derive(Clone, Debug, PartialEq)]
pub struct Links<'p> {
    /// The duties that make its trigger happen.
    pub before: Vec<&'p Duty>,
    /// For each trigger that it makes happen, the duties whose clocks that starts.
    pub after: Vec<(&'p str, Vec<&'p Duty>)>,
}

impl<'p> Links<'p> {
    pub fn of(pack: &'p Pack, duty: &'p Duty) -> Self {
        let emits = |other: &&Duty| {
            duty.on.as_ref().is_some_and(|on| other.emits.contains(on)) && together(duty, other)
        };
        let starts = |id: &String| {
            let started = |other: &&Duty| other.on.as_ref() == Some(id) && together(duty, other);
            pack.duties().iter().filter(started).collect()
        };
        Self {
            before: pack.duties().iter().filter(emits).collect(),
            after: duty.emits.iter().map(|id| (id.as_str(), starts(id))).collect(),
        }
    }
}

/// Whether one incident can owe both: there is a grade at which both are owed.
fn together(one: &Duty, other: &Duty) -> bool {
    match (&one.grades, &other.grades) {
        (Some(one), Some(other)) => one.iter().any(|grade| other.contains(grade)),
        _ => true,
    }
}

/// A duty in one paragraph.
pub fn duty(pack: &Pack, duty: &Duty, language: Language) -> String {
    let telling = Telling { words: Words { pack, language }, duty };
    let mut sentences = vec![telling.opening()];
    sentences.extend(telling.start());
    sentences.push(telling.time());
    sentences.extend(telling.target());
    sentences.extend(telling.form());
    sentences.extend(telling.consequences());
    sentences.extend(telling.readings());
    sentences.extend(telling.see());
    sentences.join(language.pick("", " "))
}

struct Telling<'a> {
    words: Words<'a>,
    duty: &'a Duty,
}

impl Telling<'_> {
    fn say(&self, zh: String, en: String) -> String {
        match self.words.language {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    /// Who must do what, to whom, and when it is owed at all.
    fn opening(&self) -> String {
        let Duty { id, article, does, to, cc, or_by, .. } = self.duty;
        let instrument = self.words.pack.instrument();
        let at = words::article(article, self.words.language);
        let who = who(self.words, self.duty);
        let named = |parties: &[_]| (!parties.is_empty()).then(|| self.words.parties(parties));
        let graded = self.words.grades(self.duty).map(|grades| {
            let (zh, en) = self.graded();
            self.say(format!("{zh}为{grades}的，"), format!("if {en} is {grades}, "))
        });
        let only = condition(self.words, self.duty).map(|condition| match graded {
            Some(_) => self.say(format!("且{condition}的，"), format!("and only if {condition}, ")),
            None => self.say(format!("{condition}的，"), format!("only if {condition}, ")),
        });
        let instead = named(or_by)
            .map(|others| self.say(format!("（或由{others}）"), format!(" (or {others} instead)")));
        let must = self.say(format!("应{}", does.get("zh")), format!(" must {}", does.get("en")));
        let to = named(to).map(|to| self.say(format!("；对象：{to}"), format!(", to {to}")));
        let cc =
            named(cc).map(|cc| self.say(format!("；抄送：{cc}"), format!(", with a copy to {cc}")));
        let head =
            self.say(format!("{instrument}{at}（{id}）："), format!("{instrument} {at} ({id}): "));
        let end = self.words.language.pick("。", ".").to_owned();
        let parts = [Some(head), graded, only, Some(who), instead, Some(must), to, cc, Some(end)];
        parts.into_iter().flatten().collect()
    }

    /// What its grades are grades of.
    fn graded(&self) -> (&'static str, &'static str) {
        let owed = self.duty.grades.iter().flatten();
        let warning = |id: &GradeId| self.words.pack.warnings().iter().any(|grade| grade.id == *id);
        let warnings = owed.clone().filter(|id| warning(id)).count();
        match (warnings, owed.count()) {
            (0, _) => ("事件", "the incident"),
            (some, all) if some == all => ("预警", "the warning"),
            _ => ("事件或预警", "the incident or the warning"),
        }
    }

    fn start(&self) -> Option<String> {
        let id = self.duty.on.as_deref()?;
        let trigger = self.words.pack.trigger(id)?;
        let when = self.words.trigger(trigger);
        let before = Links::of(self.words.pack, self.duty).before;
        let ids = self.words.language.list(ids(&before));
        let from = match (before.is_empty(), trigger.at.follows()) {
            (true, _) => self
                .say("不由其他义务引起".to_owned(), "which no other duty brings about".to_owned()),
            (false, true) => {
                self.say(format!("由 {ids} 履行后产生"), format!("which follows from {ids}"))
            }
            (false, false) => self.say(
                format!("可自行发生，也可由 {ids} 履行后产生"),
                format!("by itself, or following from {ids}"),
            ),
        };
        Some(self.say(
            format!("时限自{when}时起算（{id}，{from}）。"),
            format!("Its clock starts when {when} ({id}, {from})."),
        ))
    }

    fn time(&self) -> String {
        let time = words::clock(&self.duty.clock, self.words.language);
        let how = how(self.duty.clock.within(), self.words.language);
        match &self.duty.clock {
            Clock::Keep(_) => self.say(format!("应{time}：{how}。"), format!("To {time}: {how}.")),
            Clock::Within(_) => {
                self.say(format!("时限：{time}，{how}。"), format!("Time allowed: {time}; {how}."))
            }
        }
    }

    fn target(&self) -> Option<String> {
        let target = words::within(self.duty.target.as_ref()?, self.words.language);
        Some(self.say(
            format!("本单位目标为{target}，并非法定时限。"),
            format!("The house aims at {target}, which is no law."),
        ))
    }

    fn form(&self) -> Option<String> {
        let id = self.duty.form.as_deref()?;
        let contents = self.words.language.list(&self.duty.contents);
        Some(self.say(
            format!("内容（{id}）至少包括：{contents}。"),
            format!("The form ({id}) must contain {contents}."),
        ))
    }

    /// Which clocks start once it is done.
    fn consequences(&self) -> Option<String> {
        let after = Links::of(self.words.pack, self.duty).after;
        let one = |(id, duties): &(&str, Vec<&Duty>)| {
            let trigger = self.words.pack.trigger(id);
            let what = trigger.map_or_else(|| (*id).to_owned(), |one| self.words.trigger(one));
            let starts = self.words.language.list(ids(duties));
            self.say(
                format!("{what}（{id}），{starts} 的时限由此起算"),
                format!("{what} ({id}), which starts {starts}"),
            )
        };
        let all: Vec<String> = after.iter().map(one).collect();
        (!all.is_empty()).then(|| {
            self.say(
                format!("履行后：{}。", all.join("；")),
                format!("Once it is done: {}.", all.join("; ")),
            )
        })
    }

    fn readings(&self) -> Vec<String> {
        let ids = touching(self.words.pack, self.duty);
        let readings = ids.iter().filter_map(|id| self.words.pack.reading(id));
        let language = self.words.language;
        let one = |reading: &Reading| {
            let (id, asks, chosen) = (&reading.id, language.of(&reading.asks), &reading.chosen);
            let means = reading.chosen_text(language.code());
            let others = reading.options.iter().filter(|option| option.id != *chosen);
            let others: Vec<String> = others
                .map(|option| format!("`{}` ({})", option.id, language.of(&option.means)))
                .collect();
            let others = others.join("; ");
            self.say(
                format!("解读 {id}（{asks}）：采用 `{chosen}`（{means}）；亦可作 {others}。"),
                format!(
                    "Reading {id} ({asks}) chosen: `{chosen}` ({means}); it could also be {others}."
                ),
            )
        };
        readings.map(one).collect()
    }

    fn see(&self) -> Option<String> {
        let see = self.duty.see.as_deref()?;
        Some(self.say(format!("另见 {see}。"), format!("See also {see}.")))
    }
}

/// The ids of duties, each once: one that says `like` several others stands once for each.
fn ids<'d>(duties: &[&'d Duty]) -> Vec<&'d str> {
    let mut ids: Vec<&str> = duties.iter().map(|duty| duty.id.as_str()).collect();
    ids.dedup();
    ids
}

/// How a time allowed is counted.
fn how(within: &Within, language: Language) -> String {
    let text = match within {
        Within::Hours { .. } | Within::Minutes(_) => language.pick(
            "连续计算，夜间和节假日不扣除",
            "counted to the second, through nights, weekends and holidays",
        ),
        Within::WorkingDays(_) => language.pick(
            "当日不计入，自次日起按工作日计算，至最后一个工作日 24:00 止",
            "the day itself is not counted, and the last working day ends at 24:00 local time",
        ),
        Within::Days { .. } | Within::Months { .. } => language.pick(
            "当日不计入，至最后一日 24:00 止",
            "the day itself is not counted, and the last day ends at 24:00 local time",
        ),
        Within::FirstWorkingDaysOfNextMonth(_) => language.pick(
            "月份按触发时的当地日期确定，至最后一个工作日 24:00 止",
            "the month is that of the local date, and the last working day ends at 24:00 local time",
        ),
        Within::Unnumbered(Unnumbered::NoTimeStated | Unnumbered::AtDiscretion) => {
            language.pick("没有法定到期时刻", "there is no legal due time")
        }
        Within::Unnumbered(_) => language.pick(
            "原文没有数字，因此没有法定到期时刻",
            "the text gives no number, so there is no legal due time",
        ),
        Within::Standing(_) => language.pick("不因事件起算，也不到期", "it never falls due"),
        Within::WeekendNoon(inner) => return how(inner, language),
        Within::EarliestOf(_) => language.pick("各项分别计算", "each is counted by its own rule"),
    };
    text.to_owned()
}

#[cfg(test)]
mod tests;
