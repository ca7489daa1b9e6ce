//! Incidents at rest, with every assessment ever made of them; exactly one is in force.
//!
//! An organisation sees the incidents that concern it: those of which it has a notice, or for which it
//! owes something.

use std::ops::Range;

use jiff::Timestamp;
use model::incident::{Assessment, IncidentNumber, State};
use model::permit::ReadPermit;
use model::regime::{Basis, GradeId, PackId};
use model::{Handle, Id, Incident, ThreatName};

use crate::record::{Record, bigint, json_text, unknown_state};
use crate::scope::concerns;
use crate::statement::{ask, tell};
use crate::{Store, StoreError, Tx};

/// Which incidents; the default is all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IncidentFilter {
    /// Of this grade, by the assessment in force.
    pub grade: Option<GradeId>,
    pub threat: Option<ThreatName>,
}

/// Where a page of incidents ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncidentCursor {
    pub assessed_at: Timestamp,
    pub id: Id<Incident>,
}

impl From<&Incident> for IncidentCursor {
    fn from(last: &Incident) -> Self {
        Self { assessed_at: last.assessment.assessed_at, id: last.id }
    }
}

impl Store {
    /// The incident that people call by this number.
    pub async fn incident(
        &self,
        permit: &ReadPermit,
        number: &IncidentNumber,
    ) -> Result<Option<Incident>, StoreError> {
        self.one("read an incident", ask(READ_BY_NUMBER, permit).bind(number.to_string())).await
    }

    /// The incident with this id.
    pub async fn incident_by_id(
        &self,
        permit: &ReadPermit,
        id: &Id<Incident>,
    ) -> Result<Option<Incident>, StoreError> {
        self.one("read an incident", ask(READ_BY_ID, permit).bind(id.to_string())).await
    }

    /// The open incident of a threat under a regime pack: there is at most one.
    pub async fn open_incident_of(
        &self,
        permit: &ReadPermit,
        threat: &ThreatName,
        pack: &PackId,
    ) -> Result<Option<Incident>, StoreError> {
        let statement = ask(READ_OPEN, permit).bind(threat.to_string()).bind(pack.to_string());
        self.one("look for an open incident", statement).await
    }

    /// Incidents, the latest assessed first, from the one after `after`.
    pub async fn incidents(
        &self,
        permit: &ReadPermit,
        filter: &IncidentFilter,
        limit: u32,
        after: Option<IncidentCursor>,
    ) -> Result<Vec<Incident>, StoreError> {
        let (at, id) = match after {
            Some(last) => (last.assessed_at.as_microsecond(), last.id.to_string()),
            None => (i64::MAX, String::new()),
        };
        let page = |sql| {
            let threat = filter.threat.as_ref().map(ThreatName::to_string);
            ask(sql, permit).bind(at).bind(id).bind(threat).bind(limit)
        };
        let statement = match &filter.grade {
            Some(grade) => page(LIST_OF_GRADE).bind(grade.to_string()),
            None => page(LIST_INCIDENTS),
        };
        self.all("list incidents", statement).await
    }

    /// How many incidents there are of each grade, by the id of the grade.
    pub async fn incident_counts_by_grade(
        &self,
        permit: &ReadPermit,
    ) -> Result<Vec<(GradeId, u64)>, StoreError> {
        self.all("count incidents", ask(COUNT_BY_GRADE, permit)).await
    }

    /// What was opened under a pack in a time, the first first: the grade in force, and who found it.
    pub async fn grades_opened(
        &self,
        permit: &ReadPermit,
        pack: &PackId,
        during: Range<Timestamp>,
        limit: u32,
    ) -> Result<Vec<(GradeId, Handle)>, StoreError> {
        let statement = ask(GRADES_OPENED, permit)
            .bind(pack.to_string())
            .bind(during.start.as_microsecond())
            .bind(during.end.as_microsecond())
            .bind(limit);
        self.all("list what was opened", statement).await
    }

    /// Every assessment of an incident, the one in force first.
    pub async fn assessments(
        &self,
        permit: &ReadPermit,
        incident: &Id<Incident>,
        limit: u32,
    ) -> Result<Vec<Assessment>, StoreError> {
        let statement = ask(LIST_ASSESSMENTS, permit).bind(incident.to_string()).bind(limit);
        self.all("list assessments", statement).await
    }
}

impl Tx {
    /// The next number of a kind in a year, counting from 1 without gaps.
    pub async fn next_number(&mut self, kind: &str, year: i16) -> Result<u64, StoreError> {
        let statement = tell(NEXT_NUMBER).bind(kind.to_owned()).bind(year);
        let Some(row) = self.look_up("take a number", statement).await? else {
            return Err(StoreError::Missing { what: "number of kind", id: kind.to_owned() });
        };
        self.note_written();
        row.count("last")
    }

    /// Enters an incident with its first assessment.
    ///
    /// Refuses a second open incident of the same threat under the same pack.
    pub async fn insert_incident(&mut self, incident: &Incident) -> Result<(), StoreError> {
        let statement = tell(INSERT_INCIDENT)
            .bind(incident.id.to_string())
            .bind(incident.number.to_string())
            .bind(incident.threat.to_string())
            .bind(incident.assessment.basis.pack.to_string())
            .bind(incident.finder.to_string())
            .bind(incident.opened_at.as_microsecond())
            .bind(state_text(incident.state));
        self.write("open an incident", statement).await?;
        self.insert_assessment(&incident.id, &incident.assessment).await
    }

    /// Puts an assessment in force; the one before it is kept.
    pub async fn insert_assessment(
        &mut self,
        incident: &Id<Incident>,
        assessment: &Assessment,
    ) -> Result<(), StoreError> {
        let former = tell(RETIRE_ASSESSMENT).bind(incident.to_string());
        self.write("retire an assessment", former).await?;
        let statement = tell(INSERT_ASSESSMENT)
            .bind(incident.to_string())
            .bind(assessment.grade.to_string())
            .bind(assessment.assessed_at.as_microsecond())
            .bind(assessment.basis.pack.to_string())
            .bind(assessment.basis.pack_version.clone())
            .bind(assessment.basis.calendar.clone())
            .bind(json_text("the inputs of an assessment", &assessment.inputs)?)
            .bind(assessment.window_end.as_microsecond())
            .bind(i64::from(assessment.window_hours))
            .bind(bigint("the size of an incident", assessment.size)?)
            .bind(assessment.because.clone())
            .bind(assessment.measured.as_ref().map(GradeId::to_string));
        self.write("enter an assessment", statement).await?;
        Ok(())
    }
}

fn state_text(state: State) -> &'static str {
    match state {
        State::Proposed => "proposed",
    }
}

impl TryFrom<Record> for Incident {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        let state = match record.text("state")?.as_str() {
            "proposed" => State::Proposed,
            other => return unknown_state(other),
        };
        Ok(Self {
            id: record.parsed("id")?,
            number: record.parsed("number")?,
            threat: record.parsed("threat")?,
            finder: record.parsed("finder")?,
            opened_at: record.instant("opened_at")?,
            state,
            assessment: record.try_into()?,
        })
    }
}

impl TryFrom<Record> for Assessment {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        Ok(Self {
            grade: record.parsed("grade")?,
            measured: record.parsed_if_any("measured")?,
            assessed_at: record.instant("assessed_at")?,
            basis: Basis {
                pack: record.parsed("pack")?,
                pack_version: record.text("pack_version")?,
                calendar: record.text("calendar")?,
            },
            inputs: record.json("inputs")?,
            window_end: record.instant("window_end")?,
            window_hours: record.count("window_hours")?,
            size: record.count("size")?,
            because: record.text("because")?,
        })
    }
}

impl TryFrom<Record> for (GradeId, Handle) {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        Ok((record.parsed("grade")?, record.parsed("finder")?))
    }
}

impl TryFrom<Record> for (GradeId, u64) {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        Ok((record.parsed("grade")?, record.count("number")?))
    }
}

/// The columns of an incident and of its assessment in force.
macro_rules! incidents_in_force {
    () => {
        "
SELECT incident.id, incident.number, incident.threat, incident.finder, incident.opened_at,
       incident.state, assessment.grade, assessment.assessed_at, assessment.pack,
       assessment.pack_version, assessment.calendar, assessment.inputs, assessment.window_end,
       assessment.window_hours, assessment.size, assessment.because,
       assessment.measured
  FROM incident
  JOIN assessment
    ON assessment.incident = incident.id
   AND assessment.in_force"
    };
}

/// By the unique index of `number`, then `assessment_in_force`.
const READ_BY_NUMBER: &str = concat!(
    incidents_in_force!(),
    "
 WHERE incident.number = $2
   AND ",
    concerns!("incident.id"),
    "
 LIMIT 1"
);

/// By the primary key, then `assessment_in_force`.
const READ_BY_ID: &str = concat!(
    incidents_in_force!(),
    "
 WHERE incident.id = $2
   AND ",
    concerns!("incident.id"),
    "
 LIMIT 1"
);

/// By the partial unique index `incident_open`, then `assessment_in_force`.
const READ_OPEN: &str = concat!(
    incidents_in_force!(),
    "
 WHERE incident.state = 'proposed'
   AND incident.threat = $2
   AND incident.pack = $3
   AND ",
    concerns!("incident.id"),
    "
 LIMIT 1"
);

/// By `assessment_latest`, then the primary key of `incident`.
const LIST_INCIDENTS: &str = concat!(
    incidents_in_force!(),
    "
 WHERE (assessment.assessed_at, assessment.incident) < ($2, $3)
   AND (CAST($4 AS TEXT) IS NULL OR incident.threat = $4)
   AND ",
    concerns!("incident.id"),
    "
 ORDER BY assessment.assessed_at DESC, assessment.incident DESC
 LIMIT $5"
);

/// By `assessment_by_grade`, then the primary key of `incident`.
const LIST_OF_GRADE: &str = concat!(
    incidents_in_force!(),
    "
 WHERE assessment.grade = $6
   AND (assessment.assessed_at, assessment.incident) < ($2, $3)
   AND (CAST($4 AS TEXT) IS NULL OR incident.threat = $4)
   AND ",
    concerns!("incident.id"),
    "
 ORDER BY assessment.assessed_at DESC, assessment.incident DESC
 LIMIT $5"
);

/// By `assessment_by_grade`: one row a grade, so it needs no limit.
const COUNT_BY_GRADE: &str = concat!(
    "
SELECT assessment.grade, COUNT(*) AS number
  FROM assessment
 WHERE assessment.in_force
   AND ",
    concerns!("assessment.incident"),
    "
 GROUP BY assessment.grade
 ORDER BY assessment.grade"
);

/// By `incident_by_opening`, then `assessment_in_force`.
const GRADES_OPENED: &str = concat!(
    "
SELECT assessment.grade, incident.finder
  FROM incident
  JOIN assessment
    ON assessment.incident = incident.id
   AND assessment.in_force
 WHERE incident.pack = $2
   AND incident.opened_at >= $3
   AND incident.opened_at < $4
   AND ",
    concerns!("incident.id"),
    "
 ORDER BY incident.opened_at
 LIMIT $5"
);

/// By the primary key.
const LIST_ASSESSMENTS: &str = concat!(
    "
SELECT grade, assessed_at, pack, pack_version, calendar, inputs, window_end, window_hours, size,
       because, measured
  FROM assessment
 WHERE assessment.incident = $2
   AND ",
    concerns!("assessment.incident"),
    "
 ORDER BY sequence DESC
 LIMIT $3"
);

/// By the primary key.
const NEXT_NUMBER: &str = "
INSERT INTO numbering (kind, year, last)
VALUES ($1, $2, 1)
    ON CONFLICT (kind, year) DO UPDATE
   SET last = numbering.last + 1
RETURNING last";

/// The unique indexes of `number` and `incident_open` refuse a second.
const INSERT_INCIDENT: &str = "
INSERT INTO incident (id, number, threat, pack, finder, opened_at, state)
VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// By `assessment_in_force`.
const RETIRE_ASSESSMENT: &str = "
UPDATE assessment
   SET in_force = FALSE
 WHERE incident = $1
   AND in_force";

/// By the primary key, whose greatest sequence is found first.
const INSERT_ASSESSMENT: &str = "
INSERT INTO assessment (incident, sequence, in_force, grade, assessed_at, pack, pack_version,
       calendar, inputs, window_end, window_hours, size, because, measured)
VALUES ($1,
       (SELECT COALESCE(MAX(sequence), 0) + 1 FROM assessment WHERE incident = $1),
       TRUE, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

/// Every statement of this file, for the tests that prepare and explain them all.
#[cfg(test)]
pub(crate) const STATEMENTS: &[(&str, &str)] = &[
    ("READ_BY_NUMBER", READ_BY_NUMBER),
    ("READ_BY_ID", READ_BY_ID),
    ("READ_OPEN", READ_OPEN),
    ("LIST_INCIDENTS", LIST_INCIDENTS),
    ("LIST_OF_GRADE", LIST_OF_GRADE),
    ("COUNT_BY_GRADE", COUNT_BY_GRADE),
    ("GRADES_OPENED", GRADES_OPENED),
    ("LIST_ASSESSMENTS", LIST_ASSESSMENTS),
    ("NEXT_NUMBER", NEXT_NUMBER),
    ("INSERT_INCIDENT", INSERT_INCIDENT),
    ("RETIRE_ASSESSMENT", RETIRE_ASSESSMENT),
    ("INSERT_ASSESSMENT", INSERT_ASSESSMENT),
];

#[cfg(test)]
mod tests;
