//! The law and the calendars that this binary carries, as the repository has them.

use app::Source;

/// Every regime pack and grading pack under `regimes/`; which is which, its `schema` says.
pub(crate) fn regimes() -> Vec<Source> {
    sources(&[
        ("regimes/cn-miit-2009-157.toml", include_str!("../../../regimes/cn-miit-2009-157.toml")),
        ("regimes/cn-miit-2009-156.toml", include_str!("../../../regimes/cn-miit-2009-156.toml")),
        (
            "regimes/cn-miit-2009-156-grading.toml",
            include_str!("../../../regimes/cn-miit-2009-156-grading.toml"),
        ),
    ])
}

/// Every calendar under `calendars/`.
pub(crate) fn calendars() -> Vec<Source> {
    sources(&[
        ("calendars/cn.toml", include_str!("../../../calendars/cn.toml")),
        (
            "calendars/cn-2027-provisional.toml",
            include_str!("../../../calendars/cn-2027-provisional.toml"),
        ),
    ])
}

/// The demonstration country, under `demo/`.
pub(crate) mod demo {
    pub(crate) const PROVINCES: &str = include_str!("../../../demo/provinces.csv");
    pub(crate) const ORGANISATIONS: &str = include_str!("../../../demo/organisations.csv");

    /// What goes into the atlas, by file name.
    pub(crate) const ATLAS: [(&str, &str); 4] = [
        ("register.csv", include_str!("../../../demo/register.csv")),
        ("asn.csv", include_str!("../../../demo/asn.csv")),
        ("suffixes.csv", include_str!("../../../demo/suffixes.csv")),
        ("registrars.csv", include_str!("../../../demo/registrars.csv")),
    ];
}

fn sources(files: &[(&str, &str)]) -> Vec<Source> {
    let source = |(origin, text): &(&str, &str)| Source {
        origin: (*origin).to_owned(),
        text: (*text).to_owned(),
    };
    files.iter().map(source).collect()
}
