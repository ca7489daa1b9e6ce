//! The mappings of `mappings/` that describe one report each, as they stand in the program.

/// The text of a mapping and the name of its file.
macro_rules! embedded {
    ($($file:literal),* $(,)?) => {
        &[$((include_str!(concat!("../../mappings/", $file)), concat!("mappings/", $file))),*]
    };
}

pub(super) const WRITTEN: &[(&str, &str)] = embedded![
    "abuse/mail.toml",
    "abuse/xarf.toml",
    "abusech/feodo-json.toml",
    "abusech/feodo.toml",
    "abusech/malwarebazaar.toml",
    "abusech/sslbl.toml",
    "abusech/threatfox-json.toml",
    "abusech/threatfox.toml",
    "abusech/urlhaus.toml",
    "alienvault/reputation.toml",
    "blocklistde/all.toml",
    "cleanmx/phishing.toml",
    "cleanmx/viruses.toml",
    "cymru/cap.toml",
    "dataplane/reports.toml",
    "dshield/block.toml",
    "dshield/top.toml",
    "eset/domains.toml",
    "generic-csv.toml",
    "generic-domain-list.toml",
    "generic-ip-list.toml",
    "generic-ndjson.toml",
    "generic-url-list.toml",
    "intelmq/event.toml",
    "microsoft/bing-malicious-urls.toml",
    "misp/event.toml",
    "n6/csv.toml",
    "n6/json.toml",
    "openphish/feed.toml",
    "phishtank/csv.toml",
    "phishtank/json.toml",
    "spamhaus/asndrop.toml",
    "spamhaus/cert.toml",
    "spamhaus/drop-json.toml",
    "spamhaus/drop.toml",
    "tor-exits.toml",
    "tudresden/resolvers.toml",
    "zoneh/defacements.toml",
];
