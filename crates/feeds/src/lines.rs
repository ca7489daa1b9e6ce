//! Physical lines of a stream, looked at before they are taken.
//!
//! One growing buffer; its size stays below the longest line allowed plus one chunk. A break in the
//! stream is remembered and ends the lines: what came before it can still be read, and
//! [`Lines::take_break`] then says what happened.

use std::io::{ErrorKind, Read};

use memchr::{memchr, memchr_iter};

use crate::limits::Limits;

const CHUNK: usize = 256 << 10;

/// What stands at a place of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// A line, with its newline if it has one, ending this far behind the cursor.
    Whole(usize),
    /// More bytes than a record may have, without a newline.
    Over,
    /// Nothing more.
    End,
}

/// Why the stream stopped before its end.
#[derive(Debug)]
pub(crate) enum Break {
    Read(std::io::Error),
    TooLarge,
}

pub(crate) struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
    cursor: usize,
    filled: usize,
    number: u64,
    plain_bytes: u64,
    max_line: usize,
    max_plain: u64,
    ended: bool,
    broken: Option<Break>,
    cut: bool,
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(input: R, limits: &Limits) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            cursor: 0,
            filled: 0,
            number: 1,
            plain_bytes: 0,
            max_line: limits.max_line_bytes,
            max_plain: limits.max_plain_bytes,
            ended: false,
            broken: None,
            cut: false,
        }
    }

    /// The number of the line at the cursor, counting from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The line that begins `offset` bytes behind the cursor.
    pub(crate) fn line(&mut self, offset: usize) -> Line {
        let mut searched = offset;
        loop {
            let from = self.cursor + searched;
            let rest = self.buffer.get(from..self.filled).unwrap_or_default();
            if let Some(at) = memchr(b'\n', rest) {
                let end = searched + at + 1;
                return if end > self.max_line { Line::Over } else { Line::Whole(end) };
            }
            searched += rest.len();
            if searched > self.max_line {
                return Line::Over;
            }
            if self.ended || !self.fill() {
                return if searched > offset { Line::Whole(searched) } else { Line::End };
            }
        }
    }

    /// Bytes behind the cursor that [`line`](Self::line) has found.
    pub(crate) fn bytes(&self, from: usize, to: usize) -> &[u8] {
        self.buffer.get(self.cursor + from..self.cursor + to).unwrap_or_default()
    }

    /// Moves on by so many bytes, which held so many lines.
    pub(crate) fn advance(&mut self, bytes: usize, lines: u64) {
        self.cursor = (self.cursor + bytes).min(self.filled);
        self.number += lines;
    }

    /// The byte so far behind the cursor; `None` past the end. However far, all of it is held in memory:
    /// the caller bounds how far it looks.
    pub(crate) fn byte(&mut self, offset: usize) -> Option<u8> {
        while self.cursor + offset >= self.filled {
            if self.ended || !self.fill() {
                return None;
            }
        }
        self.buffer.get(self.cursor + offset).copied()
    }

    /// All that is held behind the cursor, read on if that is nothing; empty at the end.
    pub(crate) fn held(&mut self) -> &[u8] {
        let _at_the_end = self.byte(0).is_none();
        self.buffer.get(self.cursor..self.filled).unwrap_or_default()
    }

    /// Moves on by so many bytes and counts the lines that end in them.
    pub(crate) fn take(&mut self, bytes: usize) {
        let ends = memchr_iter(b'\n', self.bytes(0, bytes)).count();
        self.advance(bytes, u64::try_from(ends).unwrap_or(u64::MAX));
    }

    /// Skips the rest of a line however long it is, keeping none of it.
    pub(crate) fn skip_line(&mut self) {
        self.number += 1;
        loop {
            let rest = self.buffer.get(self.cursor..self.filled).unwrap_or_default();
            if let Some(at) = memchr(b'\n', rest) {
                self.cursor += at + 1;
                return;
            }
            self.cursor = self.filled;
            if self.ended || !self.fill() {
                return;
            }
        }
    }

    /// Whether the stream broke off, so that a last line without newline is a torn one.
    pub(crate) fn is_broken(&self) -> bool {
        self.cut
    }

    pub(crate) fn take_break(&mut self) -> Option<Break> {
        self.broken.take()
    }

    /// Reads on; `false` at the end.
    fn fill(&mut self) -> bool {
        if self.cursor > 0 {
            self.buffer.copy_within(self.cursor..self.filled, 0);
            self.filled -= self.cursor;
            self.cursor = 0;
        }
        if self.buffer.len() < self.filled + CHUNK {
            self.buffer.resize(self.filled + CHUNK, 0);
        }
        match self.read() {
            Ok(0) => self.ended = true,
            Ok(count) => return self.count(count),
            Err(error) => self.stop(Break::Read(error)),
        }
        false
    }

    fn read(&mut self) -> std::io::Result<usize> {
        let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
        loop {
            match self.input.read(room) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }

    fn count(&mut self, count: usize) -> bool {
        self.plain_bytes =
            self.plain_bytes.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        if self.plain_bytes > self.max_plain {
            self.stop(Break::TooLarge);
            return false;
        }
        self.filled += count;
        true
    }

    fn stop(&mut self, why: Break) {
        self.ended = true;
        self.cut = true;
        self.broken = Some(why);
    }
}
