//! Writing a calendar: the same file that reading it again makes the same calendar of.

use std::fmt::{self, Write};

use jiff::civil::{Date, Weekday};
use model::organisation::Bilingual;

use super::read::WEEKDAYS;
use super::{Calendar, Confidence, Former, Special, Year};

impl Calendar {
    /// The calendar as a file in TOML, without anything joined to it.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        // Writing into a text cannot fail.
        let _never = self.unjoined().write(&mut text);
        text
    }

    fn write(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "schema = \"calendar/1\"")?;
        writeln!(out, "name = {}", quoted(&self.name))?;
        writeln!(out, "version = {}", quoted(&self.version))?;
        let about = &self.about;
        let texts = [
            ("provisional_for", &self.provisional_for),
            ("zone", &about.zone),
            ("source", &about.source),
            ("note", &about.note),
        ];
        for (key, value) in texts {
            if let Some(value) = value {
                writeln!(out, "{key} = {}", quoted(value))?;
            }
        }
        if about.confidence == Confidence::Medium {
            writeln!(out, "confidence = \"medium\"")?;
        }
        if self.title != Bilingual::default() {
            writeln!(out, "title = {{ {} }}", names(&self.title))?;
        }
        let weekend: Vec<String> = self.weekend.iter().map(|day| quoted(weekday(*day))).collect();
        writeln!(out, "weekend = [{}]", weekend.join(", "))?;
        if self.every_year {
            writeln!(out, "every_year = true")?;
        }
        if !self.occasions.is_empty() {
            writeln!(out, "\n[occasion]")?;
        }
        for (key, name) in &self.occasions {
            writeln!(out, "{} = {{ {} }}", written_key(key), names(name))?;
        }
        if self.years.is_empty() && !self.every_year {
            writeln!(out, "\n[year]")?;
        }
        for (year, table) in &self.years {
            writeln!(out, "\n[year.{year}]")?;
            days(out, table)?;
        }
        self.write_former(out)
    }

    fn write_former(&self, out: &mut String) -> fmt::Result {
        for former in &self.former {
            if former.years.is_empty() {
                former.write_head(out)?;
            }
            for (year, table) in &former.years {
                former.write_head(out)?;
                writeln!(out, "year = {year}")?;
                days(out, table)?;
            }
        }
        Ok(())
    }
}

impl Former {
    fn write_head(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "\n[[former]]\nversion = {}", quoted(&self.version))?;
        if let Some(from) = self.from {
            writeln!(out, "from = {from}")?;
        }
        writeln!(out, "through = {}", self.through)
    }
}

fn days(out: &mut String, table: &Year) -> fmt::Result {
    let mut spans: Vec<(Date, Date, &Special)> = Vec::new();
    for (date, special) in &table.days {
        match spans.last_mut() {
            Some((_, to, known))
                if *known == special
                    && !special.working
                    && to.tomorrow().is_ok_and(|next| next == *date) =>
            {
                *to = *date;
            }
            _ => spans.push((*date, *date, special)),
        }
    }
    let (work, rest): (Vec<_>, Vec<_>) = spans.into_iter().partition(|(.., day)| day.working);
    if !rest.is_empty() {
        writeln!(out, "rest = [")?;
        for (from, to, day) in rest {
            let occasion = quoted(&day.occasion);
            writeln!(out, "  {{ from = {from}, to = {to}, for = {occasion} }},")?;
        }
        writeln!(out, "]")?;
    }
    if !work.is_empty() {
        writeln!(out, "work = [")?;
        for (on, _, day) in work {
            writeln!(out, "  {{ on = {on}, for = {} }},", quoted(&day.occasion))?;
        }
        writeln!(out, "]")?;
    }
    Ok(())
}

fn names(name: &Bilingual) -> String {
    let said = [("zh", &name.zh), ("en", &name.en)];
    let said: Vec<String> = said
        .iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(language, text)| format!("{language} = {}", quoted(text)))
        .collect();
    said.join(", ")
}

fn weekday(day: Weekday) -> &'static str {
    WEEKDAYS.iter().find(|(_, known)| *known == day).map_or("", |(word, _)| word)
}

/// A key, bare where it can be.
fn written_key(key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !key.is_empty() && key.chars().all(bare) { key.to_owned() } else { quoted(key) }
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
