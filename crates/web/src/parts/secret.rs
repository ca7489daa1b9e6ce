//! What is shown once: the picture of a second factor, recovery codes, a new key, a link.

use std::fmt::Write;

use app::identity::Enrolment;
use maud::{Markup, html};
use qrcode::{Color, QrCode};

use crate::t;
use crate::viewer::Viewer;

/// Empty modules around a QR code (ISO/IEC 18004 asks for four).
const QUIET: usize = 4;

/// What an authenticator must be told.
pub(crate) fn enrolment(v: &Viewer, enrolment: &Enrolment) -> Markup {
    let l = v.lang;
    html! {
        div.stack {
            p { (t!(l, "second-how")) }
            @if let Some(picture) = qr(&enrolment.uri, &t!(l, "second-picture")) { (picture) }
            p { (t!(l, "second-type")) " " (once(&in_fours(&enrolment.seed))) }
        }
    }
}

/// The field for a code; recovery codes fit as well where there are any.
pub(crate) fn code_field(v: &Viewer, wrong: bool, recovery: bool) -> Markup {
    let l = v.lang;
    html! {
        div.field {
            label for="f-code" { (t!(l, "code")) }
            input id="f-code" name="code" required autocomplete="one-time-code" maxlength="32"
                autocapitalize="none" spellcheck="false" aria-describedby="h-code"
                inputmode=[(!recovery).then_some("numeric")] aria-invalid=[wrong.then_some("true")];
            p.hint id="h-code" {
                @if recovery { (t!(l, "code-or-recovery")) } @else { (t!(l, "code-hint")) }
            }
        }
    }
}

/// Recovery codes, to be kept on paper.
pub(crate) fn codes(v: &Viewer, codes: &[String]) -> Markup {
    html! {
        div.stack {
            p { (t!(v.lang, "codes-why")) }
            ul.codes { @for code in codes { li { (once(code)) } } }
        }
    }
}

/// A secret that is not shown again.
pub(crate) fn once(text: &str) -> Markup {
    html! { code.once translate="no" dir="ltr" { (text) } }
}

fn in_fours(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|four| four.iter().collect()).collect();
    groups.join(" ")
}

/// A QR code as one path; none if the text is too long for one.
fn qr(text: &str, label: &str) -> Option<Markup> {
    let code = QrCode::new(text.as_bytes()).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (at % width + QUIET, at / width + QUIET);
            // Writing to a string cannot fail.
            let _done = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    let side = width + 2 * QUIET;
    Some(html! {
        svg.qr viewBox={ "0 0 " (side) " " (side) } role="img" aria-label=(label) {
            rect width=(side) height=(side) fill="#ffffff" {}
            path d=(path) fill="#000000" {}
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_has_its_quiet_border_and_three_corners() {
        let drawn = qr("otpauth://totp/x:y?secret=MZXW6", "a picture").unwrap().into_string();
        assert!(drawn.contains("M4 4h1v1h-1z"), "the first module of a finder is dark");
        assert!(!drawn.contains("M3 ") && !drawn.contains(" 3h"), "nothing in the border");
        assert!(qr(&"x".repeat(5_000), "too much").is_none());
    }
}
