//! The columns that a text takes on a terminal, and its lines within so many.
//!
//! East Asian ideographs, kana, hangul and full-width signs take two columns, marks that join the
//! character before them take none, all else one.

/// Ranges of characters that take two columns.
const WIDE: [(u32, u32); 12] = [
    (0x1100, 0x115f),
    (0x2e80, 0x303e),
    (0x3041, 0x33ff),
    (0x3400, 0x4dbf),
    (0x4e00, 0x9fff),
    (0xa000, 0xa4cf),
    (0xa960, 0xa97f),
    (0xac00, 0xd7a3),
    (0xf900, 0xfaff),
    (0xfe30, 0xfe6f),
    (0xff00, 0xff60),
    (0xffe0, 0xffe6),
];

/// The same beyond the basic plane.
const WIDE_BEYOND: [(u32, u32); 3] =
    [(0x1_f300, 0x1_f64f), (0x1_f900, 0x1_f9ff), (0x2_0000, 0x3_fffd)];

/// Ranges of characters that take none.
const NONE: [(u32, u32); 4] =
    [(0x0300, 0x036f), (0x200b, 0x200f), (0x20d0, 0x20ff), (0xfe00, 0xfe0f)];

/// Signs that never begin a line.
const CLOSING: &str = "，。、；：？！）》」』”’,.;:?!)";

/// Columns on a terminal.
pub fn width(text: &str) -> usize {
    text.chars().map(width_of).sum()
}

fn width_of(c: char) -> usize {
    let among = |ranges: &[(u32, u32)]| {
        ranges.iter().any(|(from, to)| (*from..=*to).contains(&u32::from(c)))
    };
    if among(&NONE) {
        0
    } else if among(&WIDE) || among(&WIDE_BEYOND) {
        2
    } else {
        1
    }
}

/// The text in lines of at most so many columns: broken at spaces and beside wide characters, and
/// within a word only where it alone is wider. At least one line, be it empty.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in text.lines() {
        if lines.last().is_some_and(|line| !line.is_empty()) {
            lines.push(String::new());
        }
        for unit in units(piece) {
            place(&mut lines, unit, columns.max(2));
        }
    }
    lines
}

/// What must stay together: a word with the space after it, a wide character with closing signs.
fn units(text: &str) -> Vec<&str> {
    let mut units = Vec::new();
    let mut from = 0;
    let mut before: Option<char> = None;
    for (at, c) in text.char_indices() {
        let breaks = before.is_some_and(|before| {
            let closes = CLOSING.contains(c) || c == ' ' || width_of(c) == 0;
            !closes && (before == ' ' || width_of(before) == 2 || width_of(c) == 2)
        });
        if breaks {
            units.extend(text.get(from..at));
            from = at;
        }
        before = Some(c);
    }
    units.extend(text.get(from..).filter(|rest| !rest.is_empty()));
    units
}

fn place(lines: &mut Vec<String>, unit: &str, columns: usize) {
    let used = lines.last().map_or(0, |line| width(line));
    if used + width(unit.trim_end()) > columns && used > 0 {
        if let Some(line) = lines.last_mut() {
            line.truncate(line.trim_end().len());
        }
        lines.push(String::new());
    }
    for c in unit.chars() {
        let full = lines.last().is_some_and(|line| width(line) + width_of(c) > columns);
        if full && c != ' ' {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut()
            && !(full && c == ' ')
        {
            line.push(c);
        }
    }
}

#[cfg(test)]
mod tests;
