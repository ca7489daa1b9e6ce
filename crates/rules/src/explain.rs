//! Explanations: why something is due when it is, in one paragraph that a lawyer can check.

use jiff::Timestamp;

use crate::deadline::{Due, local, spelled};
use crate::regime::{Clock, Duty, Pack};

/// Why a duty whose clock started then is due when it is, apart from any incident.
pub fn explain(pack: &Pack, duty: &Duty, due: &Due, since: Timestamp) -> String {
    Explained { pack, duty, due, since, lost: None, doubtful: false }.paragraph()
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
    /// Article, trigger, clock start, calendar steps, due, readings: one paragraph.
    pub(crate) fn paragraph(&self) -> String {
        let mut sentences = vec![self.duty_sentence(), self.start_sentence()];
        sentences.extend(self.steps_sentence());
        sentences.push(self.due_sentence());
        sentences.extend(self.target_sentence());
        sentences.extend(self.caveats());
        sentences.join(" ")
    }

    fn duty_sentence(&self) -> String {
        let Duty { id, article, does, clock, .. } = self.duty;
        let time = match clock {
            Clock::Within(within) => format!("time allowed: {within}"),
            Clock::Keep(within) => format!("to be kept for {within}"),
        };
        let instrument = self.pack.instrument();
        format!("{instrument} art. {article} ({id}): {}; {time}.", does.get("en"))
    }

    fn start_sentence(&self) -> String {
        let trigger = self.duty.on.as_deref().unwrap_or_default();
        let means = self.pack.trigger(trigger).map_or("", |trigger| trigger.means.as_str());
        let start = local(self.since, self.pack.zone());
        format!("The clock started on {start} ({}): {means} ({trigger}).", self.pack.zone_name())
    }

    fn steps_sentence(&self) -> Option<String> {
        (!self.due.steps.is_empty()).then(|| format!("Counting: {}.", self.due.steps.join("; ")))
    }

    fn due_sentence(&self) -> String {
        let Some(due) = self.due.due else {
            return "No legal due time.".to_owned();
        };
        let stored = local(due, self.pack.zone());
        match self.due.last_day {
            Some(day) => format!("Due 24:00 of {}, stored as {stored}.", spelled(day)),
            None => format!("Due {stored}."),
        }
    }

    fn target_sentence(&self) -> Option<String> {
        let target = self.duty.target.as_ref()?;
        Some(format!("The house aims at {target}, which is no law."))
    }

    fn caveats(&self) -> Vec<String> {
        let mut caveats = Vec::new();
        for id in &self.duty.readings {
            if let Some(reading) = self.pack.reading(id) {
                let (asks, chosen) = (&reading.asks, reading.chosen_text());
                caveats.push(format!("Reading {id}: {asks} {chosen}."));
            }
        }
        if self.due.provisional {
            let why = "Provisional: the official calendar is not known yet, so it will be computed again.";
            caveats.push(why.to_owned());
        }
        if self.doubtful {
            caveats.push(
                "Whether its condition holds is not known, so it is taken to hold.".to_owned(),
            );
        }
        let why = match self.lost {
            Some(Lost::Nobody) => {
                "Nobody in the directory is known to receive it: an officer must say who."
            }
            Some(Lost::OnlyItself) => {
                "It would go to the debtor alone, who does not send to itself: it is enough to keep it."
            }
            None => return caveats,
        };
        caveats.push(why.to_owned());
        caveats
    }
}
