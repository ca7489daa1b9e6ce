//! The law and the calendars that this binary carries, as the repository has them.

use app::Source;

/// Every regime pack and grading pack under `regimes/`; which is which, its `schema` says.
pub(crate) fn regimes() -> Vec<Source> {
    sources(&[
        ("regimes/apcert-poc.toml", include_str!("../../../regimes/apcert-poc.toml")),
        ("regimes/au-soci.toml", include_str!("../../../regimes/au-soci.toml")),
        (
            "regimes/cn-cac-2025-report.toml",
            include_str!("../../../regimes/cn-cac-2025-report.toml"),
        ),
        (
            "regimes/cn-miit-2009-156-grading.toml",
            include_str!("../../../regimes/cn-miit-2009-156-grading.toml"),
        ),
        ("regimes/cn-miit-2009-156.toml", include_str!("../../../regimes/cn-miit-2009-156.toml")),
        ("regimes/cn-miit-2009-157.toml", include_str!("../../../regimes/cn-miit-2009-157.toml")),
        ("regimes/cn-miit-2014-368.toml", include_str!("../../../regimes/cn-miit-2014-368.toml")),
        ("regimes/cn-miit-2017-281.toml", include_str!("../../../regimes/cn-miit-2017-281.toml")),
        ("regimes/cn-miit-2021-66.toml", include_str!("../../../regimes/cn-miit-2021-66.toml")),
        ("regimes/eu-cra.toml", include_str!("../../../regimes/eu-cra.toml")),
        ("regimes/eu-dora.toml", include_str!("../../../regimes/eu-dora.toml")),
        ("regimes/eu-nis2.toml", include_str!("../../../regimes/eu-nis2.toml")),
        ("regimes/hk-cap653.toml", include_str!("../../../regimes/hk-cap653.toml")),
        ("regimes/in-certin-2022.toml", include_str!("../../../regimes/in-certin-2022.toml")),
        ("regimes/kr-ict.toml", include_str!("../../../regimes/kr-ict.toml")),
        ("regimes/sg-cii-2018.toml", include_str!("../../../regimes/sg-cii-2018.toml")),
        ("regimes/sg-cii-2025.toml", include_str!("../../../regimes/sg-cii-2025.toml")),
        ("regimes/us-circia.toml", include_str!("../../../regimes/us-circia.toml")),
    ])
}

/// Every calendar under `calendars/`.
pub(crate) fn calendars() -> Vec<Source> {
    sources(&[
        ("calendars/au.toml", include_str!("../../../calendars/au.toml")),
        (
            "calendars/cn-2027-provisional.toml",
            include_str!("../../../calendars/cn-2027-provisional.toml"),
        ),
        ("calendars/cn.toml", include_str!("../../../calendars/cn.toml")),
        ("calendars/de.toml", include_str!("../../../calendars/de.toml")),
        ("calendars/fr.toml", include_str!("../../../calendars/fr.toml")),
        ("calendars/hk.toml", include_str!("../../../calendars/hk.toml")),
        ("calendars/jp.toml", include_str!("../../../calendars/jp.toml")),
        ("calendars/kr.toml", include_str!("../../../calendars/kr.toml")),
        ("calendars/nl.toml", include_str!("../../../calendars/nl.toml")),
        ("calendars/sg.toml", include_str!("../../../calendars/sg.toml")),
        ("calendars/us.toml", include_str!("../../../calendars/us.toml")),
        ("calendars/weekends.toml", include_str!("../../../calendars/weekends.toml")),
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
