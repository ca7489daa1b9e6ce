//! The sample's deliveries and what of them could not be read.

use app::views::DeliveryRow;
use model::delivery::Quarantined;

use crate::rows::HOSTILE;
use crate::sample::Sample;

pub(crate) fn deliveries(sample: &Sample) -> Vec<DeliveryRow> {
    let row = |n: u64, state: &str, quarantined: u64| DeliveryRow {
        id: format!("{:064x}", 0xd0 + n),
        feed: "shadowserver".to_owned(),
        mapping: "shadowserver/event4_sinkhole@1".to_owned(),
        name: format!("2026-11-{:02}-event4_sinkhole_http-zhongyuan-geo.csv.gz", 24 - n.min(20)),
        received_at: sample.at(-31 - i64::try_from(n).unwrap() * 1_440),
        state: state.to_owned(),
        reason: if state == "refused" {
            "the header lacks the column `timestamp`".to_owned()
        } else {
            String::new()
        },
        rows: if state == "ingested" { 1_500_000 / n } else { 0 },
        sightings: if state == "ingested" { 1_500_000 / n - quarantined } else { 0 },
        new: if state == "ingested" { 1_203_897 / n } else { 0 },
        quarantined,
        attributed: if state == "ingested" { 1_100_204 / n } else { 0 },
    };
    (1..=12)
        .map(|n| match n {
            1 => row(n, "ingested", 218),
            3 => row(n, "refused", 0),
            4 => row(n, "stored", 0),
            _ => row(n, "ingested", 0),
        })
        .collect()
}

pub(crate) fn quarantined(rows: u64) -> impl Iterator<Item = Quarantined> {
    (0..rows).map(|n| Quarantined {
        line: 2 + n * 4_111,
        reason: "`999.1.2.3` is no IP address: such as 192.0.2.7 or 2001:db8::7".to_owned(),
        raw: match n {
            0 => format!("2026-11-23 03:04:05,999.1.2.3,{HOSTILE}"),
            1 => "x".repeat(2_048),
            _ => "2026-11-23 03:04:05,999.1.2.3,443,tcp,,64500,ZY,岭南,,,mozi".to_owned(),
        },
    })
}
