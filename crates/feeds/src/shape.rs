//! From the fields of a record to the columns of a plan: derived columns, the time of the delivery, and
//! prefixes taken apart where the mapping says so.
//!
//! A prefix is no address that anybody has seen. It becomes rows only if the mapping asks for it, and no
//! wider than the mapping says: else a list of networks would count as millions of infected addresses.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use jiff::Timestamp;

use crate::limits::Limits;
use crate::mapping::layout::{ADDRESS, Derived, Layout, RECEIVED};
use crate::rows::Rows;

/// How the fields of one record become the columns of one or more rows.
#[derive(Debug)]
pub(crate) struct Shape {
    derived: Vec<Made>,
    expand: Option<Prefixes>,
    skip: Vec<(usize, Vec<String>)>,
    /// The text of the column `@received`, if there is one.
    received: Option<String>,
    max_rows: usize,
    max_bytes: usize,
}

/// A derived column with the places of the columns that it looks at.
#[derive(Debug)]
struct Made {
    from: Option<usize>,
    only_if: Vec<(Option<usize>, Vec<String>)>,
    rule: Derived,
}

#[derive(Debug)]
struct Prefixes {
    column: Option<usize>,
    /// The column of the prefix length, if it stands apart; past the last one if it is not there.
    length: Option<usize>,
    v4: u8,
    v6: u8,
}

/// What is to be done with a record.
pub(crate) enum Verdict {
    /// It is a row; one for each of these addresses if it names a prefix.
    Rows(Option<Addresses>),
    /// It is no observation, by the format's own rules.
    Skip,
    Refuse(String),
}

/// The addresses of one or more prefixes.
#[derive(Clone, Debug)]
pub(crate) struct Addresses {
    left: u64,
    of: std::vec::IntoIter<Prefix>,
    prefix: Option<Prefix>,
}

/// Consecutive addresses.
#[derive(Clone, Copy, Debug)]
struct Prefix {
    next: u128,
    left: u64,
    is_v4: bool,
}

impl Addresses {
    fn of(prefixes: Vec<Prefix>) -> Self {
        let left = prefixes.iter().fold(0u64, |sum, prefix| sum.saturating_add(prefix.left));
        Self { left, of: prefixes.into_iter(), prefix: None }
    }
}

impl Iterator for Addresses {
    type Item = IpAddr;

    fn next(&mut self) -> Option<IpAddr> {
        loop {
            if let Some(address) = self.prefix.as_mut().and_then(Prefix::next) {
                return Some(address);
            }
            self.prefix = Some(self.of.next()?);
        }
    }
}

impl Prefix {
    fn next(&mut self) -> Option<IpAddr> {
        self.left = self.left.checked_sub(1)?;
        let bits = self.next;
        self.next = bits.wrapping_add(1);
        Some(match u32::try_from(bits) {
            Ok(bits) if self.is_v4 => Ipv4Addr::from_bits(bits).into(),
            Ok(_) | Err(_) => Ipv6Addr::from_bits(bits).into(),
        })
    }
}

impl Shape {
    /// For records with these columns; gives the names of all columns of a row.
    pub(crate) fn new(layout: &Layout, base: Vec<String>, limits: &Limits) -> (Self, Vec<String>) {
        let place = |wanted: &String| base.iter().position(|name| name == wanted);
        let derived = layout.derived.iter().map(|rule| Made {
            from: place(&rule.from),
            only_if: rule.only_if.iter().map(|(at, is)| (place(at), is.clone())).collect(),
            rule: rule.clone(),
        });
        let derived: Vec<Made> = derived.collect();
        let expand = layout.expand.as_ref().map(|expand| Prefixes {
            column: place(&expand.column),
            length: expand.length.as_ref().map(|name| place(name).unwrap_or(usize::MAX)),
            v4: expand.v4,
            v6: expand.v6,
        });
        let skip = layout.skip.iter();
        let skip = skip.filter_map(|(at, is)| Some((place(at)?, is.clone()))).collect();
        let received = layout.undated.then(|| limits.received_at.map_or(String::new(), stamp));
        let mut names = base;
        names.extend(derived.iter().map(|made| made.rule.name.clone()));
        names.extend(expand.is_some().then(|| ADDRESS.to_owned()));
        names.extend(received.is_some().then(|| RECEIVED.to_owned()));
        let (max_rows, max_bytes) = (limits.max_rows_per_record, limits.max_document_bytes);
        (Self { derived, expand, skip, received, max_rows, max_bytes }, names)
    }

    /// Tells when the delivery was made, which is nearer to the truth than when it came in.
    pub(crate) fn made_at(&mut self, at: Timestamp) {
        if self.received.is_some() {
            self.received = Some(stamp(at));
        }
    }

    /// Whether a record of so many bytes may become so many rows.
    pub(crate) fn bears(&self, rows: u64, bytes: usize) -> Result<(), String> {
        let most = u64::try_from(self.max_rows).unwrap_or(u64::MAX);
        if rows > most {
            return Err(format!("comes to {rows} rows; one record may come to {most}"));
        }
        // Each row repeats what the record says of all of them.
        let budget = self.max_bytes.saturating_mul(64);
        let wanted = rows.saturating_mul(u64::try_from(bytes).unwrap_or(u64::MAX));
        if rows > 1 && wanted > u64::try_from(budget).unwrap_or(u64::MAX) {
            return Err(format!("says {bytes} bytes about each of its {rows} rows"));
        }
        Ok(())
    }

    pub(crate) fn verdict(&self, fields: &[Cow<'_, str>]) -> Verdict {
        let says = |(at, is): &(usize, Vec<String>)| {
            fields.get(*at).is_some_and(|text| is.iter().any(|one| one == text.trim()))
        };
        if self.skip.iter().any(says) {
            return Verdict::Skip;
        }
        let Some(prefixes) = &self.expand else {
            return Verdict::Rows(None);
        };
        let bytes = fields.iter().map(|field| field.len()).sum();
        match prefixes.addresses(fields) {
            Ok(Some(addresses)) => match self.bears(addresses.left, bytes) {
                Ok(()) => Verdict::Rows(Some(addresses)),
                Err(reason) => Verdict::Refuse(reason),
            },
            Ok(None) => Verdict::Rows(None),
            Err(reason) => Verdict::Refuse(reason),
        }
    }

    /// Appends one row.
    pub(crate) fn push(&self, fields: &[Cow<'_, str>], address: Option<IpAddr>, rows: &mut Rows) {
        rows.begin("");
        for field in fields {
            rows.push_field(field);
        }
        for made in &self.derived {
            rows.push_field(&made.text(fields));
        }
        if self.expand.is_some() {
            rows.push_field(&address.map_or(String::new(), |address| address.to_string()));
        }
        if let Some(received) = &self.received {
            rows.push_field(received);
        }
    }
}

fn stamp(at: Timestamp) -> String {
    format!("@{}", at.as_microsecond())
}

impl Made {
    fn text<'a>(&'a self, fields: &'a [Cow<'_, str>]) -> Cow<'a, str> {
        let field = |at: Option<usize>| {
            at.and_then(|at| fields.get(at)).map_or("", |text| text.as_ref()).trim()
        };
        let holds =
            |(at, is): &(Option<usize>, Vec<String>)| is.iter().any(|one| one == field(*at));
        if !self.only_if.iter().all(holds) {
            return Cow::Borrowed("");
        }
        let start = Cow::Borrowed(field(self.from));
        let text = self.rule.take.iter().fold(start, |text, take| take.of(text));
        match &self.rule.map {
            Some(map) => match map.get(text.as_ref()) {
                Some(ours) => Cow::Borrowed(ours),
                // `*` stands for the text itself.
                None if self.rule.otherwise == "*" => text,
                None => Cow::Borrowed(&self.rule.otherwise),
            },
            None => text,
        }
    }
}

impl Prefixes {
    /// The addresses that the row is about; `None` if its column is empty.
    fn addresses(&self, fields: &[Cow<'_, str>]) -> Result<Option<Addresses>, String> {
        let field = |at: usize| fields.get(at).map_or("", |text| text.as_ref()).trim();
        let all = self.column.map_or("", field);
        let length = self.length.map(field);
        let several = all.split([' ', ',', ';']).filter(|text| !text.is_empty());
        let prefixes: Vec<Prefix> =
            several.map(|text| self.prefix(text, length)).collect::<Result<_, _>>()?;
        Ok((!prefixes.is_empty()).then(|| Addresses::of(prefixes)))
    }

    fn prefix(&self, text: &str, length: Option<&str>) -> Result<Prefix, String> {
        let none = || format!("`{}` is no address and no prefix", shortened(text));
        let (address, length) = match (length, text.split_once('/')) {
            (Some(length), _) => (text, Some(length)),
            (None, Some((address, length))) => (address, Some(length)),
            (None, None) => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| none())?;
        let (bits, whole, widest) = match address {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32, self.v4),
            IpAddr::V6(v6) => (v6.to_bits(), 128, self.v6),
        };
        let length: u8 = length.map_or(Ok(whole), str::parse).map_err(|_| none())?;
        let host_bits = whole.checked_sub(length).ok_or_else(none)?;
        if length < widest {
            return Err(format!(
                "`{address}/{length}` is a prefix, not an address that was seen; the mapping takes \
                 none apart that is wider than /{widest}"
            ));
        }
        let count = 1u64.checked_shl(u32::from(host_bits)).ok_or_else(none)?;
        let mask = u128::from(count - 1);
        Ok(Prefix { next: bits & !mask, left: count, is_v4: address.is_ipv4() })
    }
}

/// A text for a reason, cut to 80 characters.
pub(crate) fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}
