//! Loading the tables of an atlas.

use std::io::Read;

use crate::Atlas;
use crate::domains::Domains;
use crate::error::AtlasError;
use crate::loaded::Loaded;
use crate::register::Register;
use crate::systems::Systems;

/// Takes tables in, each any number of times, and builds an [`Atlas`].
///
/// A row that cannot be used is skipped and reported in [`Loaded`]; an error means that a table as a
/// whole cannot be. Every table has a header that names its columns, in any order, but for the AS
/// table, whose makers write none. A row is one line of at most 16 KiB; a table has at most 8 million.
#[derive(Debug, Default)]
pub struct AtlasBuilder {
    register: Register,
    systems: Systems,
    domains: Domains,
}

impl AtlasBuilder {
    /// Loads the country's own register: `prefix,organisation,province,valid_from,valid_to`.
    ///
    /// `prefix` may also be a range `first-last`. Either of organisation and province may be empty.
    /// An entry is in force from `valid_from` until, but not at, `valid_to`; each is a date, meaning
    /// the start of that day in UTC, or an RFC 3339 instant, or empty for open. An entry for a block
    /// that is registered already for part of that time is skipped: the first loaded stands.
    pub fn register_csv(&mut self, input: impl Read) -> Result<Loaded, AtlasError> {
        self.register.load(input)
    }

    /// Loads an AS table: ranges `first,last,asn,name` (the npm package `@ip-location-db/asn`),
    /// prefixes `prefix,asn,name`, or CAIDA's pfx2as, told by the tabs in its first line.
    ///
    /// Of several origins (`64500_64501`, `{64500,64501}`) the first is taken. A system is called what
    /// the first row says that has a name for it.
    pub fn as_table_csv(&mut self, input: impl Read) -> Result<Loaded, AtlasError> {
        self.systems.load(input)
    }

    /// Loads the registries: `suffix,registry,domestic`, the last being `true` or `false`.
    pub fn suffixes_csv(&mut self, input: impl Read) -> Result<Loaded, AtlasError> {
        self.domains.load_suffixes(input)
    }

    /// Loads who sold which domain: `domain,registrar`, and optionally `domestic`.
    ///
    /// A registrar of whom nothing is said is domestic, because such lists are those of the country's
    /// own registrars.
    pub fn registrars_csv(&mut self, input: impl Read) -> Result<Loaded, AtlasError> {
        self.domains.load_registrars(input)
    }

    pub fn build(self) -> Atlas {
        let Self { mut register, mut systems, domains } = self;
        register.settle();
        systems.settle();
        Atlas::new(register, systems, domains)
    }
}
