//! JSON documents of any size: the way to the records is walked byte by byte, and only a record is held.
//!
//! What does not lie on the way is passed over unread. Several documents one after another, one a line or
//! not, are read as they come.

use std::io::Read;

use super::{Next, shown};
use crate::lines::Lines;
use crate::mapping::layout::{Path, Step};

pub(super) struct Json {
    path: Path,
    frames: Vec<Frame>,
    most: usize,
    /// Whether anything stood where the records should.
    found: bool,
    done: bool,
}

/// An array or object that was entered because the way leads through it.
#[derive(Clone, Copy)]
struct Frame {
    is_object: bool,
    /// Steps of the way that lead to it.
    matched: usize,
}

/// Why a value has no end.
enum Endless {
    /// It is larger than a record may be.
    Over,
    /// The document ends within it.
    Cut,
}

/// Bytes of a name that are looked at.
const NAME_MAX: usize = 1024;

impl Json {
    pub(super) fn new(path: Path, most: usize) -> Self {
        Self { path, frames: Vec::new(), most, found: false, done: false }
    }

    pub(super) fn next<R: Read>(&mut self, lines: &mut Lines<R>) -> Next {
        if self.done {
            return Next::End;
        }
        match self.walk(lines) {
            Ok(next) => next,
            Err(reason) => {
                self.done = true;
                // A broken stream has its own, better, reason.
                if lines.is_broken() {
                    Next::End
                } else {
                    Next::Fault { line: lines.number(), reason }
                }
            }
        }
    }

    fn walk<R: Read>(&mut self, lines: &mut Lines<R>) -> Result<Next, String> {
        loop {
            skip(lines, |byte| byte.is_ascii_whitespace() || byte == b',');
            let Some(byte) = lines.byte(0) else {
                return self.end(lines);
            };
            let matched = match self.frames.last().copied() {
                Some(frame) if byte == if frame.is_object { b'}' } else { b']' } => {
                    lines.take(1);
                    self.frames.pop();
                    continue;
                }
                Some(frame) if frame.is_object => {
                    let name = name(lines)?;
                    self.step(frame, Some(&name))
                }
                Some(frame) => self.step(frame, None),
                None => Some(0),
            };
            match (matched, lines.byte(0)) {
                // Without a way, each value is a record, or each element of an array of them.
                (Some(0), Some(b'[')) if self.path.is_empty() && self.frames.is_empty() => {
                    lines.take(1);
                    self.frames.push(Frame { is_object: false, matched: 0 });
                }
                (Some(matched), _) if matched == self.path.len() => return self.record(lines),
                (Some(matched), Some(open @ (b'{' | b'['))) => {
                    lines.take(1);
                    self.found |= matched + 1 == self.path.len() || lines_close(lines);
                    self.frames.push(Frame { is_object: open == b'{', matched });
                }
                (_, Some(_)) => pass_over(lines)?,
                (_, None) => return Err("ends where a value should stand".to_owned()),
            }
        }
    }

    /// Steps matched by a child of this frame, if the way leads to it.
    fn step(&self, frame: Frame, name: Option<&[u8]>) -> Option<usize> {
        if self.path.is_empty() {
            return Some(0);
        }
        let fits = match self.path.get(frame.matched)? {
            Step::Any => true,
            Step::Key(key) => name == Some(key.as_bytes()),
        };
        fits.then_some(frame.matched + 1)
    }

    fn end<R: Read>(&mut self, lines: &Lines<R>) -> Result<Next, String> {
        self.done = true;
        if lines.is_broken() {
            return Ok(Next::End);
        }
        if !self.frames.is_empty() {
            return Err("the document ends before it is closed".to_owned());
        }
        if !self.found && !self.path.is_empty() {
            let way = shown(&self.path);
            return Err(format!(
                "holds nothing at `{way}`: is it this report, and in the form known?"
            ));
        }
        Ok(Next::End)
    }

    fn record<R: Read>(&mut self, lines: &mut Lines<R>) -> Result<Next, String> {
        self.found = true;
        let line = lines.number();
        match extent(lines, self.most) {
            Ok(bytes) => {
                let body = lines.bytes(0, bytes);
                let raw =
                    body.get(..body.len().min(super::super::reader::RAW_KEPT)).unwrap_or(body);
                let raw = raw.to_vec();
                let value = serde_json::from_slice(body);
                lines.take(bytes);
                Ok(match value {
                    Ok(value) => Next::Record { value, line, raw },
                    Err(error) => {
                        Next::Refused { line, raw, reason: format!("is no JSON: {error}") }
                    }
                })
            }
            Err(Endless::Over) => {
                let raw = lines.bytes(0, super::super::reader::RAW_KEPT.min(self.most)).to_vec();
                pass_over(lines)?;
                let reason = format!("is a record larger than {} bytes", self.most);
                Ok(Next::Refused { line, raw, reason })
            }
            Err(Endless::Cut) => Err("the document ends in the middle of a record".to_owned()),
        }
    }
}

/// Whether what was just opened is closed again at once: an empty document is no surprise.
fn lines_close<R: Read>(lines: &mut Lines<R>) -> bool {
    skip(lines, |byte| byte.is_ascii_whitespace());
    matches!(lines.byte(0), Some(b']' | b'}'))
}

fn skip<R: Read>(lines: &mut Lines<R>, is_passed: fn(u8) -> bool) {
    loop {
        let held = lines.held();
        let passed = held.iter().take_while(|&&byte| is_passed(byte)).count();
        let all = passed == held.len();
        lines.take(passed);
        if passed == 0 || !all {
            return;
        }
    }
}

/// Reads a member's name and the colon behind it. Escapes in it stand as they are: no feed's ways have any.
fn name<R: Read>(lines: &mut Lines<R>) -> Result<Vec<u8>, String> {
    if lines.byte(0) != Some(b'"') {
        return Err("a member's name is missing: this is no JSON".to_owned());
    }
    let mut end = 1;
    loop {
        match lines.byte(end) {
            Some(b'"') => break,
            Some(b'\\') => end += 2,
            Some(_) => end += 1,
            None => return Err("the document ends in the middle of a name".to_owned()),
        }
        if end > NAME_MAX {
            return Err(format!("a member's name is longer than {NAME_MAX} bytes"));
        }
    }
    let name = lines.bytes(1, end).to_vec();
    lines.take(end + 1);
    skip(lines, |byte| byte.is_ascii_whitespace());
    if lines.byte(0) != Some(b':') {
        return Err("a member has no value: this is no JSON".to_owned());
    }
    lines.take(1);
    skip(lines, |byte| byte.is_ascii_whitespace());
    Ok(name)
}

/// Where a value ends, told by its brackets and quotes alone.
#[derive(Default)]
struct Scan {
    depth: usize,
    within: Within,
    begun: bool,
}

/// What the byte before stood in.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Within {
    #[default]
    Brackets,
    Text,
    /// A text, right behind a backslash.
    Escape,
    /// A number or a word, by itself.
    Bare,
}

impl Scan {
    /// Where the value has ended if it has: with this byte (1) or before it (0).
    fn ends(&mut self, byte: u8) -> Option<usize> {
        let first = !std::mem::replace(&mut self.begun, true);
        match (self.within, byte) {
            (Within::Escape, _) | (Within::Brackets | Within::Bare, b'"') => {
                self.within = Within::Text;
            }
            (Within::Text, b'\\') => self.within = Within::Escape,
            (Within::Text, b'"') => {
                self.within = Within::Brackets;
                return (self.depth == 0).then_some(1);
            }
            (Within::Text, _) => {}
            (_, b'{' | b'[') => self.depth += 1,
            (_, b'}' | b']') if self.depth == 0 => return Some(usize::from(first)),
            (_, b'}' | b']') => {
                self.depth -= 1;
                return (self.depth == 0).then_some(1);
            }
            (Within::Bare, byte) if byte == b',' || byte.is_ascii_whitespace() => return Some(0),
            (Within::Brackets, _) if self.depth == 0 => self.within = Within::Bare,
            (Within::Brackets | Within::Bare, _) => {}
        }
        None
    }

    /// Whether the value may end where the document does.
    fn may_end(&self) -> bool {
        self.within == Within::Bare && self.depth == 0
    }
}

fn extent<R: Read>(lines: &mut Lines<R>, most: usize) -> Result<usize, Endless> {
    let (mut scan, mut at) = (Scan::default(), 0);
    while at <= most {
        match lines.byte(at) {
            Some(byte) => match scan.ends(byte) {
                Some(more) => return Ok(at + more),
                None => at += 1,
            },
            None if scan.may_end() => return Ok(at),
            None => return Err(Endless::Cut),
        }
    }
    Err(Endless::Over)
}

/// Moves behind a value, holding nothing of it.
fn pass_over<R: Read>(lines: &mut Lines<R>) -> Result<(), String> {
    let mut scan = Scan::default();
    loop {
        let held = lines.held();
        if held.is_empty() {
            return if scan.may_end() {
                Ok(())
            } else {
                Err("the document ends in the middle of a value".to_owned())
            };
        }
        let end = held.iter().enumerate().find_map(|(at, &byte)| Some(at + scan.ends(byte)?));
        let length = held.len();
        match end {
            Some(end) => {
                lines.take(end);
                return Ok(());
            }
            None => lines.take(length),
        }
    }
}
