//! The time allowed, in the reader's words. Packs write it in one small language: `2 hours`,
//! `5 working days`, `promptly`.

use crate::i18n::Lang;
use crate::t;

/// The words for it; as the pack wrote it where it says something we have no words for.
pub(crate) fn words(l: &Lang, within: &str) -> String {
    let counted = within.split_once(' ').and_then(|(n, unit)| Some((n.parse::<u32>().ok()?, unit)));
    match counted {
        Some((n, "minute" | "minutes")) => t!(l, "within-minutes", n = n),
        Some((n, "hour" | "hours")) => t!(l, "within-hours", n = n),
        Some((n, "day" | "days")) => t!(l, "within-days", n = n),
        Some((n, "working day" | "working days")) => t!(l, "within-working-days", n = n),
        Some((n, "month" | "months")) => t!(l, "within-months", n = n),
        Some(_) => within.to_owned(),
        None => {
            let key = within.replace(' ', "-");
            let words = l.word("within", &key);
            if words == key { within.to_owned() } else { words }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::get;

    #[test]
    fn what_packs_write_is_said_in_both_languages() {
        assert_eq!(words(get("en"), "2 hours"), "within 2 hours");
        assert_eq!(words(get("zh"), "5 working days"), "5 个工作日内");
        assert_eq!(words(get("zh"), "promptly"), "及时");
        assert_eq!(words(get("en"), "at the same time"), "at the same time");
        assert_eq!(words(get("zh"), "first 3 blue moons"), "first 3 blue moons");
        assert_eq!(words(get("en"), "7 blue moons"), "7 blue moons");
    }
}
