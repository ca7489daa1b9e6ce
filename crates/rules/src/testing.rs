//! What tests share: the real pack, the real calendars, and a small fictional directory.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jiff::Timestamp;
use model::organisation::Bilingual;
use model::{Handle, Organisation, PackId, RoleId, holding::Province};

use crate::calendar::Calendar;
use crate::grading::Grading;
use crate::regime::Pack;

pub(crate) const PACK: &str = include_str!("../../../regimes/cn-miit-2009-157.toml");
pub(crate) const REPORTING: &str = include_str!("../../../regimes/cn-miit-2009-156.toml");
pub(crate) const GRADING: &str = include_str!("../../../regimes/cn-miit-2009-156-grading.toml");
pub(crate) const CALENDAR: &str = include_str!("../../../calendars/cn.toml");
pub(crate) const PROVISIONAL: &str = include_str!("../../../calendars/cn-2027-provisional.toml");

/// Read once: property tests ask for them thousands of times.
static READ: LazyLock<(Pack, Calendar)> = LazyLock::new(|| {
    let pack = Pack::parse(PACK, "pack.toml").unwrap_or_else(|findings| panic!("{findings}"));
    let calendar = Calendar::parse(CALENDAR, "cn.toml");
    (pack, calendar.unwrap_or_else(|findings| panic!("{findings}")))
});

pub(crate) fn pack() -> Pack {
    READ.0.clone()
}

/// The grading pack of the reporting measures.
pub(crate) fn grading() -> Grading {
    static READ: LazyLock<Grading> = LazyLock::new(|| {
        Grading::parse(GRADING, "grading.toml").unwrap_or_else(|findings| panic!("{findings}"))
    });
    READ.clone()
}

/// The reporting measures, joined to their grading pack.
pub(crate) fn reporting() -> Pack {
    static READ: LazyLock<Pack> = LazyLock::new(|| {
        let pack = Pack::parse(REPORTING, "reporting.toml");
        let pack = pack.unwrap_or_else(|findings| panic!("{findings}"));
        pack.with_grading(&grading()).unwrap_or_else(|findings| panic!("{findings}"))
    });
    READ.clone()
}

pub(crate) fn calendar() -> Calendar {
    READ.1.clone()
}

pub(crate) fn provisional() -> Calendar {
    Calendar::parse(PROVISIONAL, "cn-2027.toml").unwrap_or_else(|findings| panic!("{findings}"))
}

/// Every calendar of the repository.
pub(crate) fn calendars() -> Vec<Calendar> {
    ALL.clone()
}

static ALL: LazyLock<Vec<Calendar>> = LazyLock::new(|| {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../calendars");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        Calendar::parse(&text, &path.to_string_lossy()).unwrap_or_else(|error| panic!("{error}"))
    };
    files.iter().map(read).collect()
});

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Organisations for every role that an incident can involve.
pub(crate) fn directory() -> Vec<Organisation> {
    [
        ("coordination", "cncert", ""),
        ("bureau", "tsb", ""),
        ("admin-north", "pta", "XX-N"),
        ("admin-south", "pta", "XX-S"),
        ("north-telecom", "carrier", "XX-N"),
        ("south-telecom", "carrier", "XX-S"),
        ("name-registry", "registry", ""),
        ("name-shop", "registrar", ""),
        ("campus-net", "noncomm", ""),
        ("vendor", "user", ""),
    ]
    .iter()
    .map(|(handle, role, province)| organisation("cn.miit.2009-157", (handle, role, province)))
    .collect()
}

/// Organisations for every role of the reporting measures; one operator has a provincial company.
pub(crate) fn reporting_directory() -> Vec<Organisation> {
    let mut all: Vec<Organisation> = [
        ("coordination", "cncert", ""),
        ("bureau", "tsb", ""),
        ("admin-north", "pta", "XX-N"),
        ("admin-south", "pta", "XX-S"),
        ("wide-telecom", "carrier", ""),
        ("wide-telecom-north", "carrier_p", "XX-N"),
        ("other-telecom", "carrier", ""),
        ("web-house", "vats", "XX-S"),
        ("name-registry", "registry", ""),
        ("name-shop", "registrar", ""),
        ("society", "isc", ""),
    ]
    .iter()
    .map(|(handle, role, province)| organisation("cn.miit.2009-156", (handle, role, province)))
    .collect();
    for one in all.iter_mut().filter(|one| one.handle.as_str() == "wide-telecom-north") {
        one.parent = "wide-telecom".parse().ok();
    }
    all
}

fn organisation(pack: &str, (handle, role, province): (&str, &str, &str)) -> Organisation {
    let pack: PackId = pack.parse().unwrap();
    let role: RoleId = role.parse().unwrap();
    Organisation {
        handle: handle.parse().unwrap(),
        name: Bilingual { zh: String::new(), en: handle.to_owned() },
        province: province.parse().ok(),
        parent: None,
        roles: vec![(pack, role)],
        email: None,
    }
}

pub(crate) fn handles(names: &[&str]) -> BTreeSet<Handle> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

pub(crate) fn provinces(codes: &[&str]) -> BTreeSet<Province> {
    codes.iter().map(|code| code.parse().unwrap()).collect()
}
