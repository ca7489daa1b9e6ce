//! Explanations: why something is due when it is, in one paragraph that a lawyer can check.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::obligation::Terms;
use model::organisation::Bilingual;

use crate::deadline::{Due, local};
use crate::regime::{Clock, Duty, Pack};
use crate::words::{Words, words};

/// Why a duty whose clock started then is due when it is, apart from any incident.
pub fn explain(pack: &Pack, duty: &Duty, due: &Due, since: Timestamp) -> Bilingual {
    Explained { pack, duty, due, since, lost: None, doubtful: false }.paragraph()
}

/// The same of an obligation on record, by the terms that it keeps: the pack has another version by now.
pub fn explain_terms(pack: &Pack, terms: &Terms, due: &Due, since: Timestamp) -> Bilingual {
    let said = |language| {
        let words = words(language);
        let (start, zone) = (local(since, pack.zone()), pack.zone());
        let duty = [
            ("pack", terms.basis.pack.as_str()),
            ("version", &terms.basis.pack_version),
            ("article", &terms.article),
            ("id", terms.duty.as_str()),
            ("does", &terms.does),
            ("within", &terms.within),
        ];
        let start =
            [("start", start.as_str()), ("zone", pack.zone_name()), ("trigger", &terms.trigger)];
        let mut sentences = vec![words.say("why.terms", &duty), words.say("why.since", &start)];
        sentences.extend(said_steps(words, due));
        sentences.push(said_due(words, due, zone));
        words.join("between.sentences", &sentences)
    };
    Bilingual { zh: said("zh"), en: said("en") }
}

/// A paragraph with one more sentence, in each language.
pub(crate) fn and(paragraph: &Bilingual, key: &str, fill: &[(&str, &str)]) -> Bilingual {
    let said = |language, before: &String| {
        let words = words(language);
        words.join("between.sentences", &[before.clone(), words.say(key, fill)])
    };
    Bilingual { zh: said("zh", &paragraph.zh), en: said("en", &paragraph.en) }
}

fn said_steps(words: Words, due: &Due) -> Option<String> {
    let steps = due.texts(words.language);
    let steps = (!steps.is_empty()).then(|| words.join("between.steps", &steps))?;
    Some(words.say("why.steps", &[("steps", &steps)]))
}

fn said_due(words: Words, found: &Due, zone: &TimeZone) -> String {
    let Some(due) = found.due else { return words.say("why.no_due", &[]) };
    let due = local(due, zone);
    match found.whole_day(zone) {
        Some(day) => words.say("why.due_day", &[("day", &words.date(day)), ("due", &due)]),
        None => words.say("why.due", &[("due", &due)]),
    }
}

/// A duty whose clock has started, with what there is to say about it.
pub(crate) struct Explained<'a> {
    pub pack: &'a Pack,
    pub duty: &'a Duty,
    pub due: &'a Due,
    pub since: Timestamp,
    /// Why nobody receives it, although it has recipients in law.
    pub lost: Option<Lost>,
    /// Its condition is not known to hold.
    pub doubtful: bool,
}

/// Why nobody receives what has recipients in law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// The directory knows none.
    Nobody,
    /// The debtor alone is meant, and it does not send to itself.
    OnlyItself,
}

impl Explained<'_> {
    /// Article, trigger, clock start, calendar steps, due, readings: one paragraph in each language.
    ///
    /// What a pack writes in one language only stands as it is in both.
    pub(crate) fn paragraph(&self) -> Bilingual {
        let said = |language| Said { words: words(language), of: self }.paragraph();
        Bilingual { zh: said("zh"), en: said("en") }
    }
}

/// The explanation in one language.
struct Said<'a> {
    words: Words,
    of: &'a Explained<'a>,
}

impl Said<'_> {
    fn paragraph(&self) -> String {
        let mut sentences = vec![self.duty(), self.start()];
        sentences.extend(said_steps(self.words, self.of.due));
        sentences.push(said_due(self.words, self.of.due, self.of.pack.zone()));
        sentences.extend(self.target());
        sentences.extend(self.caveats());
        self.words.join("between.sentences", &sentences)
    }

    fn duty(&self) -> String {
        let Duty { id, article, does, clock, .. } = self.of.duty;
        let key = match clock {
            Clock::Within(_) => "why.within",
            Clock::Keep(_) => "why.keep",
        };
        let fill = [
            ("instrument", self.of.pack.instrument()),
            ("article", article.as_str()),
            ("id", id.as_str()),
            ("does", does.get(self.words.language)),
            ("within", &clock.within().text(self.words.language)),
        ];
        self.words.say(key, &fill)
    }

    fn start(&self) -> String {
        let pack = self.of.pack;
        let trigger = self.of.duty.on.as_deref().unwrap_or_default();
        let means =
            pack.trigger(trigger).map_or("", |trigger| trigger.means.get(self.words.language));
        let start = local(self.of.since, pack.zone());
        let (start, zone) = (start.as_str(), pack.zone_name());
        let fill = [("start", start), ("zone", zone), ("means", means), ("trigger", trigger)];
        self.words.say("why.start", &fill)
    }

    fn target(&self) -> Option<String> {
        let target = self.of.duty.target.as_ref()?.to_string();
        Some(self.words.say("why.target", &[("target", &target)]))
    }

    fn caveats(&self) -> Vec<String> {
        let mut caveats = Vec::new();
        for id in &self.of.duty.readings {
            if let Some(reading) = self.of.pack.reading(id) {
                let language = self.words.language;
                let (asks, chosen) = (reading.asks.get(language), reading.chosen_text(language));
                let fill = [("id", id.as_str()), ("asks", asks), ("chosen", chosen)];
                caveats.push(self.words.say("why.reading", &fill));
            }
        }
        let may_hold = [
            (self.of.due.provisional, "why.provisional"),
            (self.of.doubtful, "why.doubtful"),
            (self.of.lost == Some(Lost::Nobody), "why.nobody"),
            (self.of.lost == Some(Lost::OnlyItself), "why.only_itself"),
        ];
        let hold = may_hold.iter().filter(|(holds, _)| *holds);
        caveats.extend(hold.map(|(_, key)| self.words.say(key, &[])));
        caveats
    }
}

#[cfg(test)]
mod tests;
