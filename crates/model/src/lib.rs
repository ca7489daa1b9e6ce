//! The nouns of a coordination desk and their states.
//!
//! Nothing here performs I/O, waits, or knows what time it is. A type that can be built is valid:
//! text becomes a type at the door, through [`FromStr`](std::str::FromStr), and is not checked again.
//! Which noun means what is law, written down in `GLOSSARY.md`.

pub mod address;
pub mod canonical;
pub mod checkpoint;
pub mod classification;
pub mod columns;
pub mod contact;
pub mod delivery;
pub mod filing;
pub mod happening;
pub mod holding;
pub mod id;
pub mod incident;
pub mod journal;
mod name;
pub mod notice;
pub mod obligation;
pub mod organisation;
pub mod permit;
pub mod regime;
pub mod remediation;
pub mod review;
pub mod sighting;
pub mod tally;
pub mod threat;

pub use address::{Asn, Fqdn, Ip, Prefix};
pub use checkpoint::Checkpoint;
pub use contact::Contact;
pub use delivery::DeliveryId;
pub use filing::Filing;
pub use happening::Happening;
pub use holding::{Attribution, Holding, Province};
pub use id::Id;
pub use incident::Incident;
pub use name::BadName;
pub use notice::Notice;
pub use obligation::Obligation;
pub use organisation::{Handle, Organisation};
pub use regime::{DutyId, GradeId, PackId, RoleId};
pub use remediation::Remediation;
pub use review::Review;
pub use sighting::Sightings;
pub use threat::ThreatName;
