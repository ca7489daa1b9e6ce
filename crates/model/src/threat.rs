//! Threats: named botnets, trojans, campaigns.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::name::BadName;

/// A threat's name, written one way: lower case, words joined by `-`, at most 96 bytes.
///
/// Feeds write `Andromeda`, `andromeda ` and `Wanna Cry` for what is one threat; counting depends on
/// seeing them as one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ThreatName(String);

impl ThreatName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ThreatName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadName::new("threat name", text, "1 to 96 bytes without control characters");
        let mut name = String::with_capacity(text.len());
        for word in text.split_whitespace() {
            if !name.is_empty() {
                name.push('-');
            }
            name.extend(word.chars().flat_map(char::to_lowercase));
        }
        if name.is_empty() || name.len() > 96 || name.chars().any(char::is_control) {
            return Err(bad());
        }
        Ok(Self(name))
    }
}

impl TryFrom<String> for ThreatName {
    type Error = BadName;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ThreatName> for String {
    fn from(name: ThreatName) -> Self {
        name.0
    }
}

impl fmt::Display for ThreatName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for ThreatName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ThreatName({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_threat_meet_in_one_name() {
        for spelling in ["Wanna Cry", "wanna  cry", " WANNA CRY "] {
            assert_eq!(spelling.parse::<ThreatName>().unwrap().as_str(), "wanna-cry");
        }
        assert!("  ".parse::<ThreatName>().is_err());
        assert!("a\u{7}b".parse::<ThreatName>().is_err());
    }
}
