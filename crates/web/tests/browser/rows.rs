//! The rows of the sample. Names are of nobody; addresses are kept for documentation or private use.

use app::views::{
    ActView, AssessmentView, GradeView, HolderCount, HourCount, IncidentRow, IncidentView,
    NoticeRow, NoticeView, ObligationRow, ObligationState, Page, PartyView, ProvinceCount,
    RemediationRow, SightingRow,
};
use jiff::{SignedDuration, Timestamp};
use model::organisation::Bilingual;

use crate::sample::Sample;

/// What a feed could call a threat to run a script in the officer's browser.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script>\"onload='x'";
/// As long as a threat's name may be.
const LONG: &str = "an-uncommonly-long-family-name-without-any-space-in-it-as-some-vendors-do-write-them-down-indeed";

fn both(zh: &str, en: &str) -> Bilingual {
    Bilingual { zh: zh.to_owned(), en: en.to_owned() }
}

fn grade(rank: u8) -> GradeView {
    let names =
        [("特别重大", "Extreme"), ("重大", "Major"), ("较大", "Serious"), ("一般", "General")];
    let (zh, en) = names[usize::from(rank) - 1];
    GradeView { id: format!("g{rank}"), rank, name: both(zh, en) }
}

pub(crate) fn party(handle: &str) -> PartyView {
    let (zh, en) = match handle {
        "centre" => ("中原省际应急中心", "Zhongyuan Response Centre"),
        "bureau" => ("中原通信保障局", "Zhongyuan Security Bureau"),
        "donghai" => ("东海电信", "Donghai Telecom"),
        "huayu" => ("华域移动", "Huayu Mobile"),
        "xinghe" => ("星河域名", "Xinghe Registrar"),
        _ => (
            "名称特别长的虚构省级通信管理与网络安全保障办公室",
            "Fictional Provincial Office for the Administration of Communications and Network Safety",
        ),
    };
    PartyView { handle: handle.to_owned(), name: both(zh, en) }
}

struct Shape {
    number: &'static str,
    threat: &'static str,
    rank: u8,
    size: u64,
    parties: u64,
    opened: i64,
    due: Option<(i64, i64)>,
}

const SHAPES: &[Shape] = &[
    Shape {
        number: "INC-2026-0001",
        threat: "mozi",
        rank: 1,
        size: 1_048_213,
        parties: 14,
        opened: -111,
        due: Some((9, -111)),
    },
    Shape {
        number: "INC-2026-0004",
        threat: HOSTILE,
        rank: 2,
        size: 612_640,
        parties: 9,
        opened: -86,
        due: Some((34, -86)),
    },
    Shape {
        number: "INC-2026-0002",
        threat: "avalanche-andromeda",
        rank: 2,
        size: 531_006,
        parties: 22,
        opened: -133,
        due: Some((-13, -133)),
    },
    Shape {
        number: "INC-2026-0003",
        threat: LONG,
        rank: 3,
        size: 104_772,
        parties: 8,
        opened: -36,
        due: Some((84, -36)),
    },
    Shape {
        number: "INC-2026-0006",
        threat: "necurs",
        rank: 3,
        size: 250_118,
        parties: 5,
        opened: -400,
        due: None,
    },
    Shape {
        number: "INC-2026-0005",
        threat: "gh0st",
        rank: 4,
        size: 2_954,
        parties: 1,
        opened: -13_000,
        due: Some((4_630, -2_100)),
    },
    Shape {
        number: "INC-2026-0007",
        threat: "mirai",
        rank: 4,
        size: 88_031,
        parties: 11,
        opened: -700,
        due: Some((-4_400, -12_000)),
    },
];

pub(crate) fn incidents(sample: &Sample) -> Vec<IncidentRow> {
    let row = |shape: &Shape| IncidentRow {
        number: shape.number.to_owned(),
        threat: shape.threat.to_owned(),
        grade: grade(shape.rank),
        size: shape.size,
        parties: shape.parties,
        state: "proposed".to_owned(),
        opened_at: sample.at(shape.opened),
        assessed_at: sample.at(shape.opened / 3),
        next_due: shape.due.map(|(due, since)| (sample.at(due), sample.at(since))),
    };
    SHAPES.iter().map(row).collect()
}

/// Which organisations an incident concerns.
pub(crate) fn concerned(number: &str) -> &'static [&'static str] {
    if number == "INC-2026-0001" {
        &["centre", "donghai", "huayu", "office"]
    } else {
        &["centre", "xinghe"]
    }
}

pub(crate) fn due(row: &ObligationRow) -> Option<Timestamp> {
    match row.state {
        ObligationState::Running { due, .. } => due,
        ObligationState::Latent
        | ObligationState::ProvisionallyMet { .. }
        | ObligationState::Met { .. }
        | ObligationState::Waived { .. }
        | ObligationState::Superseded { .. }
        | ObligationState::Void { .. } => None,
    }
}

struct Owed {
    incident: usize,
    debtor: &'static str,
    to: &'static [&'static str],
    does: (&'static str, &'static str),
    article: &'static str,
    within: &'static str,
    /// Minutes from now at which it began and is due; no due where the text gives no number.
    runs: Option<(i64, Option<i64>)>,
}

const OWED: &[Owed] = &[
    Owed {
        incident: 2,
        debtor: "centre",
        to: &["bureau"],
        does: ("上报", "report upward"),
        article: "8(3)",
        within: "2 hours",
        runs: Some((-133, Some(-13))),
    },
    Owed {
        incident: 0,
        debtor: "centre",
        to: &["bureau"],
        does: ("上报", "report upward"),
        article: "8(3)",
        within: "2 hours",
        runs: Some((-111, Some(9))),
    },
    Owed {
        incident: 1,
        debtor: "centre",
        to: &["bureau", "office"],
        does: ("上报", "report upward"),
        article: "8(3)",
        within: "2 hours",
        runs: Some((-86, Some(34))),
    },
    Owed {
        incident: 3,
        debtor: "donghai",
        to: &["bureau"],
        does: ("报告事件", "report the event"),
        article: "8(2)",
        within: "2 hours",
        runs: Some((-36, Some(84))),
    },
    Owed {
        incident: 5,
        debtor: "huayu",
        to: &["centre"],
        does: ("报告事件", "report the event"),
        article: "8(2)",
        within: "5 working days",
        runs: Some((-2_100, Some(4_630))),
    },
    Owed {
        incident: 0,
        debtor: "centre",
        to: &["office"],
        does: ("通报相关通信管理局", "inform provincial authorities"),
        article: "8(3)",
        within: "promptly",
        runs: Some((-111, None)),
    },
    Owed {
        incident: 6,
        debtor: "xinghe",
        to: &["centre"],
        does: ("反馈处置结果", "report the result of handling"),
        article: "9(2)",
        within: "5 working days",
        runs: Some((-12_000, Some(-4_400))),
    },
    Owed {
        incident: 0,
        debtor: "donghai",
        to: &["centre"],
        does: ("处置并反馈", "handle and report back"),
        article: "9(2)",
        within: "4 hours",
        runs: None,
    },
    Owed {
        incident: 0,
        debtor: "huayu",
        to: &["centre"],
        does: ("处置并反馈", "handle and report back"),
        article: "9(2)",
        within: "4 hours",
        runs: None,
    },
    Owed {
        incident: 0,
        debtor: "office",
        to: &[],
        does: ("监督处置", "supervise the handling"),
        article: "9(3)",
        within: "at discretion",
        runs: None,
    },
];

pub(crate) fn obligations(sample: &Sample) -> Vec<ObligationRow> {
    let mut rows: Vec<ObligationRow> =
        (1..).zip(OWED).map(|(id, owed)| obligation(sample, id, owed)).collect();
    let mut old = rows[1].clone();
    "0190-old".clone_into(&mut old.id);
    "5 working days".clone_into(&mut old.within);
    old.state = ObligationState::Superseded { at: sample.at(-60) };
    rows.push(old.clone());
    "0190-void".clone_into(&mut old.id);
    old.state = ObligationState::Void { at: sample.at(-50) };
    rows.push(old.clone());
    "0190-met".clone_into(&mut old.id);
    old.state = ObligationState::Met {
        at: sample.at(-40),
        by: Some(party("office")),
        due: Some(sample.at(-45)),
        late: true,
        evidence: "form 12".to_owned(),
        explanation: both("第 8(3) 条。", "Art. 8(3)."),
    };
    rows.push(old.clone());
    "0190-month".clone_into(&mut old.id);
    (old.incident, old.threat) = (String::new(), String::new());
    (old.month, old.grade) = (Some("2026-10".to_owned()), None);
    old.state = ObligationState::Waived { at: sample.at(-30), because: "letter 3".to_owned() };
    rows.push(old);
    rows
}

fn obligation(sample: &Sample, id: u32, owed: &Owed) -> ObligationRow {
    let shape = &SHAPES[owed.incident];
    ObligationRow {
        id: format!("0190-{id}"),
        incident: shape.number.to_owned(),
        threat: shape.threat.to_owned(),
        month: None,
        grade: Some(grade(shape.rank)),
        governed_by: Vec::new(),
        pack: "cn.miit.2009-157".to_owned(),
        pack_version: "1.0.0".to_owned(),
        calendar: "cn@2026-01".to_owned(),
        instrument: "工信部保[2009]157号".to_owned(),
        duty: "M3a".to_owned(),
        article: owed.article.to_owned(),
        does: both(owed.does.0, owed.does.1),
        debtor: party(owed.debtor),
        ours: owed.debtor == "centre",
        to: owed.to.iter().map(|handle| party(handle)).collect(),
        cc: if owed.debtor == "donghai" { vec![party("office")] } else { Vec::new() },
        within: owed.within.to_owned(),
        trigger: "cncert.aware".to_owned(),
        form: vec!["c2_ip".to_owned(), "c2_port".to_owned(), "discovered_at".to_owned()],
        state: match owed.runs {
            None => ObligationState::Latent,
            Some((since, due)) => ObligationState::Running {
                since: sample.at(since),
                due: due.map(|due| sample.at(due)),
                explanation: both(
                    &format!(
                        "第 {} 条：自本单位知悉时起算；{} 含夜间和节假日。",
                        owed.article, owed.within
                    ),
                    &format!(
                        "Art. {}: the clock runs from the moment the desk knew; {} means that nights and holidays count.",
                        owed.article, owed.within
                    ),
                ),
            },
        },
    }
}

pub(crate) fn notices(sample: &Sample) -> Vec<NoticeRow> {
    let row = |number: usize, shape: &Shape, recipient: &str, items: u64| NoticeRow {
        number: format!("NTC-2026-{number:04}"),
        incident: shape.number.to_owned(),
        threat: shape.threat.to_owned(),
        grade: grade(shape.rank),
        recipient: party(recipient),
        items,
        state: "drafted".to_owned(),
        drafted_at: sample.at(shape.opened + 2),
    };
    let mut rows = vec![
        row(1, &SHAPES[0], "donghai", 1_000_000),
        row(2, &SHAPES[0], "huayu", 48_212),
        row(3, &SHAPES[0], "office", 1),
        row(4, &SHAPES[1], "xinghe", 612),
    ];
    rows.extend((5..260).map(|n| row(n, &SHAPES[2], "huayu", u64::try_from(n).unwrap() * 37)));
    rows
}

pub(crate) fn notice(sample: &Sample, row: NoticeRow, page: Page<RemediationRow>) -> NoticeView {
    let recipient = row.recipient.handle.clone();
    let owes = |o: &ObligationRow| o.debtor.handle == recipient && o.incident == row.incident;
    NoticeView {
        size: 1_048_213,
        potential_harm: both("可能造成特别重大影响", "can cause especially serious harm"),
        obligations: obligations(sample).into_iter().filter(owes).collect(),
        row,
        items: page.rows,
        next: page.next,
    }
}

/// The rows at these positions, made one by one.
pub(crate) fn remediations(
    sample: &Sample,
    items: std::ops::Range<u64>,
) -> impl Iterator<Item = RemediationRow> + use<> {
    let now = sample.now;
    items.map(move |n| {
        let host = u32::try_from(n % 0x0100_0000).unwrap();
        let v4 = std::net::Ipv4Addr::from_bits(0x0a00_0000 + host);
        RemediationRow {
            subject: match n % 50 {
                7 => {
                    format!("2001:db8:ffff:ffff:ffff:ffff:{:x}:{:x}", n >> 16 & 0xffff, n & 0xffff)
                }
                9 => format!("=cmd{n}.an-uncommonly-long-label-of-a-generated-domain.example"),
                _ => v4.to_string(),
            },
            port: if n.is_multiple_of(3) { 0 } else { 14_737 },
            classification: if n == 0 { "c2-server" } else { "infected-system" }.to_owned(),
            province: if n.is_multiple_of(11) {
                String::new()
            } else {
                format!("ZY-{:02}", n % 12)
            },
            first_seen: now - SignedDuration::from_hours(20),
            last_seen: now - SignedDuration::from_mins(17),
            sightings: 1 + n * 7919 % 1_301,
            destination_ip: if n.is_multiple_of(5) {
                String::new()
            } else {
                "192.0.2.66".to_owned()
            },
            destination_port: 443,
            destination_domain: if n.is_multiple_of(4) {
                "c2.example".to_owned()
            } else {
                String::new()
            },
            state: "assigned".to_owned(),
        }
    })
}

type Parts = (Vec<ObligationRow>, Vec<NoticeRow>, Vec<ActView>);

pub(crate) fn incident(sample: &Sample, row: IncidentRow, parts: Parts) -> IncidentView {
    let (obligations, notices, acts) = parts;
    let assessment = |minutes: i64, rank: u8, size: u64| AssessmentView {
        grade: grade(rank),
        assessed_at: sample.at(minutes),
        pack: "cn.miit.2009-157".to_owned(),
        pack_version: "1.0.0".to_owned(),
        inputs: vec![
            ("max_single_ips".to_owned(), size.to_string()),
            ("total_ips".to_owned(), "1203897".to_owned()),
            ("scope".to_owned(), "national".to_owned()),
        ],
        window_end: sample.at(-5),
        window_hours: 24,
        size,
        because: format!(
            "g1: max_single_ips > 1000000 with max_single_ips = {size} is {} (art. 7)",
            size > 1_000_000
        ),
    };
    IncidentView {
        finder: party("centre"),
        assessments: vec![
            assessment(-37, row.grade.rank, row.size),
            assessment(-80, 2, 700_004),
            assessment(-111, 3, 180_220),
        ],
        obligations,
        notices: notices.into_iter().take(6).collect(),
        provinces: provinces(),
        holders: vec![
            HolderCount {
                handle: "donghai".to_owned(),
                name: party("donghai").name,
                asn: Some(64_500),
                addresses: 700_113,
            },
            HolderCount {
                handle: "huayu".to_owned(),
                name: party("huayu").name,
                asn: Some(64_501),
                addresses: 48_212,
            },
            HolderCount {
                handle: "office".to_owned(),
                name: party("office").name,
                asn: None,
                addresses: 1,
            },
            HolderCount {
                handle: String::new(),
                name: Bilingual::default(),
                asn: None,
                addresses: 299_887,
            },
        ],
        hourly: (0_u32..40)
            .map(|h| HourCount {
                hour: "2026-11-23T07:00:00Z".parse::<Timestamp>().unwrap()
                    - SignedDuration::from_hours(i64::from(39 - h)),
                addresses: 9_000 + u64::from(h * h) * 31,
            })
            .collect(),
        thresholds: vec![(grade(1), 1_000_000), (grade(2), 500_000), (grade(3), 100_000)],
        acts,
        row,
    }
}

pub(crate) fn threats() -> Vec<(String, [u64; 24])> {
    let names = ["mozi", "mirai", HOSTILE, "necurs", LONG, "gh0st", "conficker", "ramnit"];
    let row = |s: usize| {
        std::array::from_fn(|h| {
            let (s, h) = (u64::try_from(s).unwrap(), u64::try_from(h).unwrap());
            21_000 / (s + 1)
                + (h * 2_654_435_761 + s * 40_503) % 1_900
                + if s == 0 { h * h * 40 } else { 0 }
        })
    };
    names.iter().enumerate().map(|(s, name)| ((*name).to_owned(), row(s))).collect()
}

pub(crate) fn provinces() -> Vec<ProvinceCount> {
    let names = [
        ("岭南省", "Lingnan", 412_040),
        ("江东省", "Jiangdong", 207_764),
        ("海西省", "Haixi", 133_518),
        ("中原省", "Zhongyuan", 102_955),
        ("河内省", "Henei", 72_216),
        ("蜀中省", "Shuzhong", 41_876),
        ("关中省", "Guanzhong", 31_011),
        ("辽左省", "Liaozuo", 21_102),
        ("滇南省", "Diannan", 9_512),
        ("朔方自治区", "Shuofang Autonomous Region", 3_318),
        ("河西省", "Hexi", 1_276),
        ("琼崖省", "Qiongya", 205),
        ("青唐省", "Qingtang", 63),
        ("雪域自治区", "Xueyu Autonomous Region", 0),
    ];
    let mut rows: Vec<ProvinceCount> = (1..)
        .zip(names)
        .map(|(n, (zh, en, addresses))| ProvinceCount {
            code: format!("ZY-{n:02}"),
            name: both(zh, en),
            addresses,
        })
        .collect();
    rows.push(ProvinceCount { code: String::new(), name: Bilingual::default(), addresses: 11_357 });
    rows
}

pub(crate) fn acts(sample: &Sample) -> Vec<ActView> {
    let act = |sequence: u64, minutes: i64, act: &str, subject: &str, details: &str| ActView {
        sequence,
        at: sample.at(minutes),
        actor: "juyan".to_owned(),
        act: act.to_owned(),
        subject: subject.to_owned(),
        details: details.to_owned(),
    };
    let digest = format!("{:064x}", 0xd1);
    vec![
        act(
            12,
            -2,
            "notice.drafted",
            "NTC-2026-0001",
            r#"{"items":"1000000","recipient":"donghai"}"#,
        ),
        act(
            11,
            -6,
            "incident.regraded",
            "INC-2026-0001",
            r#"{"from":"g2","grade":"g1","size":1048213}"#,
        ),
        act(10, -11, "obligation.superseded", "INC-2026-0001", r#"{"duty":"M2b"}"#),
        act(9, -14, "obligations.derived", "INC-2026-0001", "{}"),
        act(8, -19, "incident.opened", "INC-2026-0001", r#"{"grade":"g3","threat":"mozi"}"#),
        act(7, -23, "delivery.ingested", &digest, r#"{"quarantined":218,"rows":1500000}"#),
        act(6, -31, "delivery.stored", &digest, r#"{"name":"event4_sinkhole.csv.gz"}"#),
        act(
            5,
            -2_000,
            "delivery.refused",
            &format!("{:064x}", 0xd3),
            r#"{"reason":"<img src=x onerror=alert(1)>"}"#,
        ),
        act(4, -2_100, "moon.risen", "the-moon", "not json"),
    ]
}

pub(crate) fn sightings(sample: &Sample) -> Vec<SightingRow> {
    let row = |n: u64| SightingRow {
        first_seen: sample.at(-600 - i64::try_from(n).unwrap()),
        last_seen: sample.at(-3 - i64::try_from(n).unwrap()),
        sightings: 1 + n * 31 % 977,
        subject: match n % 9 {
            4 => format!("2001:db8:{n:x}::{n:x}"),
            5 => format!("https://c2.example/a/path/that/goes/on/{n}/and/on/and/on/until/the/end"),
            _ => format!("192.0.2.{}", n % 256),
        },
        port: if n % 9 == 5 { 0 } else { 8_080 },
        threat: [HOSTILE, "mozi", LONG][usize::try_from(n % 3).unwrap()].to_owned(),
        classification: "infected-system".to_owned(),
        destination_ip: "198.51.100.9".to_owned(),
        destination_port: 443,
        destination_domain: if n.is_multiple_of(2) {
            "sinkhole.example".to_owned()
        } else {
            String::new()
        },
        holder: (!n.is_multiple_of(5))
            .then(|| party(["donghai", "office"][usize::try_from(n % 2).unwrap()])),
        asn: (n % 5 != 1).then_some(64_500),
        province: if n.is_multiple_of(5) {
            Bilingual::default()
        } else {
            both("岭南省", "Lingnan")
        },
        delivery: format!("{:064x}", 0xd1),
    };
    (0..240).map(row).collect()
}
