//! Holdings: which organisation held an address, in which province, and from when to when.
//!
//! Holdings change hands. A sighting is judged by the holding in force when it was seen, never by
//! today's.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::address::Asn;
use crate::name::name;
use crate::organisation::Handle;

name!(
    /// The code of a province or other first-level region, such as `ZY-03`.
    Province, "province code", "letters, digits or `-`",
    |c| c.is_ascii_alphanumeric() || c == '-'
);

/// Who holds an address. Each part may be unknown on its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Holding {
    /// The organisation of the country's own register.
    pub organisation: Option<Handle>,
    pub province: Option<Province>,
    pub asn: Option<Asn>,
    /// The name that the AS table gives, for people.
    pub as_name: Option<String>,
}

impl Holding {
    /// Whether nothing at all is known.
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

/// The holding of each row of a batch: codes into a table, whose entry 0 is *unknown*.
#[derive(Clone, Debug)]
pub struct Attribution {
    pub codes: Vec<u32>,
    pub holdings: Arc<[Holding]>,
}

impl Attribution {
    /// The holding of a row; `None` past the end.
    pub fn get(&self, row: usize) -> Option<&Holding> {
        let code = usize::try_from(*self.codes.get(row)?).ok()?;
        self.holdings.get(code)
    }
}
