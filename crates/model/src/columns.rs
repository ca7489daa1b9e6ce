//! Columns of text, laid out as Arrow lays them out, without depending on Arrow.

use std::collections::HashMap;

/// A column of strings in one buffer. The empty string means *absent*.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    /// Where each text ends, after a leading zero; so one longer than the column.
    offsets: Vec<i32>,
    bytes: String,
}

impl Default for Texts {
    fn default() -> Self {
        Self { offsets: vec![0], bytes: String::new() }
    }
}

impl Texts {
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Empties the column and keeps its memory for the next block of rows.
    pub fn clear(&mut self) {
        self.offsets.truncate(1);
        self.bytes.clear();
    }

    /// Appends a text. A column holds at most 2 GiB: texts past that become absent.
    #[inline]
    pub fn push(&mut self, text: &str) {
        let end = i32::try_from(self.bytes.len() + text.len());
        if end.is_ok() {
            self.bytes.push_str(text);
        }
        let last = self.offsets.last().copied().unwrap_or_default();
        self.offsets.push(end.unwrap_or(last));
    }

    /// Appends the text that `write` appends to the string it is given, which must not be shortened.
    #[inline]
    pub fn push_with(&mut self, write: impl FnOnce(&mut String)) {
        let last = self.offsets.last().copied().unwrap_or_default();
        write(&mut self.bytes);
        let end = i32::try_from(self.bytes.len()).ok().filter(|&end| end >= last);
        if end.is_none() {
            self.bytes.truncate(usize::try_from(last).unwrap_or_default());
        }
        self.offsets.push(end.unwrap_or(last));
    }

    /// The text of a row; empty for a row that is not there.
    #[inline]
    pub fn get(&self, row: usize) -> &str {
        let edge = |i: usize| self.offsets.get(i).and_then(|&o| usize::try_from(o).ok());
        match (edge(row), edge(row + 1)) {
            (Some(from), Some(to)) => self.bytes.get(from..to).unwrap_or_default(),
            _ => "",
        }
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|row| self.get(row))
    }

    /// The raw parts, offsets first, for a columnar writer.
    pub fn into_parts(self) -> (Vec<i32>, Vec<u8>) {
        (self.offsets, self.bytes.into_bytes())
    }
}

impl<'a> Extend<&'a str> for Texts {
    fn extend<I: IntoIterator<Item = &'a str>>(&mut self, texts: I) {
        for text in texts {
            self.push(text);
        }
    }
}

/// A column of strings of which few differ: a code for each row, and what each code stands for.
///
/// Code 0 is always the empty text, *absent*. Codes are good within one column only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coded {
    codes: Vec<u32>,
    values: Vec<Box<str>>,
    known: HashMap<Box<str>, u32>,
}

impl Default for Coded {
    fn default() -> Self {
        let absent: Box<str> = "".into();
        Self {
            codes: Vec::new(),
            values: vec![absent.clone()],
            known: HashMap::from([(absent, 0)]),
        }
    }
}

impl Coded {
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    pub fn push(&mut self, text: &str) {
        let code = self.code_of(text);
        self.codes.push(code);
    }

    /// Empties the column and forgets its codes, but keeps its memory for the next block of rows.
    pub fn clear(&mut self) {
        self.codes.clear();
        self.values.truncate(1);
        self.known.retain(|_, &mut code| code == 0);
    }

    /// Appends a row by a code that [`code_of`](Self::code_of) gave.
    #[inline]
    pub fn push_code(&mut self, code: u32) {
        self.codes.push(code);
    }

    /// The code of a text, making one if it is new.
    pub fn code_of(&mut self, text: &str) -> u32 {
        if let Some(&code) = self.known.get(text) {
            return code;
        }
        let code = u32::try_from(self.values.len()).unwrap_or(0);
        self.values.push(text.into());
        self.known.insert(text.into(), code);
        code
    }

    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// What the codes stand for, by code.
    pub fn values(&self) -> &[Box<str>] {
        &self.values
    }

    #[inline]
    pub fn get(&self, row: usize) -> &str {
        let code = self.codes.get(row).and_then(|&c| usize::try_from(c).ok());
        code.and_then(|c| self.values.get(c)).map_or("", |v| v)
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|row| self.get(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_in_order_and_beyond_the_end_there_is_nothing() {
        let mut column = Texts::default();
        column.extend(["a", "", "居延"]);
        assert_eq!(column.iter().collect::<Vec<_>>(), ["a", "", "居延"]);
        assert_eq!((column.len(), column.get(3)), (3, ""));
        column.clear();
        column.push("b");
        assert_eq!(column.iter().collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn equal_texts_share_a_code_and_absent_is_zero() {
        let mut column = Coded::default();
        for text in ["mirai", "", "mirai", "qakbot"] {
            column.push(text);
        }
        assert_eq!(column.codes(), [1, 0, 1, 2]);
        assert_eq!(column.get(3), "qakbot");
        column.clear();
        for text in ["qakbot", "", "mirai"] {
            column.push(text);
        }
        assert_eq!(column.iter().collect::<Vec<_>>(), ["qakbot", "", "mirai"]);
        assert_eq!(column.codes(), [1, 0, 2]);
    }
}
