//! Retention: dropping whole days, and never one that the law or an open incident still needs.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use object_store::path::Path;

use crate::error::LedgerError;
use crate::keeper::Ledger;
use crate::log::{Action, Commit, Live, Remove, TABLE};

/// Which days may go.
#[derive(Clone, Copy, Debug)]
pub struct Retention<'a> {
    /// Only days before this one.
    pub before: Date,
    /// How many whole days must have passed since the end of a day, whatever `before` says.
    pub floor_days: u32,
    /// The moment by which the floor is judged; days are of UTC.
    pub now: Timestamp,
    /// Days that an open incident needs.
    pub held: &'a [Date],
}

/// What went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    pub days: BTreeSet<Date>,
    /// Days that would have gone, had they not been held.
    pub held: BTreeSet<Date>,
    pub files: u64,
    pub bytes: u64,
}

impl Retention<'_> {
    /// Whether a day is old enough to go, held or not.
    fn is_over(&self, day: Date) -> bool {
        let today = self.now.to_zoned(TimeZone::UTC).date();
        let floor =
            Span::new().try_days(self.floor_days).and_then(|floor| today.checked_sub(floor));
        // A floor longer than the calendar keeps everything.
        day < self.before && floor.is_ok_and(|floor| day < floor)
    }
}

impl Ledger {
    /// Drops all sightings and tallies of the days that are over.
    ///
    /// They vanish from the table by one entry in its log, then the files are removed. Who asked, and why,
    /// is for the caller to journal.
    pub async fn drop_days(&self, retention: &Retention<'_>) -> Result<Dropped, LedgerError> {
        let _pen = self.pen().await;
        let live = self.live(&(Date::MIN..=Date::MAX)).await?;
        let over = live.into_iter().filter(|live| retention.is_over(live.entry.day));
        let (held, going): (Vec<Live>, Vec<Live>) =
            over.partition(|live| retention.held.contains(&live.entry.day));
        let mut dropped = Dropped {
            held: held.iter().map(|live| live.entry.day).collect(),
            ..Dropped::default()
        };
        if going.is_empty() {
            return Ok(dropped);
        }
        let commit = removal(&going, retention.now);
        dropped.days.clone_from(&commit.days);
        self.inner.log.commit(&commit).await?;
        for (path, bytes) in self.doomed(&going) {
            self.inner.disk.delete(&path).await?;
            dropped.files += u64::from(bytes > 0);
            dropped.bytes += bytes;
        }
        Ok(dropped)
    }

    /// Every object that goes with some files, and its size; that of tallies is not counted.
    fn doomed(&self, going: &[Live]) -> BTreeMap<Path, u64> {
        let disk = &self.inner.disk;
        let table = going
            .iter()
            .map(|live| (disk.at(&format!("{TABLE}/{}", live.entry.path)), live.entry.bytes));
        let tallies = going.iter().filter_map(|live| Some((disk.at(live.tallies.as_ref()?), 0)));
        table.chain(tallies).collect()
    }
}

fn removal(going: &[Live], now: Timestamp) -> Commit {
    let remove = |live: &Live| {
        Action::Remove(Remove {
            path: live.entry.path.clone(),
            deletion_timestamp: Some(now.as_millisecond()),
            data_change: true,
        })
    };
    let info = Action::CommitInfo(serde_json::json!({
        "timestamp": now.as_millisecond(), "operation": "DELETE", "engineInfo": "juyan",
    }));
    Commit {
        actions: going.iter().map(remove).chain([info]).collect(),
        days: going.iter().map(|live| live.entry.day).collect(),
        delivery: None,
    }
}
