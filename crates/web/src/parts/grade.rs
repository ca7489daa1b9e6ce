//! Grades: numeral, name and colour all say the same, so that none is needed alone.

use app::views::GradeView;
use maud::{Markup, html};

use crate::viewer::Viewer;

/// A grade in full.
pub(crate) fn full(v: &Viewer, grade: &GradeView) -> Markup {
    html! {
        span class={ "grade l" (colour(grade.rank)) } {
            b { (numeral(grade.rank)) } span { (v.both(&grade.name)) }
        }
    }
}

/// A grade where only the numeral fits; its name stays for screen readers and on hover.
pub(crate) fn brief(v: &Viewer, grade: &GradeView) -> Markup {
    let name = v.both(&grade.name);
    html! {
        span class={ "grade short l" (colour(grade.rank)) } title=(name) {
            b { (numeral(grade.rank)) } span.vh { (name) }
        }
    }
}

/// A rank whose name is not at hand.
pub(crate) fn rank(rank: u8) -> Markup {
    html! { span class={ "grade short l" (colour(rank)) } { b { (numeral(rank)) } } }
}

/// Roman as the regulations count, up to ten; a regime with more grades gets digits.
pub(crate) fn numeral(rank: u8) -> String {
    const ROMAN: [&str; 10] = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"];
    let at = usize::from(rank).checked_sub(1);
    at.and_then(|at| ROMAN.get(at)).map_or_else(|| rank.to_string(), |&roman| roman.to_owned())
}

/// There are four colours; whatever ranks below the fourth shares its blue.
pub(crate) fn colour(rank: u8) -> u8 {
    rank.clamp(1, 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_rank_has_a_numeral_and_a_colour() {
        let shown = |rank| (numeral(rank), colour(rank));
        assert_eq!(shown(1), ("I".to_owned(), 1));
        assert_eq!(shown(4), ("IV".to_owned(), 4));
        assert_eq!(shown(6), ("VI".to_owned(), 4));
        assert_eq!(shown(0), ("0".to_owned(), 1));
        assert_eq!(shown(255), ("255".to_owned(), 4));
    }
}
