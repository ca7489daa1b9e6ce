//! Listed days: a year as published lists have it, one day a row, turned into a new version.

use std::collections::BTreeMap;

use jiff::civil::Date;
use model::organisation::Bilingual;

use super::{Calendar, Special, Year};
use crate::finding::{Finding, Findings};

/// A day that is not what its weekday says, as a list has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedDay {
    pub date: Date,
    /// A day of rest that is worked, or a day of rest by order.
    pub working: bool,
    /// What for; it may be empty.
    pub name: String,
    /// Its line in the list, for findings.
    pub line: usize,
}

impl Calendar {
    /// A calendar of the same name and a new version, which has only the years of these days.
    ///
    /// Each of its years is listed whole: a day that is not listed is what its weekday says. `origin`
    /// is the name that findings call the list by. [`Calendar::succeeding`] puts it over this one.
    pub fn listed(
        &self,
        version: &str,
        days: &[ListedDay],
        origin: &str,
    ) -> Result<Self, Findings> {
        let finding = |line: Option<usize>, key: &str, what: String, fix: &str| Finding {
            origin: origin.to_owned(),
            line,
            key: key.to_owned(),
            what,
            fix: fix.to_owned(),
        };
        let mut found = Vec::new();
        let mut calendar = Self {
            version: version.to_owned(),
            years: BTreeMap::new(),
            former: Vec::new(),
            ..self.unjoined()
        };
        if days.is_empty() {
            let fix = "list at least one holiday";
            found.push(finding(None, "", "it lists no day".to_owned(), fix));
        }
        if !super::read::fits_id(version) {
            let fix = "write such as 2026-11";
            found.push(finding(None, "", format!("`{version}` cannot be a version"), fix));
        }
        if self.every_year {
            let what = format!("`{}` holds in every year", self.name);
            found.push(finding(None, "", what, "list days for a calendar with tables of years"));
        }
        for day in days {
            let date = day.date;
            if day.name.chars().any(char::is_control) {
                let what = format!("the name of {date} has control characters");
                found.push(finding(Some(day.line), "name", what, "write it as plain text"));
            }
            if day.working && !self.weekend.contains(&date.weekday()) {
                let what = format!("{date} is a working day anyway");
                let fix = "list as worked only weekend days";
                found.push(finding(Some(day.line), "date", what, fix));
            }
            let occasion = calendar.occasion_named(&day.name);
            let provisional = self.provisional_for.is_some();
            let year = calendar.years.entry(date.year());
            let table = year.or_insert_with(|| Year { provisional, days: BTreeMap::new() });
            let special = Special { working: day.working, occasion };
            if table.days.insert(date, special).is_some() {
                let what = format!("{date} is listed twice");
                found.push(finding(Some(day.line), "date", what, "leave one of the two"));
            }
        }
        if found.is_empty() { Ok(calendar) } else { Err(Findings::of(found)) }
    }

    /// The key of the occasion of this name in either language; a new one if there is none.
    fn occasion_named(&mut self, name: &str) -> String {
        let plain = name.trim().trim_end_matches("(make-up)").trim();
        let plain = if plain.is_empty() { "by order" } else { plain };
        let same = |known: &Bilingual| known.zh == plain || begins(&known.en, plain);
        if let Some((key, _)) = self.occasions.iter().find(|(_, known)| same(known)) {
            return key.clone();
        }
        let name = if plain.is_ascii() {
            Bilingual { zh: String::new(), en: plain.to_owned() }
        } else {
            Bilingual { zh: plain.to_owned(), en: String::new() }
        };
        // One more key than there are occasions: one of them is free.
        let mut keys = (0..=self.occasions.len()).map(|n| format!("listed-{}", n + 1));
        let key = keys.find(|key| !self.occasions.contains_key(key)).unwrap_or_default();
        self.occasions.insert(key.clone(), name);
        key
    }
}

/// Whether a name is this one, or this one and a word such as "Festival" or "Day" more.
fn begins(known: &str, name: &str) -> bool {
    known.strip_prefix(name).is_some_and(|rest| matches!(rest, "" | " Festival" | " Day"))
}
