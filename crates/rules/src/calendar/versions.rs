//! Versions: a calendar as it was when an old decision was taken, found by the id that it kept.

use super::Calendar;

/// One version of a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub version: String,
    /// The last year that it knew; none for one that holds in every year and has no table.
    pub through: Option<i16>,
    /// The years that were replaced after it, in order.
    pub replaced: Vec<i16>,
}

/// No calendar of that name, or no such version of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownCalendar {
    #[error("there is no calendar `{name}`; there are: {known}")]
    Name { name: String, known: String },
    #[error("the calendar `{name}` has no version `{version}`; it has: {known}")]
    Version { name: String, version: String, known: String },
    #[error("`{provisional}` is no provisional calendar that adds a year to `{name}`")]
    NotFor { name: String, provisional: String },
}

/// The calendar of this id: `xx`, `xx@2019-11`, or `xx@2026-01+xx-2027-provisional`, which joins a
/// provisional one. What [`Calendar::id`] wrote is found again; without a version it is the present one.
pub fn find(calendars: &[&Calendar], id: &str) -> Result<Calendar, UnknownCalendar> {
    let mut parts = id.split('+');
    let name = parts.next().unwrap_or_default();
    let mut found = versioned(calendars, name)?;
    for provisional in parts {
        let joined = found.clone().with_provisional(&versioned(calendars, provisional)?);
        if joined == found && !found.joined.iter().any(|known| known == provisional) {
            let (name, provisional) = (found.id(), provisional.to_owned());
            return Err(UnknownCalendar::NotFor { name, provisional });
        }
        found = joined;
    }
    Ok(found)
}

fn versioned(calendars: &[&Calendar], id: &str) -> Result<Calendar, UnknownCalendar> {
    let (name, version) = match id.split_once('@') {
        Some((name, version)) => (name, Some(version)),
        None => (id, None),
    };
    let Some(calendar) = calendars.iter().find(|calendar| calendar.name() == name) else {
        let known: Vec<&str> = calendars.iter().map(|calendar| calendar.name()).collect();
        return Err(UnknownCalendar::Name { name: name.to_owned(), known: known.join(", ") });
    };
    let Some(version) = version else { return Ok((*calendar).clone()) };
    calendar.former(version).ok_or_else(|| {
        let known: Vec<String> =
            calendar.versions().into_iter().map(|known| known.version).collect();
        let (name, version) = (name.to_owned(), version.to_owned());
        UnknownCalendar::Version { name, version, known: known.join(", ") }
    })
}

impl Calendar {
    /// Its versions, the oldest first and its own last.
    pub fn versions(&self) -> Vec<Version> {
        let former = self.former.iter().map(|former| Version {
            version: former.version.clone(),
            through: Some(former.through),
            replaced: former.years.keys().copied().collect(),
        });
        let own = Version {
            version: self.version.clone(),
            through: self.unjoined().years().last(),
            replaced: Vec::new(),
        };
        former.chain(std::iter::once(own)).collect()
    }

    /// The calendar as this version of it was, its own included, without anything joined since.
    ///
    /// A former version knows the years up to the last that was ordered when it was in force, each as
    /// it was then: a year replaced since is given back. It knows none after: a decision that was taken
    /// with it could not have counted there either.
    pub fn former(&self, version: &str) -> Option<Self> {
        let present = self.unjoined();
        if version == self.version {
            return Some(present);
        }
        let at = self.former.iter().position(|former| former.version == version)?;
        let (before, since) = self.former.split_at_checked(at)?;
        let asked = since.first()?;
        let knew = asked.from.unwrap_or(i16::MIN)..=asked.through;
        let mut years = present.years;
        years.retain(|year, _| knew.contains(year));
        // From the newest back to the one that is asked for: the oldest replacement is what held then.
        for former in since.iter().rev() {
            let known = former.years.iter().filter(|(year, _)| knew.contains(year));
            years.extend(known.map(|(year, table)| (*year, table.clone())));
        }
        Some(Self {
            version: version.to_owned(),
            years,
            former: before.to_vec(),
            joined: Vec::new(),
            later: Some(format!("{}@{}", self.name, self.version)),
            ..self.clone()
        })
    }
}
