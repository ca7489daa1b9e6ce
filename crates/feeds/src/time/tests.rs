//! The two ways of reading a time agree, and a text with an offset is no UTC form.

use proptest::prelude::*;

use super::*;

#[test]
fn an_offset_is_refused_where_the_form_has_none() {
    for text in ["2026-03-24 10:30:00Z", "2026-03-24 10:30:00+02:00", "2026-03-24 10:30:00-02"] {
        assert_eq!(TimeForm::Utc.parse(text), None, "{text}");
    }
}

#[test]
fn the_forms_meet_in_one_instant() {
    let wanted = Some(1_774_348_200_500_000);
    assert_eq!(TimeForm::Utc.parse("2026-03-24 10:30:00.5"), wanted);
    assert_eq!(TimeForm::Rfc3339.parse("2026-03-24T12:30:00.5+02:00"), wanted);
    assert_eq!(TimeForm::UnixSeconds.parse("1774348200.5"), wanted);
    assert_eq!(TimeForm::UnixMillis.parse("1774348200500"), wanted);
}

#[test]
fn instants_past_the_calendar_are_refused() {
    assert_eq!(TimeForm::UnixSeconds.parse("99999999999999"), None);
    assert_eq!(TimeForm::UnixMillis.parse("-9223372036854775808"), None);
    assert_eq!(TimeForm::Utc.parse("9999-12-31 23:59:59"), None);
    assert_eq!(TimeForm::Utc.parse("2026-02-29 00:00:00"), None);
}

#[test]
fn dates_of_web_servers_are_read() {
    let mut out = String::new();
    write_iso(lenient("Wed, 10 Feb 2010 00:00:00 GMT").unwrap(), &mut out);
    assert_eq!(out, "2010-02-10T00:00:00+00:00");
}

proptest! {
    #[test]
    fn the_fixed_form_and_the_calendar_agree(
        (year, month, day) in (1900u32..2500, 0u32..14, 0u32..33),
        (hour, minute, second) in (0u32..26, 0u32..62, 0u32..62),
        between in "[ T]",
    ) {
        let text =
            format!("{year:04}-{month:02}-{day:02}{between}{hour:02}:{minute:02}:{second:02}");
        let slow = slow_utc(&text);
        if let Some(fast) = fixed(text.as_bytes()) {
            prop_assert_eq!(Some(fast), slow);
        }
        prop_assert_eq!(utc(&text), slow);
    }

    #[test]
    fn no_text_breaks_a_form(text in r"[0-9TZ:. +-]{0,30}|\PC{0,30}") {
        for form in [TimeForm::Utc, TimeForm::Rfc3339, TimeForm::UnixSeconds, TimeForm::UnixMillis] {
            if let Some(at) = form.parse(&text) {
                prop_assert!(Timestamp::from_microsecond(at).is_ok());
            }
        }
        let _ = lenient(&text);
    }
}
