//! What pages and commands are shown: plain values, read for one permit, without a clock inside.
//!
//! A view holds facts and instants; how much time is left is for whoever shows it to work out.

pub mod rules;

use jiff::Timestamp;
use model::delivery::Quarantined;
use model::organisation::Bilingual;
use serde::Serialize;

/// A grade as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GradeView {
    /// The pack's id of it, such as `g1`.
    pub id: String,
    /// 1 for the gravest. Colour and numeral follow from it.
    pub rank: u8,
    pub name: Bilingual,
}

/// An organisation as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartyView {
    pub handle: String,
    pub name: Bilingual,
}

/// An incident in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IncidentRow {
    pub number: String,
    pub threat: String,
    pub grade: GradeView,
    /// Distinct addresses in the measured window.
    pub size: u64,
    /// Organisations with something to deal with.
    pub parties: u64,
    pub state: String,
    pub opened_at: Timestamp,
    pub assessed_at: Timestamp,
    /// The next instant at which anything of it falls due, and when that clock started.
    pub next_due: Option<(Timestamp, Timestamp)>,
}

/// An obligation in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ObligationRow {
    pub id: String,
    /// The incident's number and its threat; both empty for what is owed for a month.
    pub incident: String,
    pub threat: String,
    /// The month that it is owed for, such as `2026-10`.
    pub month: Option<String>,
    /// The grade of the incident now; none for a month.
    pub grade: Option<GradeView>,
    pub pack: String,
    pub pack_version: String,
    pub calendar: String,
    /// The instrument's name in short, such as `工信部保[2009]157号`.
    pub instrument: String,
    pub duty: String,
    pub article: String,
    pub does: Bilingual,
    pub debtor: PartyView,
    /// Whether the desk's own organisation owes it.
    pub ours: bool,
    /// Where another regime wants something sooner of the same debtor for the same recipient: what governs.
    pub governed_by: Vec<GovernedView>,
    pub to: Vec<PartyView>,
    pub cc: Vec<PartyView>,
    pub within: String,
    /// What starts its clock, such as `cncert.aware`.
    pub trigger: String,
    pub form: Vec<String>,
    pub state: ObligationState,
}

/// Where an obligation stands, as a page needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ObligationState {
    Latent,
    Running {
        since: Timestamp,
        due: Option<Timestamp>,
        explanation: Bilingual,
    },
    /// Said by telephone; the written form stays owed, without a number.
    ProvisionallyMet {
        at: Timestamp,
        due: Option<Timestamp>,
        evidence: String,
        explanation: Bilingual,
    },
    Met {
        at: Timestamp,
        /// None if it was the debtor itself.
        by: Option<PartyView>,
        due: Option<Timestamp>,
        late: bool,
        evidence: String,
        explanation: Bilingual,
    },
    /// The authority says that it need not be done.
    Waived {
        at: Timestamp,
        because: String,
    },
    /// The duty of another grade took its place.
    Superseded {
        at: Timestamp,
    },
    /// It does not follow at the grade as it is.
    Void {
        at: Timestamp,
    },
}

/// The obligation that is due first towards one recipient, among several regimes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GovernedView {
    pub recipient: String,
    pub pack: String,
    pub duty: String,
    pub due: Timestamp,
}

/// A notice in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NoticeRow {
    pub number: String,
    pub incident: String,
    pub threat: String,
    pub grade: GradeView,
    pub recipient: PartyView,
    pub items: u64,
    pub state: String,
    pub drafted_at: Timestamp,
}

/// Everything about one incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IncidentView {
    pub row: IncidentRow,
    pub finder: PartyView,
    /// Each assessment, the newest first.
    pub assessments: Vec<AssessmentView>,
    pub obligations: Vec<ObligationRow>,
    pub notices: Vec<NoticeRow>,
    /// Distinct addresses by province and by holder, the largest first.
    pub provinces: Vec<ProvinceCount>,
    pub holders: Vec<HolderCount>,
    /// Distinct addresses each hour, over the last hours with data.
    pub hourly: Vec<HourCount>,
    /// Thresholds of size in the pack, gravest first: (grade, strictly more than).
    pub thresholds: Vec<(GradeView, u64)>,
    /// What was done, the newest first.
    pub acts: Vec<ActView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AssessmentView {
    pub grade: GradeView,
    pub assessed_at: Timestamp,
    pub pack: String,
    pub pack_version: String,
    pub inputs: Vec<(String, String)>,
    pub window_end: Timestamp,
    pub window_hours: u32,
    pub size: u64,
    pub because: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProvinceCount {
    /// The province's code; empty when unknown.
    pub code: String,
    pub name: Bilingual,
    pub addresses: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HolderCount {
    /// Empty when the register names no organisation.
    pub handle: String,
    pub name: Bilingual,
    pub asn: Option<u32>,
    pub addresses: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HourCount {
    /// The hour's first instant.
    pub hour: Timestamp,
    pub addresses: u64,
}

/// An entry of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActView {
    pub sequence: u64,
    pub at: Timestamp,
    pub actor: String,
    pub act: String,
    pub subject: String,
    pub details: String,
}

/// One notice with the head of its list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NoticeView {
    pub row: NoticeRow,
    /// What the recipient is told of size and harm.
    pub size: u64,
    pub potential_harm: Bilingual,
    /// What the recipient will owe once it has received this.
    pub obligations: Vec<ObligationRow>,
    /// One page of the list, in order of address.
    pub items: Vec<RemediationRow>,
    /// Key of the following page; none on the last.
    pub next: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RemediationRow {
    /// An address or a domain.
    pub subject: String,
    pub port: u16,
    pub classification: String,
    pub province: String,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    pub sightings: u64,
    pub destination_ip: String,
    pub destination_port: u16,
    pub destination_domain: String,
    pub state: String,
}

/// The duty desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Desk {
    /// Running obligations by due instant, those without a number last.
    pub due_next: Vec<ObligationRow>,
    /// How many run in all, and how many of them are ours.
    pub running: u64,
    pub running_ours: u64,
    pub overdue: u64,
    pub due_within_hour: u64,
    /// Open incidents by rank of grade: index 0 is the gravest.
    pub open_by_rank: [u64; 4],
    /// The gravest and latest incidents first.
    pub incidents: Vec<IncidentRow>,
    /// Distinct addresses over the last 24 hours of data, and over the 24 before.
    pub addresses_24h: u64,
    pub addresses_before: u64,
    /// For the chart: names and, for each, distinct addresses in each of 24 hours, oldest first.
    pub threats: Vec<(String, [u64; 24])>,
    /// First instant of the chart's last hour; none while the ledger is empty.
    pub chart_last_hour: Option<Timestamp>,
    pub provinces: Vec<ProvinceCount>,
    pub notices_drafted: u64,
    pub deliveries: Vec<DeliveryRow>,
    pub acts: Vec<ActView>,
}

/// A delivery in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeliveryRow {
    pub id: String,
    pub feed: String,
    pub mapping: String,
    pub name: String,
    pub received_at: Timestamp,
    /// `stored`, `ingested` or `refused`.
    pub state: String,
    pub reason: String,
    pub rows: u64,
    pub sightings: u64,
    pub new: u64,
    pub quarantined: u64,
    pub attributed: u64,
}

/// One page of a list, and the key of the following page; none on the last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    pub rows: Vec<T>,
    pub next: Option<String>,
}

/// How many there are of each kind: for the menu and for the links that filter a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Open incidents by rank of grade: index 0 is the gravest.
    pub incidents_by_rank: [u64; 4],
    /// Obligations in any state.
    pub obligations: u64,
    /// Running obligations of the desk's own organisation.
    pub obligations_ours: u64,
    /// Running obligations of everyone else.
    pub obligations_waiting: u64,
    /// Obligations whose clock has not started.
    pub obligations_latent: u64,
    pub notices: u64,
    pub deliveries: u64,
}

/// One delivery with the rows of it that were not understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeliveryView {
    pub row: DeliveryRow,
    /// One page of them, in order of line.
    pub quarantined: Vec<Quarantined>,
    /// Key of the following page; none on the last.
    pub next: Option<String>,
}

/// A sighting in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SightingRow {
    /// When it was first seen in its day, and when last.
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    /// How often, in that day.
    pub sightings: u64,
    /// The address, domain or URL.
    pub subject: String,
    /// 0 when unknown.
    pub port: u16,
    pub threat: String,
    pub classification: String,
    pub destination_ip: String,
    pub destination_port: u16,
    pub destination_domain: String,
    /// Who held it then; none when the register names nobody.
    pub holder: Option<PartyView>,
    pub asn: Option<u32>,
    /// Empty when unknown.
    pub province: Bilingual,
    /// The delivery that brought it.
    pub delivery: String,
}
