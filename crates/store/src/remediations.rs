//! Remediations at rest: a million lean rows, each an address or domain of one notice.
//!
//! A row names its notice by eight bytes and its subject by a text that sorts as addresses do; incident
//! and organisation are its notice's. Writing the same remediations twice changes nothing, so a step that
//! died half-way is simply run again. An organisation sees those of its own notices.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::LazyLock;

use model::holding::Province;
use model::permit::ReadPermit;
use model::remediation::{State, Subject};
use model::{Fqdn, Handle, Id, Incident, Ip, Notice, Remediation};

use crate::engine::Engine;
use crate::record::{Record, bigint, corrupt, unknown_state};
use crate::statement::{Prepared, ask, tell};
use crate::{Store, StoreError, Tx};

/// Rows in one statement: enough that the round trip to the engine's thread no longer counts.
const ROWS: usize = 128;
/// Values in one row.
const COLUMNS: usize = 12;

/// What became of remediations that were written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Upserted {
    /// New to their notice.
    pub added: u64,
    /// There already, and now known to have been seen earlier, later or more often.
    pub updated: u64,
}

impl Store {
    /// The remediations of a notice from the one after `after`: IPv4 in numeric order, then IPv6, then
    /// domains.
    pub async fn remediations(
        &self,
        permit: &ReadPermit,
        notice: &Id<Notice>,
        limit: u32,
        after: Option<&Subject>,
    ) -> Result<Vec<Remediation>, StoreError> {
        let statement = ask(LIST_REMEDIATIONS, permit)
            .bind(notice.to_string())
            .bind(after.map(subject_key).unwrap_or_default())
            .bind(limit);
        self.all("list remediations", statement).await
    }
}

impl Tx {
    /// Enters remediations, or brings known ones up to date: the earlier `first_seen`, the later
    /// `last_seen` and the greater `sightings` stand, the rest stays as it was entered.
    ///
    /// Give whole totals and not increments, each subject of a notice once. Memory is the caller's: what
    /// is given at once is bounded there.
    pub async fn upsert_remediations(
        &mut self,
        remediations: &[Remediation],
    ) -> Result<Upserted, StoreError> {
        let mut notices = HashMap::new();
        let mut done = Upserted::default();
        let (many, one) = texts(self.engine());
        let (full, rest) = remediations.as_chunks::<ROWS>();
        for rows in full {
            self.upsert(many, rows, &mut notices, &mut done).await?;
        }
        for row in rest.chunks(1) {
            self.upsert(one, row, &mut notices, &mut done).await?;
        }
        Ok(done)
    }

    async fn upsert(
        &mut self,
        texts: &'static Texts,
        rows: &[Remediation],
        notices: &mut HashMap<Id<Notice>, Envelope>,
        done: &mut Upserted,
    ) -> Result<(), StoreError> {
        let doing = "enter remediations";
        for row in rows {
            self.envelope_of(row, notices).await?;
        }
        let added = self.write(doing, bind_all(&texts.insert, rows, notices)?).await?;
        done.added += added;
        // Almost always all of them are new: the second statement is for those that are not.
        if usize::try_from(added) != Ok(rows.len()) {
            done.updated += self.write(doing, bind_all(&texts.update, rows, notices)?).await?;
        }
        Ok(())
    }

    /// Makes sure that the notice of a remediation is there, and that the remediation belongs to it.
    async fn envelope_of(
        &mut self,
        row: &Remediation,
        notices: &mut HashMap<Id<Notice>, Envelope>,
    ) -> Result<(), StoreError> {
        let envelope = match notices.entry(row.notice) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(self.read_envelope(&row.notice).await?),
        };
        if envelope.incident == row.incident && envelope.recipient == row.assigned_to {
            return Ok(());
        }
        let (subject, notice) = (row.subject.to_string(), row.notice.to_string());
        Err(StoreError::Misfiled { subject, notice })
    }

    async fn read_envelope(&mut self, notice: &Id<Notice>) -> Result<Envelope, StoreError> {
        let statement = tell(READ_ENVELOPE).bind(notice.to_string());
        match self.look_up("look for the notice of a remediation", statement).await? {
            Some(found) => found.try_into(),
            None => Err(StoreError::Missing { what: "notice", id: notice.to_string() }),
        }
    }
}

/// What a remediation takes from its notice.
struct Envelope {
    ordinal: i64,
    incident: Id<Incident>,
    recipient: Handle,
}

impl TryFrom<Record> for Envelope {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        Ok(Self {
            ordinal: record.integer("ordinal")?,
            incident: record.parsed("incident")?,
            recipient: record.parsed("recipient")?,
        })
    }
}

fn bind_all(
    sql: &'static str,
    rows: &[Remediation],
    notices: &HashMap<Id<Notice>, Envelope>,
) -> Result<Prepared, StoreError> {
    let mut statement = tell(sql);
    for row in rows {
        statement = statement
            .bind(notices.get(&row.notice).map(|envelope| envelope.ordinal))
            .bind(subject_key(&row.subject))
            .bind(row.port)
            .bind(row.classification.clone())
            .bind(row.province.as_ref().map(Province::to_string))
            .bind(row.first_seen.as_microsecond())
            .bind(row.last_seen.as_microsecond())
            .bind(bigint("the sightings of a remediation", row.sightings)?)
            .bind(row.destination_ip.as_ref().map(Ip::to_string))
            .bind(row.destination_port)
            .bind(row.destination_domain.as_ref().map(Fqdn::to_string))
            .bind(state_text(row.state));
    }
    Ok(statement)
}

fn state_text(state: State) -> &'static str {
    match state {
        State::Assigned => "assigned",
    }
}

/// A subject as a text that sorts as subjects do: numbers in hexadecimal of one width.
fn subject_key(subject: &Subject) -> String {
    match subject {
        Subject::Ip(ip) => match ip.v4() {
            Some(bits) => format!("4{bits:08x}"),
            None => format!("6{:032x}", ip.bits()),
        },
        Subject::Domain(name) => format!("d{name}"),
    }
}

fn subject_of(key: &str) -> Result<Subject, StoreError> {
    let bad = || corrupt("subject", "address or domain")(format!("it holds `{key}`"));
    let (kind, text) = key.split_at_checked(1).ok_or_else(bad)?;
    match (kind, text.len()) {
        ("4", 8) => u32::from_str_radix(text, 16).map(|bits| Subject::Ip(Ip::from_v4(bits))).ok(),
        ("6", 32) => {
            u128::from_str_radix(text, 16).map(|bits| Subject::Ip(Ip::from_bits(bits))).ok()
        }
        ("d", _) => text.parse().map(Subject::Domain).ok(),
        _ => None,
    }
    .ok_or_else(bad)
}

impl TryFrom<Record> for Remediation {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        let state = match record.text("state")?.as_str() {
            "assigned" => State::Assigned,
            other => return unknown_state(other),
        };
        Ok(Self {
            incident: record.parsed("incident")?,
            notice: record.parsed("notice")?,
            assigned_to: record.parsed("recipient")?,
            subject: subject_of(&record.text("subject")?)?,
            port: record.count("port")?,
            classification: record.text("classification")?,
            province: record.parsed_if_any("province")?,
            first_seen: record.instant("first_seen")?,
            last_seen: record.instant("last_seen")?,
            sightings: record.count("sightings")?,
            destination_ip: record.parsed_if_any("destination_ip")?,
            destination_port: record.count("destination_port")?,
            destination_domain: record.parsed_if_any("destination_domain")?,
            state,
        })
    }
}

/// The two statements for a number of rows.
struct Texts {
    insert: String,
    update: String,
}

static MANY: LazyLock<Texts> = LazyLock::new(|| Texts::for_rows(ROWS, by_name));
static ONE: LazyLock<Texts> = LazyLock::new(|| Texts::for_rows(1, by_name));
static MANY_BY_PLACE: LazyLock<Texts> = LazyLock::new(|| Texts::for_rows(ROWS, by_place));
static ONE_BY_PLACE: LazyLock<Texts> = LazyLock::new(|| Texts::for_rows(1, by_place));

/// The statements of an engine for many rows and for one.
fn texts(engine: Engine) -> (&'static Texts, &'static Texts) {
    match engine {
        Engine::Sqlite => (&MANY_BY_PLACE, &ONE_BY_PLACE),
        Engine::Postgres => (&MANY, &ONE),
    }
}

fn by_name(row: usize) -> String {
    let names: Vec<String> =
        (1..=COLUMNS).map(|column| format!("${}", row * COLUMNS + column)).collect();
    names.join(", ")
}

/// For SQLite `?` instead of `$1`, `$2` …: it looks a name up among all of a statement's names, each
/// time, so that named values cost their number squared. Measured with 128 rows: 16,000 rows/s by name,
/// 240,000 without. PostgreSQL knows no `?`, and its names cost nothing.
fn by_place(_: usize) -> String {
    ["?"; COLUMNS].join(", ")
}

impl Texts {
    fn for_rows(rows: usize, values_of: fn(usize) -> String) -> Self {
        let rows: Vec<String> = (0..rows).map(|row| format!("({})", values_of(row))).collect();
        let values = rows.join(",\n       ");
        Self {
            insert: format!("{INSERT}\nVALUES {values}{UNLESS_KNOWN}"),
            update: format!("{INSERT}\nVALUES {values}{UPDATE_KNOWN}"),
        }
    }
}

/// By the primary key; followed by its rows and by what to do with known ones.
const INSERT: &str = "
INSERT INTO remediation (notice, subject, port, classification, province, first_seen, last_seen,
       sightings, destination_ip, destination_port, destination_domain, state)";

const UNLESS_KNOWN: &str = "
    ON CONFLICT (notice, subject) DO NOTHING";

// Written with CASE: the engines name the greater of two values differently. A row that would stay as
// it is, is not written, so that it does not count.
const UPDATE_KNOWN: &str = "
    ON CONFLICT (notice, subject) DO UPDATE
   SET first_seen = CASE WHEN excluded.first_seen < remediation.first_seen
                         THEN excluded.first_seen ELSE remediation.first_seen END,
       last_seen = CASE WHEN excluded.last_seen > remediation.last_seen
                        THEN excluded.last_seen ELSE remediation.last_seen END,
       sightings = CASE WHEN excluded.sightings > remediation.sightings
                        THEN excluded.sightings ELSE remediation.sightings END
 WHERE excluded.first_seen < remediation.first_seen
    OR excluded.last_seen > remediation.last_seen
    OR excluded.sightings > remediation.sightings";

/// By the primary key of `notice`.
const READ_ENVELOPE: &str = "
SELECT ordinal, incident, recipient
  FROM notice
 WHERE id = $1
 LIMIT 1";

/// By the primary key of `notice`, then that of `remediation`, which is in the order wanted: that the
/// notice is one is said outright, or PostgreSQL would sort what several might bring.
const LIST_REMEDIATIONS: &str = "
SELECT notice.incident, notice.id AS notice, notice.recipient, remediation.subject,
       remediation.port, remediation.classification, remediation.province,
       remediation.first_seen, remediation.last_seen, remediation.sightings,
       remediation.destination_ip, remediation.destination_port,
       remediation.destination_domain, remediation.state
  FROM remediation
  JOIN notice
    ON notice.ordinal = remediation.notice
 WHERE ($1 = '*' OR notice.recipient IN (SELECT organisation FROM within_reach WHERE permit = $1))
   AND remediation.notice = (SELECT ordinal FROM notice WHERE id = $2)
   AND remediation.subject > $3
 ORDER BY remediation.subject
 LIMIT $4";

/// Every statement of this file, for the tests that prepare and explain them all.
#[cfg(test)]
pub(crate) fn statements() -> Vec<(&'static str, &'static str)> {
    let (many, one) = texts(crate::testing::engine());
    vec![
        ("INSERT of one", &one.insert),
        ("UPDATE of one", &one.update),
        ("INSERT of many", &many.insert),
        ("UPDATE of many", &many.update),
        ("READ_ENVELOPE", READ_ENVELOPE),
        ("LIST_REMEDIATIONS", LIST_REMEDIATIONS),
    ]
}

#[cfg(test)]
mod tests;
