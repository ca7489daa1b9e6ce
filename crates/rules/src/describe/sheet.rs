//! The obligations table: what a pack demands, article by article, as a lawyer reads it.

use model::regime::{DutyId, GradeId, RoleId};

use super::words::{self, Language, Words};
use crate::calendar::Confidence;
use crate::grading::{Criterion, Grading, Standing};
use crate::regime::{
    Definition, Duty, Form, Grade, Item, ItemGroup, Override, Pack, Party, Reading,
};

/// A pack as a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The duties, one chapter for each article, in the order of the instrument.
    pub chapters: Vec<Chapter>,
    /// The scale, the gravest first.
    pub grades: Vec<Step>,
    /// The scale of its warnings, if it has one.
    pub warnings: Vec<Step>,
    /// What its grading pack asks, the gravest grade first.
    pub criteria: Vec<CriterionLine>,
    /// What its words mean.
    pub terms: Vec<Term>,
    /// What each kind of unit must report.
    pub items: Vec<Group>,
    /// What is measured or asked: name and meaning.
    pub inputs: Vec<(String, String)>,
    pub forms: Vec<FormLine>,
    pub readings: Vec<Choice>,
    pub overrides: Vec<OverrideLine>,
}

/// The duties of one article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// The article without its paragraph: `8`.
    pub article: String,
    pub lines: Vec<Line>,
}

/// One duty in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub duty: DutyId,
    pub article: String,
    /// The roles that owe it; none for what anybody may come to owe.
    pub roles: Vec<RoleId>,
    pub who: String,
    /// Who may do it instead.
    pub or_by: Option<String>,
    pub does: String,
    pub to: Option<String>,
    pub cc: Option<String>,
    pub within: String,
    /// What starts its clock; none for a duty that always stands.
    pub from: Option<String>,
    pub grades: Option<String>,
    /// It is owed only if that holds.
    pub only_if: Option<String>,
    /// The house target, which is no law.
    pub target: Option<String>,
    pub form: Option<String>,
    /// The triggers that happen when it is done, in words.
    pub then: Vec<String>,
    /// The ids of the readings that touch it.
    pub readings: Vec<String>,
    pub see: Option<String>,
    /// The duty whose grades, recipients, time and form it shares.
    pub like: Option<DutyId>,
    /// Whether it is owed as well for a month in which nothing happened.
    pub nil_report: bool,
    /// The layer that added or last changed it; none for a duty as the instrument has it.
    pub layer: Option<String>,
    /// It is less sure than the pack as a whole.
    pub is_unsure: bool,
}

/// One grade in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub id: GradeId,
    pub article: String,
    pub name: String,
    pub when: String,
    pub harm: Option<String>,
}

/// One criterion of a grading pack in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CriterionLine {
    pub id: String,
    pub when: String,
    /// It is the pack author's, and does not stand in any instrument.
    pub proposal: bool,
    /// Where it stands, or why it is proposed.
    pub from: String,
}

/// What a word of the instrument means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    pub id: String,
    pub article: String,
    pub term: String,
    pub means: String,
    /// The question that decides it, if facts can.
    pub when: Option<String>,
    pub values: Vec<String>,
}

/// What one kind of unit must report: code and text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub article: String,
    pub who: String,
    pub items: Vec<(String, String)>,
}

/// What a filing must contain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormLine {
    pub id: String,
    pub article: String,
    pub contents: Vec<String>,
    /// The contents are the pack author's.
    pub proposal: bool,
}

/// An open question, what was chosen, and what else it could be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub id: String,
    pub at: Vec<String>,
    pub asks: String,
    pub chosen: String,
    pub means: String,
    /// Choosing it changes nothing that is computed: people act on it.
    pub by_hand: bool,
    /// The pack's own choice, where somebody chose otherwise.
    pub instead_of: Option<String>,
    pub others: Vec<Other>,
}

/// An option that was not chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    pub name: String,
    pub means: String,
    /// Choosing it changes nothing that is computed: people act on it.
    pub by_hand: bool,
}

impl Other {
    fn of(option: &crate::regime::Choice, language: Language) -> Self {
        let means = language.of(&option.means).to_owned();
        Self { name: option.id.clone(), means, by_hand: option.by_hand }
    }
}

/// Who may change the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverrideLine {
    pub id: String,
    pub article: String,
    pub by: String,
    pub may: String,
    pub needs: Vec<String>,
}

/// The table of a pack; at a grade, only what is owed at it or knows no grade.
pub fn sheet(pack: &Pack, language: Language, grade: Option<&GradeId>) -> Sheet {
    let words = Words { pack, language };
    let mut chapters: Vec<Chapter> = Vec::new();
    let owed = |duty: &&Duty| grade.is_none_or(|grade| duty.applies_at(grade));
    for duty in pack.duties().iter().filter(owed) {
        let article = chapter_of(&duty.article);
        let line = line(words, duty);
        match chapters.iter_mut().find(|chapter| chapter.article == article) {
            Some(chapter) => chapter.lines.push(line),
            None => chapters.push(Chapter { article: article.to_owned(), lines: vec![line] }),
        }
    }
    // In the order of the instrument, however the pack tells it; what is no number keeps its place.
    chapters.sort_by_key(|chapter| chapter.article.parse::<u32>().unwrap_or(u32::MAX));
    Sheet {
        chapters,
        grades: pack.grades().iter().map(|grade| step(words, grade)).collect(),
        warnings: pack.warnings().iter().map(|grade| step(words, grade)).collect(),
        criteria: criteria(words),
        terms: terms(words),
        items: groups(words),
        inputs: pack.inputs().iter().map(|i| (i.name.clone(), i.means.clone())).collect(),
        forms: forms(pack),
        readings: pack.readings().iter().map(|one| choice(one, language)).collect(),
        overrides: overrides(words),
    }
}

/// The article without its paragraph: `8(2)` and `8.2` are of article 8.
fn chapter_of(article: &str) -> &str {
    article.split(['(', ',', '（', ' ']).next().unwrap_or(article).trim()
}

fn line(words: Words<'_>, duty: &Duty) -> Line {
    let named = |parties: &[_]| (!parties.is_empty()).then(|| words.parties(parties));
    let trigger = |id: &String| {
        let trigger = words.pack.trigger(id);
        trigger.map_or_else(|| id.clone(), |trigger| words.trigger(trigger))
    };
    Line {
        duty: duty.id.clone(),
        article: duty.article.clone(),
        roles: super::diff::roles(words.pack, &duty.who),
        who: who(words, duty),
        or_by: named(&duty.or_by),
        does: words.language.of(&duty.does).to_owned(),
        to: named(&duty.to),
        cc: named(&duty.cc),
        within: words::clock(&duty.clock, words.language),
        from: duty.on.as_ref().map(trigger),
        grades: words.grades(duty),
        only_if: condition(words, duty),
        target: duty.target.as_ref().map(|target| words::within(target, words.language)),
        form: duty.form.clone(),
        then: duty.emits.iter().map(trigger).collect(),
        readings: touching(words.pack, duty),
        see: duty.see.clone(),
        like: duty.like.clone(),
        nil_report: duty.nil_report,
        layer: duty.layer.clone(),
        is_unsure: duty.confidence != words.pack.confidence()
            && duty.confidence == Confidence::Medium,
    }
}

/// Who owes a duty; of several, whether one is enough.
pub(super) fn who(words: Words<'_>, duty: &Duty) -> String {
    let who = words.parties(&duty.who);
    match (duty.one_is_enough, words.language) {
        (false, _) => who,
        (true, Language::Zh) => format!("{who}（其一即可）"),
        (true, Language::En) => format!("{who} (one is enough)"),
    }
}

/// What must hold of the incident, beside its grade.
pub(super) fn condition(words: Words<'_>, duty: &Duty) -> Option<String> {
    let condition = duty.condition.as_ref().map(|test| words.predicate(test));
    let company = duty.only_with.as_ref().map(|set| {
        let set = words.party(&Party::Set(set.clone()));
        match words.language {
            Language::Zh => format!("事件涉及{}", set.strip_prefix("涉事").unwrap_or(&set)),
            Language::En => format!("there is such a party: {set}"),
        }
    });
    match (condition, company) {
        (Some(one), Some(other)) => Some(words.language.list([one, other])),
        (one, other) => one.or(other),
    }
}

/// The readings that touch a duty, whichever of the two names the other.
pub(super) fn touching(pack: &Pack, duty: &Duty) -> Vec<String> {
    let touches = |id: &str, at: &[String]| {
        duty.readings.iter().any(|known| known == id) || at.iter().any(|at| at == duty.id.as_str())
    };
    let readings = pack.readings().iter().filter(|reading| touches(&reading.id, &reading.at));
    readings.map(|reading| reading.id.clone()).collect()
}

fn step(words: Words<'_>, grade: &Grade) -> Step {
    Step {
        id: grade.id.clone(),
        article: grade.article.clone(),
        name: words.language.of(&grade.name).to_owned(),
        when: words.step(grade),
        harm: grade.harm.as_ref().map(|harm| words.language.of(harm).to_owned()),
    }
}

fn criteria(words: Words<'_>) -> Vec<CriterionLine> {
    let one = |one: &Criterion| {
        let (proposal, from) = match &one.standing {
            Standing::Source(from) => (false, from),
            Standing::Proposal(from) => (true, from),
        };
        CriterionLine {
            id: one.id(),
            when: one.question().map_or_else(|| one.when.clone(), |test| words.predicate(test)),
            proposal,
            from: from.clone(),
        }
    };
    words.pack.grading().into_iter().flat_map(Grading::criteria).map(one).collect()
}

fn terms(words: Words<'_>) -> Vec<Term> {
    let term = |one: &Definition| Term {
        id: one.id.clone(),
        article: one.article.clone(),
        term: words.language.of(&one.term).to_owned(),
        means: one.means.clone(),
        when: one.test.as_ref().map(|test| words.predicate(test)),
        values: one.values.iter().map(|value| words.language.of(value).to_owned()).collect(),
    };
    words.pack.definitions().iter().map(term).collect()
}

fn groups(words: Words<'_>) -> Vec<Group> {
    let group = |one: &ItemGroup| {
        let roles: Vec<Party> = one.roles.iter().cloned().map(Party::Role).collect();
        let item = |item: &Item| (item.code.clone(), words.language.of(&item.text).to_owned());
        Group {
            article: one.article.clone(),
            who: words.parties(&roles),
            items: one.items.iter().map(item).collect(),
        }
    };
    words.pack.items().iter().map(group).collect()
}

fn forms(pack: &Pack) -> Vec<FormLine> {
    let form = |form: &Form| FormLine {
        id: form.id.clone(),
        article: form.article.clone(),
        contents: form.contents.clone(),
        proposal: form.proposal,
    };
    pack.forms().iter().map(form).collect()
}

/// One reading of a pack, with what was chosen apart from the rest.
fn choice(reading: &Reading, language: Language) -> Choice {
    let others = reading.options.iter().filter(|option| option.id != reading.chosen);
    Choice {
        instead_of: reading.is_changed().then(|| reading.default.clone()),
        by_hand: reading.option(&reading.chosen).is_some_and(|option| option.by_hand),
        id: reading.id.clone(),
        at: reading.at.clone(),
        asks: language.of(&reading.asks).to_owned(),
        chosen: reading.chosen.clone(),
        means: reading.chosen_text(language.code()).to_owned(),
        others: others.map(|option| Other::of(option, language)).collect(),
    }
}

fn overrides(words: Words<'_>) -> Vec<OverrideLine> {
    let one = |one: &Override| {
        let by = one.by.iter().cloned().map(Party::Role);
        OverrideLine {
            id: one.id.clone(),
            article: one.article.clone(),
            by: words.parties(&by.collect::<Vec<_>>()),
            may: one.may.clone(),
            needs: one.needs.clone(),
        }
    };
    words.pack.overrides().iter().map(one).collect()
}

#[cfg(test)]
mod tests;
