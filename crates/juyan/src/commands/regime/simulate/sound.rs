//! What incidents say that neither pack knows: a slip in a name would else be passed over in silence.

use std::collections::BTreeSet;

use rules::simulate::Sample;
use rules::{Finding, Pack};

/// Every name in the incidents that means nothing under either pack, and every time that cannot be.
pub(super) fn findings(samples: &[Sample], packs: [&Pack; 2], origin: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut numbers = BTreeSet::new();
    let known = Known(packs);
    for sample in samples {
        let mut say = |key: String, what: String, fix: String| {
            let key = format!("incident {}{key}", sample.number);
            found.push(Finding { origin: origin.to_owned(), line: None, key, what, fix });
        };
        if !numbers.insert(&sample.number) {
            say(
                String::new(),
                "its number is used twice".to_owned(),
                "number each once".to_owned(),
            );
        }
        for (key, role) in std::iter::once((".finder", &sample.finder))
            .chain(sample.parties.keys().map(|role| (".parties", role)))
        {
            if !known.roles().any(|one| one == *role) {
                let roles: BTreeSet<String> = known.roles().collect();
                let fix = format!("use one of {}", joined(&roles));
                say(key.to_owned(), format!("`{role}` is no role of either pack"), fix);
            }
        }
        for trigger in sample.happened.keys().filter(|trigger| !known.trigger(trigger)) {
            let fix = format!("use one of {}", joined(&known.triggers()));
            say(".happened".to_owned(), format!("`{trigger}` is no trigger of either pack"), fix);
        }
        for ((duty, organisation), at) in &sample.met {
            if !known.duties().contains(duty) {
                let fix = format!("use one of {}", joined(&known.duties()));
                say(".met".to_owned(), format!("`{duty}` is no duty of either pack"), fix);
            }
            let organisations = known.organisations(sample);
            if let Some(one) = organisation.as_ref().filter(|one| !organisations.contains(*one)) {
                let fix =
                    format!("name it under parties, or use one of {}", joined(&organisations));
                say(".met".to_owned(), format!("`{one}` is nobody in this incident"), fix);
            }
            if *at < sample.known_at {
                let what = format!("`{duty}` was met at {at}, before {}", sample.known_at);
                say(".met".to_owned(), what, "correct it, or `known_at`".to_owned());
            }
        }
    }
    found
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
        let pack = super::super::find("cn.miit.2009-157").unwrap();
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
            findings(&samples, [&pack, &pack], "x.toml")
        };
        let twice = of("carrier", "met = { M2a = 2025-06-12T10:00:00+08:00 }");
        assert_eq!(twice.len(), 1, "{twice:?}");
        assert!(twice[0].to_string().starts_with("x.toml: incident tern: its number"));
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
    }
}
