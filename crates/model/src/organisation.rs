//! Organisations: directory entries with their roles in each regime.

use serde::{Deserialize, Serialize};

use crate::holding::Province;
use crate::name::name;
use crate::regime::{PackId, RoleId};

name!(
    /// The short name by which registers, feeds and addresses of pages refer to an organisation.
    Handle, "organisation handle", "lower-case letters, digits or `-`",
    |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
);

/// A directory entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    pub handle: Handle,
    pub name: Bilingual,
    /// The province it belongs to; none for one of national reach.
    pub province: Option<Province>,
    /// The group company, when this is its provincial company.
    pub parent: Option<Handle>,
    /// What it is in each regime.
    pub roles: Vec<(PackId, RoleId)>,
    /// Where notices to it go; documentation addresses in demonstrations.
    pub email: Option<String>,
}

impl Organisation {
    pub fn has_role(&self, pack: &PackId, role: &RoleId) -> bool {
        self.roles.iter().any(|(p, r)| p == pack && r == role)
    }
}

/// A name in the two languages that the desk is kept in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bilingual {
    pub zh: String,
    pub en: String,
}

impl Bilingual {
    /// The text in the language of this code, English unless it is `zh`; the other if that is empty.
    pub fn get(&self, language: &str) -> &str {
        let (wanted, other) =
            if language == "zh" { (&self.zh, &self.en) } else { (&self.en, &self.zh) };
        if wanted.is_empty() { other } else { wanted }
    }
}

/// A province and what people call it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvinceEntry {
    pub code: Province,
    pub name: Bilingual,
}
