//! What incidents say that neither pack knows: a slip in a name would else be passed over in silence.

use std::collections::BTreeSet;

use rules::simulate::Sample;
use rules::{Finding, Pack};

/// Every name in the incidents that means nothing under either pack, and every time that cannot be.
/// Each names the line of the file that says so.
pub(super) fn findings(
    samples: &[Sample],
    packs: [&Pack; 2],
    (origin, text): (&str, &str),
) -> Vec<Finding> {
    let mut found = Vec::new();
    let places = Places::of(text, samples.len());
    let mut numbers = BTreeSet::new();
    let known = Known(packs);
    for (at, sample) in samples.iter().enumerate() {
        let mut say = |(key, name): (&str, &str), what: String, fix: String| {
            let key = format!("incident {}{key}", sample.number);
            let line = places.line(at, name);
            found.push(Finding { origin: origin.to_owned(), line, key, what, fix });
        };
        if !numbers.insert(&sample.number) {
            let (what, fix) = ("its number is used twice", "number each once");
            say(("", &sample.number), what.to_owned(), fix.to_owned());
        }
        for (key, role) in std::iter::once((".finder", &sample.finder))
            .chain(sample.parties.keys().map(|role| (".parties", role)))
        {
            if !known.roles().any(|one| one == *role) {
                let roles: BTreeSet<String> = known.roles().collect();
                let fix = format!("use one of {}", joined(&roles));
                say((key, role), format!("`{role}` is no role of either pack"), fix);
            }
        }
        for trigger in sample.happened.keys().filter(|trigger| !known.trigger(trigger)) {
            let fix = format!("use one of {}", joined(&known.triggers()));
            say((".happened", trigger), format!("`{trigger}` is no trigger of either pack"), fix);
        }
        for ((duty, organisation), at) in &sample.met {
            if !known.duties().contains(duty) {
                let fix = format!("use one of {}", joined(&known.duties()));
                say((".met", duty), format!("`{duty}` is no duty of either pack"), fix);
            }
            let organisations = known.organisations(sample);
            if let Some(one) = organisation.as_ref().filter(|one| !organisations.contains(*one)) {
                let fix =
                    format!("name it under parties, or use one of {}", joined(&organisations));
                say((".met", one), format!("`{one}` is nobody in this incident"), fix);
            }
            if *at < sample.known_at {
                let what = format!("`{duty}` was met at {at}, before {}", sample.known_at);
                say((".met", duty), what, "correct it, or `known_at`".to_owned());
            }
        }
    }
    found
}

/// Where the incidents of a file stand: in TOML from one `[[incident]]` to the next, in CSV a line each.
struct Places<'t> {
    lines: Vec<&'t str>,
    /// The first line of each, counted from 0; empty where that cannot be told.
    starts: Vec<usize>,
}

impl<'t> Places<'t> {
    fn of(text: &'t str, samples: usize) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let is_head = |(_, line): &(usize, &&str)| line.trim_start().starts_with("[[incident]]");
        let mut starts: Vec<usize> =
            lines.iter().enumerate().filter(is_head).map(|(at, _)| at).collect();
        if starts.is_empty() && lines.len() == samples + 1 {
            starts.extend(1..lines.len());
        }
        if starts.len() != samples {
            starts.clear();
        }
        Self { lines, starts }
    }

    /// The line on which an incident says something, counted from 1; else the one on which it begins.
    fn line(&self, incident: usize, says: &str) -> Option<usize> {
        let start = *self.starts.get(incident)?;
        let end = self.starts.get(incident + 1).copied().unwrap_or(self.lines.len());
        let own = self.lines.get(start..end)?;
        Some(start + own.iter().position(|line| says_it(line, says)).unwrap_or(0) + 1)
    }
}

/// Whether a line has a name as a whole word.
fn says_it(line: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    line.match_indices(name).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + name.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

/// What either pack knows by name.
struct Known<'a>([&'a Pack; 2]);

impl Known<'_> {
    fn roles(&self) -> impl Iterator<Item = String> {
        self.0.iter().flat_map(|pack| pack.roles()).map(|role| role.id.to_string())
    }

    fn trigger(&self, id: &str) -> bool {
        self.0.iter().any(|pack| pack.trigger(id).is_some())
    }

    fn triggers(&self) -> BTreeSet<String> {
        self.0.iter().flat_map(|pack| pack.triggers()).map(|one| one.id.clone()).collect()
    }

    fn duties(&self) -> BTreeSet<String> {
        self.0.iter().flat_map(|pack| pack.duties()).map(|duty| duty.id.to_string()).collect()
    }

    /// Who may have done something: who is named, and roles that stand for their holders.
    fn organisations(&self, sample: &Sample) -> BTreeSet<String> {
        let named = sample.parties.values().flatten().cloned();
        let of_provinces = self.roles().flat_map(|role| {
            sample.provinces.iter().map(move |province| format!("{role} {province}"))
        });
        named.chain(self.roles()).chain(of_provinces).collect()
    }
}

fn joined(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_neither_pack_knows_is_found() {
        let pack = super::super::super::shelf::Shelf::open(std::path::Path::new("none"))
            .and_then(|shelf| shelf.find("cn.miit.2009-157"))
            .unwrap();
        let of = |finder: &str, more: &str| {
            let text = format!(
                "schema = \"incidents/1\"\n{}",
                format!(
                    "[[incident]]\nnumber = \"tern\"\nknown_at = 2025-06-12T09:00:00+08:00\n\
                     finder = \"{finder}\"\n{more}\n"
                )
                .repeat(2)
            );
            let samples = Sample::parse(&text, "x.toml").unwrap();
            findings(&samples, [&pack, &pack], ("x.toml", &text))
        };
        let twice = of("carrier", "met = { M2a = 2025-06-12T10:00:00+08:00 }");
        assert_eq!(twice.len(), 1, "{twice:?}");
        assert!(twice[0].to_string().starts_with("x.toml:8: incident tern: its number"));
        let slips = of(
            "carriage",
            "parties = { carriers = \"a\" }\nhappened = { nothing = 2025-06-12T10:00:00+08:00 }\n\
             met = { \"M99 b\" = 2025-06-12T08:00:00+08:00 }",
        );
        let said: Vec<&str> = slips.iter().take(6).map(|one| one.what.as_str()).collect();
        assert_eq!(
            said,
            [
                "`carriage` is no role of either pack",
                "`carriers` is no role of either pack",
                "`nothing` is no trigger of either pack",
                "`M99` is no duty of either pack",
                "`b` is nobody in this incident",
                "`M99` was met at 2025-06-12T00:00:00Z, before 2025-06-12T01:00:00Z",
            ]
        );
        // The second incident is of the same words, eight lines further down.
        let lines: Vec<usize> = slips.iter().map(|one| one.line.unwrap()).collect();
        assert_eq!(lines[..6], [5, 6, 7, 8, 8, 8]);
        assert_eq!(lines[6], 10, "its number is used twice: {:?}", slips[6]);
    }
}
