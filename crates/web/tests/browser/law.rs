//! The law of the sample: every pack, layer and calendar of the repository, and incidents to try it on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use app::views::rules::Sample as Past;
use app::{Law, Provisional, Source};
use jiff::{SignedDuration, Timestamp};
use model::PackId;

static LAW: LazyLock<Arc<Law>> = LazyLock::new(|| {
    let law = Law::read(&files("regimes"), &files("calendars"), Provisional::Joined);
    Arc::new(law.unwrap().with_layers(&files("regimes/layers")).unwrap())
});

static APPLIED: LazyLock<Vec<PackId>> = LazyLock::new(|| vec!["cn.miit.2009-157".parse().unwrap()]);

pub(crate) fn law() -> &'static Law {
    &LAW
}

/// The same, for a desk that keeps it.
pub(crate) fn shared() -> Arc<Law> {
    Arc::clone(&LAW)
}

pub(crate) fn applied() -> &'static [PackId] {
    &APPLIED
}

fn files(under: &str) -> Vec<Source> {
    let under = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(under);
    let entries = std::fs::read_dir(under).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|ending| ending == "toml")).collect();
    paths.sort();
    let source = |path: PathBuf| Source {
        text: std::fs::read_to_string(&path).unwrap(),
        origin: path.display().to_string(),
    };
    paths.into_iter().map(source).collect()
}

/// Incidents as the desk keeps them: graded by size, found by the desk itself.
pub(crate) fn past(now: Timestamp) -> Vec<Past> {
    let one = |n: u64| {
        let known_at = now - SignedDuration::from_hours(24 * i64::try_from(n).unwrap());
        Past {
            number: format!("INC-2026-{n:04}"),
            known_at,
            graded_at: None,
            finder: "cncert".to_owned(),
            provinces: Vec::new(),
            inputs: BTreeMap::from([
                ("max_single_ips".to_owned(), (n * 180_000).to_string()),
                ("total_ips".to_owned(), (n * 180_000).to_string()),
            ]),
            size: Some(n * 180_000),
            parties: [("cncert", "centre"), ("tsb", "office"), ("carrier", "donghai")]
                .map(|(role, holder)| (role.to_owned(), vec![holder.to_owned()]))
                .into(),
            happened: BTreeMap::from([("cncert.aware".to_owned(), known_at)]),
            met: BTreeMap::from([(
                ("M3a".to_owned(), None),
                known_at + SignedDuration::from_mins(100),
            )]),
        }
    };
    (1..=7).map(one).collect()
}
