//! Whose part a set is: what makes a holder of a role a member of it.

/// What makes a holder of a role a member of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// An address or domain of the incident is its own.
    AddressOrDomain,
    /// Its province is touched by the incident.
    Province,
    /// It found the incident.
    Finding,
    /// It knows of the incident: it found it, or this is its desk.
    Knowing,
    /// It is the group company of one that knows of the incident.
    GroupOfKnowing,
    /// Its province is touched by the incident, or, where none is known, is the debtor's own.
    ProvinceOrOwn,
    /// Its province is the debtor's own.
    OwnProvince,
    /// It holds one of the roles, whatever the incident.
    Everyone,
    /// An officer names the members; the engine knows none.
    NamedByOfficer,
}

impl Whose {
    /// Whether each member has information of its own to file, rather than all the same information.
    pub fn is_of_several(self) -> bool {
        match self {
            Self::AddressOrDomain
            | Self::Province
            | Self::ProvinceOrOwn
            | Self::OwnProvince
            | Self::Everyone
            | Self::NamedByOfficer => true,
            Self::Finding | Self::Knowing | Self::GroupOfKnowing => false,
        }
    }
}
