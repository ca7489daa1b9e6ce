//! Classification after the Reference Security Incident Taxonomy (RSIT), as IntelMQ spells it.

/// Types and the taxonomy each belongs to, sorted by type.
const TYPES: &[(&str, &str)] = &[
    ("application-compromise", "intrusions"),
    ("blacklist", "other"),
    ("brute-force", "intrusion-attempts"),
    ("burglary", "intrusions"),
    ("c2-server", "malicious-code"),
    ("copyright", "fraud"),
    ("data-leak", "information-content-security"),
    ("data-loss", "information-content-security"),
    ("ddos", "availability"),
    ("ddos-amplifier", "vulnerable"),
    ("dga-domain", "other"),
    ("dos", "availability"),
    ("exploit", "intrusion-attempts"),
    ("harmful-speech", "abusive-content"),
    ("ids-alert", "intrusion-attempts"),
    ("infected-system", "malicious-code"),
    ("information-disclosure", "vulnerable"),
    ("malware", "other"),
    ("malware-configuration", "malicious-code"),
    ("malware-distribution", "malicious-code"),
    ("masquerade", "fraud"),
    ("misconfiguration", "availability"),
    ("other", "other"),
    ("outage", "availability"),
    ("phishing", "fraud"),
    ("potentially-unwanted-accessible", "vulnerable"),
    ("privileged-account-compromise", "intrusions"),
    ("proxy", "other"),
    ("sabotage", "availability"),
    ("scanner", "information-gathering"),
    ("sniffing", "information-gathering"),
    ("social-engineering", "information-gathering"),
    ("spam", "abusive-content"),
    ("system-compromise", "intrusions"),
    ("test", "test"),
    ("tor", "other"),
    ("unauthorised-information-access", "information-content-security"),
    ("unauthorised-information-modification", "information-content-security"),
    ("unauthorized-use-of-resources", "fraud"),
    ("undetermined", "other"),
    ("unprivileged-account-compromise", "intrusions"),
    ("violence", "abusive-content"),
    ("vulnerable-system", "vulnerable"),
    ("weak-crypto", "vulnerable"),
];

/// The taxonomy of a type, such as `malicious-code` for `c2-server`; `None` for an unknown type.
pub fn taxonomy(kind: &str) -> Option<&'static str> {
    let at = TYPES.binary_search_by_key(&kind, |(name, _)| name).ok()?;
    TYPES.get(at).map(|(_, taxonomy)| *taxonomy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_finds_its_taxonomy() {
        for (kind, wanted) in TYPES {
            assert_eq!(taxonomy(kind), Some(*wanted));
        }
        assert_eq!(taxonomy("no-such-type"), None);
    }
}
