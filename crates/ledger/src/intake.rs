//! An intake: one delivery on its way into the ledger.
//!
//! Batch by batch, in the order of the delivery's lines: [`Intake::admit`] says which rows are the first of
//! their key, [`Intake::keep`] takes those rows, and [`Intake::finish`] makes everything visible at once.
//! Of rows with the same key the one on the lowest line is kept, so the same delivery gives the same rows
//! however it is cut into batches.
//!
//! What is dropped before it is finished leaves at most files that nobody reads.

mod known;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use model::details::Details;
use model::{Attribution, DeliveryId, Holding, Ip, Sightings};

use crate::days::{Day, date_of, day_of, hour_of};
use crate::error::LedgerError;
use crate::keeper::{Inner, Pen};
use crate::log::{Action, Commit};
use crate::names::{Names, at, index, next_code};
use crate::rows::{Codes, Kept, Meaning, Row};
use crate::seen::{Again, Circumstances, News, Pair, Pairs, Seen, Subject};
use crate::segments::{Kind, Segments, Written};
use crate::tally::{HoldingGroup, HourGroup, Tally};

/// A delivery may not span more days than this, because each needs a file of its own.
const MOST_DAYS: usize = 1000;

/// A delivery on its way in.
#[derive(Debug)]
pub struct Intake {
    inner: Arc<Inner>,
    /// Kept until the end: nobody else in this process writes meanwhile.
    pen: Pen,
    delivery: DeliveryId,
    /// The same in hexadecimal.
    hex: String,
    names: Names,
    holdings: Holdings,
    pairs: Pairs,
    seen: Seen,
    tally: Tally,
    segments: Segments,
    days: BTreeSet<Day>,
    receipt: Receipt,
    kept: u64,
}

/// An intake of which nothing is missing but the commit.
#[derive(Debug)]
pub(crate) struct WholeIntake {
    pen: Pen,
    commit: Commit,
    receipt: Receipt,
}

/// What became of a delivery.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Rows taken in.
    pub sightings: u64,
    /// Of those, the first of their day for their address, threat and destination.
    pub new: u64,
    /// The others.
    pub again: u64,
    /// Of the new ones, those whose holder is known.
    pub attributed: u64,
    /// The days of UTC it touched.
    pub days: BTreeSet<Date>,
    pub files: u64,
    /// The size of those files, tallies not counted.
    pub bytes: u64,
}

impl Intake {
    pub(crate) fn new(inner: Arc<Inner>, pen: Pen, delivery: DeliveryId) -> Self {
        let hex = delivery.to_string();
        let segments = Segments::new(inner.disk.clone(), &hex);
        Self {
            inner,
            pen,
            delivery,
            hex,
            names: Names::default(),
            holdings: Holdings::default(),
            pairs: Pairs::default(),
            seen: Seen::default(),
            tally: Tally::default(),
            segments,
            days: BTreeSet::new(),
            receipt: Receipt::default(),
            kept: 0,
        }
    }

    /// Counts a batch, and says which of its rows are the first of their key: their indexes, ascending.
    ///
    /// Every one of them must then be [kept](Self::keep), before the next batch.
    pub async fn admit(
        &mut self,
        sightings: &Sightings,
        attribution: &Attribution,
    ) -> Result<Vec<u32>, LedgerError> {
        check_columns(sightings, attribution)?;
        for day in days_of(sightings)? {
            if self.days.insert(day) {
                self.check_days()?;
                self.know_day(day).await?;
            }
        }
        let codes = Codes::of(sightings, &mut self.names)?;
        let mut new = Vec::new();
        let mut asked = Vec::with_capacity(AT_ONCE);
        for first in (0..sightings.len()).step_by(AT_ONCE) {
            let rows = first..sightings.len().min(first + AT_ONCE);
            asked.clear();
            for row in rows.clone() {
                asked.push(self.question(sightings, attribution, &codes, row)?);
            }
            self.seen.prepare(asked.iter().map(|question| (question.subject, question.pair)));
            for (row, question) in rows.zip(&asked) {
                if self.admit_row(question)? {
                    new.push(next_code(row, "rows in a batch")?);
                }
            }
        }
        self.receipt.sightings += count(sightings.len());
        self.receipt.new += count(new.len());
        self.receipt.again += count(sightings.len() - new.len());
        Ok(new)
    }

    /// Takes the rows that [`admit`](Self::admit) named, with what else the feed said of each.
    pub async fn keep(
        &mut self,
        sightings: &Sightings,
        attribution: &Attribution,
        kept: &[u32],
        details: &Details,
    ) -> Result<(), LedgerError> {
        check_columns(sightings, attribution)?;
        if details.len() != kept.len() || details.forms.len() != kept.len() {
            return Err(LedgerError::Batch { what: "there are not as many details as kept rows" });
        }
        let mut codes = Codes::of(sightings, &mut self.names)?;
        codes.form = self.names.codes_of(&details.forms)?;
        let mut days = Vec::with_capacity(kept.len());
        let mut holdings = Vec::with_capacity(kept.len());
        let mut destination_domains = Vec::with_capacity(kept.len());
        for row in kept.iter().map(|&row| index(row)) {
            let seen = sightings.seen.get(row).copied().ok_or(OUTSIDE)?;
            days.push(day_of(seen).ok_or(OUTSIDE)?);
            holdings.push(self.holdings.code(attribution, row)?);
            destination_domains.push(self.names.code(sightings.destination_domain.get(row))?);
        }
        self.kept += count(kept.len());
        self.receipt.attributed += count(holdings.iter().filter(|&&code| code != 0).count());
        let kept = Kept {
            sightings,
            codes: &codes,
            rows: kept,
            holdings: &holdings,
            destination_domains: &destination_domains,
            details,
        };
        let mut from = 0;
        for same in days.chunk_by(|a, b| a == b).flat_map(|days| days.chunks(AT_ONCE)) {
            let stretch = from..from + same.len();
            from = stretch.end;
            if let Some(&day) = same.first() {
                self.segments.take(day, &kept, stretch.clone());
            }
            if self.segments.is_full() {
                let meaning = meaning(&self.names, &self.holdings, &self.hex);
                self.segments.relieve(Kind::First, &meaning).await?;
            }
        }
        Ok(())
    }

    /// Writes what is left and makes the delivery visible, by one entry in the log.
    pub async fn finish(self) -> Result<Receipt, LedgerError> {
        let inner = self.inner.clone();
        let written = self.write().await?;
        inner.log.commit(&written.commit).await?;
        drop(written.pen);
        Ok(written.receipt)
    }

    /// Writes all files. Nobody can see them before the commit.
    pub(crate) async fn write(mut self) -> Result<WholeIntake, LedgerError> {
        if self.kept != self.receipt.new {
            return Err(LedgerError::Unkept { admitted: self.receipt.new, kept: self.kept });
        }
        let meaning = meaning(&self.names, &self.holdings, &self.hex);
        self.segments.flush(Kind::First, &meaning).await?;
        self.write_again().await?;
        let stem = self.segments.stem().to_owned();
        let written = self.segments.finish().await?;
        let (disk, holdings) = (&self.inner.disk, &self.holdings.list);
        let tallies = self.tally.write(disk, &stem, &self.names, holdings).await?;
        let mut receipt = self.receipt;
        receipt.days = self.days.iter().copied().filter_map(date_of).collect();
        receipt.files = u64::try_from(written.len()).unwrap_or_default();
        receipt.bytes = written.iter().map(|file| file.entry.bytes).sum();
        let commit = commit(self.delivery, &written, &tallies, &receipt);
        Ok(WholeIntake { pen: self.pen, commit, receipt })
    }

    /// What is asked about a row, to say whether it is the first of its key.
    fn question(
        &mut self,
        sightings: &Sightings,
        attribution: &Attribution,
        codes: &Codes,
        row: usize,
    ) -> Result<Question, LedgerError> {
        let seen = at(&sightings.seen, row);
        let day = day_of(seen).ok_or(OUTSIDE)?;
        let ip = at(&sightings.ip, row);
        let threat = Codes::at(&codes.threat, sightings.threat.codes(), row);
        let pair = Pair {
            day,
            threat,
            destination_ip: at(&sightings.destination_ip, row),
            destination_port: at(&sightings.destination_port, row),
            destination_domain: self.names.code(sightings.destination_domain.get(row))?,
        };
        let pair = self.pairs.code(pair)?;
        let what = Circumstances {
            seen,
            hour: hour_of(seen),
            classification: Codes::at(&codes.classification, sightings.classification.codes(), row),
            holding: self.holdings.code(attribution, row)?,
        };
        // Nearly every row has an address, and then its texts need not be looked at.
        let subject = if ip.is_none() {
            self.subject(ip, sightings.domain.get(row), sightings.url.get(row))?
        } else {
            Subject::Ip(ip)
        };
        Ok(Question { subject, pair, threat, ip, what })
    }

    /// Whether a row is the first of its key.
    fn admit_row(&mut self, question: &Question) -> Result<bool, LedgerError> {
        let Question { subject, pair, threat, ip, what } = question;
        let news = self.seen.admit(*subject, *pair, what)?;
        self.count(*threat, *ip, what, news)?;
        Ok(news == News::Key)
    }

    /// Brings what is news of an address into the tallies.
    fn count(
        &mut self,
        threat: u32,
        ip: Ip,
        what: &Circumstances,
        news: News,
    ) -> Result<(), LedgerError> {
        let Circumstances { hour, classification, holding, .. } = *what;
        if news != News::Nothing {
            self.tally.count_hour(HourGroup { threat, classification, hour }, ip)?;
        }
        if matches!(news, News::Key | News::Record) && !ip.is_none() {
            let day = crate::days::day_of_hour(hour);
            self.tally.count_holding(HoldingGroup { threat, classification, day, holding }, ip)?;
        }
        Ok(())
    }

    /// Who was seen: the address, else the URL, else the domain.
    fn subject(&mut self, ip: Ip, domain: &str, url: &str) -> Result<Subject, LedgerError> {
        if !ip.is_none() {
            return Ok(Subject::Ip(ip));
        }
        if !url.is_empty() {
            return Ok(Subject::Url(self.names.code(url)?));
        }
        Ok(Subject::Domain(self.names.code(domain)?))
    }

    /// Writes a thin row for each record of a key that was seen again, by day and in order of address.
    async fn write_again(&mut self) -> Result<(), LedgerError> {
        let mut reseen = std::mem::take(&mut self.seen).into_again();
        let (mut v4, mut others) =
            (std::mem::take(&mut reseen.v4), std::mem::take(&mut reseen.others));
        v4.sort_unstable_by_key(|&(ip, pair, _)| (self.pairs.get(pair).day, ip, pair));
        others
            .sort_unstable_by_key(|&(subject, pair, _)| (self.pairs.get(pair).day, subject, pair));
        let v4 = v4.into_iter().map(|(ip, pair, head)| (Subject::Ip(Ip::from_v4(ip)), pair, head));
        let meaning = meaning(&self.names, &self.holdings, &self.hex);
        for (subject, pair, head) in v4.chain(others) {
            let pair = self.pairs.get(pair);
            for record in reseen.records(head) {
                let row = thin_row(subject, &pair, record, &self.names);
                self.segments.push(pair.day, &row);
            }
            if self.segments.is_full() {
                self.segments.relieve(Kind::Again, &meaning).await?;
            }
        }
        self.segments.flush(Kind::Again, &meaning).await
    }

    fn check_days(&self) -> Result<(), LedgerError> {
        if self.days.len() > MOST_DAYS {
            return Err(LedgerError::TooManyDays { most: MOST_DAYS });
        }
        Ok(())
    }
}

/// Rows that are asked about together. Each look-up goes to a place of its own in a table far larger than the
/// cache: one at a time, each waits for memory in its turn.
const AT_ONCE: usize = 256;

/// What is asked about a row.
struct Question {
    subject: Subject,
    pair: u32,
    threat: u32,
    ip: Ip,
    what: Circumstances,
}

const OUTSIDE: LedgerError =
    LedgerError::Batch { what: "a row lies outside the calendar or the batch" };

fn meaning<'a>(names: &'a Names, holdings: &'a Holdings, delivery: &'a str) -> Meaning<'a> {
    Meaning { names, holdings: &holdings.list, delivery }
}

/// Re-sightings of one key under one classification and holder, in the table's words.
fn thin_row<'a>(subject: Subject, pair: &Pair, record: &Again, names: &'a Names) -> Row<'a> {
    let (ip, domain, url) = match subject {
        Subject::Ip(ip) => (ip, "", ""),
        Subject::Domain(code) => (Ip::NONE, names.get(code), ""),
        Subject::Url(code) => (Ip::NONE, "", names.get(code)),
    };
    Row {
        seen: record.first,
        last_seen: record.last,
        count: record.count,
        hours: record.hours,
        ip,
        domain,
        url,
        threat: pair.threat,
        classification: record.classification,
        destination_ip: pair.destination_ip,
        destination_port: pair.destination_port,
        destination_domain: pair.destination_domain,
        holding: record.holding,
        ..Row::default()
    }
}

fn commit(
    delivery: DeliveryId,
    written: &[Written],
    tallies: &BTreeMap<Day, String>,
    receipt: &Receipt,
) -> Commit {
    let mut commit = Commit::of_delivery(delivery);
    let info = serde_json::json!({
        "timestamp": written.iter().map(|file| file.modified).max(),
        "operation": "WRITE",
        "operationParameters": { "mode": "Append" },
        "engineInfo": "juyan",
        "operationMetrics": {
            "sightings": receipt.sightings,
            "new": receipt.new,
            "attributed": receipt.attributed,
        },
    });
    commit.actions.push(Action::CommitInfo(info));
    commit.days.clone_from(&receipt.days);
    commit.actions.extend(written.iter().map(|file| {
        let tallies = tallies.get(&crate::days::day_of_date(file.entry.day));
        Action::Add(Box::new(file.add(tallies.map(String::as_str))))
    }));
    commit
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or_default()
}

/// Refuses a batch whose columns differ in length.
fn check_columns(s: &Sightings, attribution: &Attribution) -> Result<(), LedgerError> {
    let lengths = [
        s.line.len(),
        s.ip.len(),
        s.port.len(),
        s.domain.len(),
        s.url.len(),
        s.threat.len(),
        s.classification.len(),
        s.transport.len(),
        s.destination_ip.len(),
        s.destination_port.len(),
        s.destination_domain.len(),
        s.stated_asn.len(),
        attribution.codes.len(),
    ];
    if lengths.iter().all(|&length| length == s.len()) {
        Ok(())
    } else {
        Err(LedgerError::Batch { what: "its columns differ in length" })
    }
}

/// The days of a batch, each once.
fn days_of(sightings: &Sightings) -> Result<BTreeSet<Day>, LedgerError> {
    let mut days = BTreeSet::new();
    let mut last = None;
    for &seen in &sightings.seen {
        let day = day_of(seen).ok_or(OUTSIDE)?;
        if last != Some(day) {
            days.insert(day);
            last = Some(day);
        }
    }
    Ok(days)
}

impl Codes {
    fn of(sightings: &Sightings, names: &mut Names) -> Result<Self, LedgerError> {
        Ok(Self {
            threat: names.codes_of(&sightings.threat)?,
            classification: names.codes_of(&sightings.classification)?,
            transport: names.codes_of(&sightings.transport)?,
            form: Vec::new(),
        })
    }

    /// The intake's code for a row of a column.
    fn at(meaning: &[u32], codes: &[u32], row: usize) -> u32 {
        at(meaning, index(at(codes, row)))
    }
}

/// Holdings by code. Code 0 is *unknown*, and nothing else is.
#[derive(Debug)]
struct Holdings {
    known: hashbrown::HashMap<Holding, u32, foldhash::fast::RandomState>,
    list: Vec<Holding>,
    last: Option<Translated>,
}

/// A code that is not known yet.
const NOT_YET: u32 = u32::MAX;

/// The table that batches came with last, and for each of its codes ours, or [`NOT_YET`].
#[derive(Debug)]
struct Translated {
    table: Arc<[Holding]>,
    codes: Vec<u32>,
}

impl Default for Holdings {
    fn default() -> Self {
        let known = std::iter::once((Holding::default(), 0)).collect();
        Self { known, list: vec![Holding::default()], last: None }
    }
}

impl Holdings {
    fn code(&mut self, attribution: &Attribution, row: usize) -> Result<u32, LedgerError> {
        let theirs = index(at(&attribution.codes, row));
        if let Some(last) = &self.last
            && Arc::ptr_eq(&last.table, &attribution.holdings)
            && let Some(&code) = last.codes.get(theirs)
            && code != NOT_YET
        {
            return Ok(code);
        }
        let Some(holding) = attribution.holdings.get(theirs) else {
            return Ok(0);
        };
        let code = self.learn(holding)?;
        self.remember(&attribution.holdings, theirs, code);
        Ok(code)
    }

    fn learn(&mut self, holding: &Holding) -> Result<u32, LedgerError> {
        if let Some(&code) = self.known.get(holding) {
            return Ok(code);
        }
        let code = next_code(self.list.len(), "holdings")?;
        self.known.insert(holding.clone(), code);
        self.list.push(holding.clone());
        Ok(code)
    }

    fn remember(&mut self, table: &Arc<[Holding]>, theirs: usize, code: u32) {
        let same = self.last.as_ref().is_some_and(|last| Arc::ptr_eq(&last.table, table));
        if !same {
            self.last =
                Some(Translated { table: table.clone(), codes: vec![NOT_YET; table.len()] });
        }
        if let Some(last) = &mut self.last
            && let Some(slot) = last.codes.get_mut(theirs)
        {
            *slot = code;
        }
    }
}
