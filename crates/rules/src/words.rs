//! Words: what explanations say, in each language. The texts are data, under `words/`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;

type Texts = BTreeMap<&'static str, &'static str>;

const EN: &str = include_str!("../words/en.txt");
const ZH: &str = include_str!("../words/zh.txt");

/// The texts of one language.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    texts: &'static Texts,
    /// The language's code, for names that come in both.
    pub language: &'static str,
}

/// The words of the language of this code, English unless it is `zh`.
pub(crate) fn words(language: &str) -> Words {
    static READ: LazyLock<(Texts, Texts)> = LazyLock::new(|| (read(EN), read(ZH)));
    match language {
        "zh" => Words { texts: &READ.1, language: "zh" },
        _ => Words { texts: &READ.0, language: "en" },
    }
}

fn read(text: &'static str) -> Texts {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('=')).map(|(k, t)| (k.trim(), t.trim())).collect()
}

impl Words {
    /// The text of this key, its `{names}` filled in.
    pub(crate) fn say(self, key: &str, fill: &[(&str, &str)]) -> String {
        let mut said = String::new();
        let mut rest = self.texts.get(key).copied().unwrap_or(key);
        // One pass, so that what is filled in is never read as a name.
        while let Some((before, (name, after))) =
            rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            said.push_str(before);
            said.push_str(
                fill.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text),
            );
            rest = after;
        }
        said.push_str(rest);
        said
    }

    /// Several texts in a row, with what stands between them; `_` in the file is a space.
    pub(crate) fn join(self, between: &str, texts: &[String]) -> String {
        texts.join(&self.say(between, &[]).replace('_', " "))
    }

    /// A date with its weekday.
    pub(crate) fn date(self, date: Date) -> String {
        let at = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or_default();
        let weekdays = self.say("weekday", &[]);
        let weekday = weekdays.split(' ').nth(at).unwrap_or_default();
        self.say("date", &[("date", &date.to_string()), ("weekday", weekday)])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn names(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
    }

    #[test]
    fn both_languages_say_the_same_with_the_same_names() {
        let (en, zh) = (read(EN), read(ZH));
        assert_eq!(en.keys().collect::<Vec<_>>(), zh.keys().collect::<Vec<_>>());
        for (key, text) in &en {
            assert_eq!(names(text), names(zh[key]), "{key}");
        }
    }

    #[test]
    fn what_is_filled_in_is_not_read_again() {
        let said = words("en").say("step.member", &[("within", "{due}"), ("due", "now")]);
        assert_eq!(said, "{due}: now");
    }

    #[test]
    fn every_key_that_the_code_asks_for_is_there() {
        let sources = [
            include_str!("deadline/step.rs"),
            include_str!("explain.rs"),
            include_str!("clock.rs"),
            include_str!("reconcile.rs"),
            include_str!("within.rs"),
        ];
        let asked: BTreeSet<&str> = sources
            .iter()
            .flat_map(|source| source.split('"'))
            .filter(|text| {
                ["step.", "why.", "within.", "between."].iter().any(|p| text.starts_with(p))
            })
            .collect();
        let known: BTreeSet<&str> = read(EN).into_keys().collect();
        assert!(asked.len() > 50);
        assert!(asked.is_subset(&known), "{:?}", asked.difference(&known));
    }
}
