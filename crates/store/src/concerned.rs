//! Whom officers have named as concerned by an incident, at rest.
//!
//! It is the desk's own record: an organisation's permit sees none of it.

use model::incident::Concerned;
use model::permit::ReadPermit;
use model::{Id, Incident};

use crate::connection::ask;
use crate::record::{Record, unknown_state};
use crate::{Store, StoreError, Tx};

impl Store {
    /// Everybody and everything named in an incident.
    pub async fn concerned_by(
        &self,
        permit: &ReadPermit,
        incident: &Id<Incident>,
        limit: u32,
    ) -> Result<Vec<Concerned>, StoreError> {
        let statement = ask(LIST_OF_INCIDENT, permit).bind(incident.to_string()).bind(limit);
        self.all("list whom an incident concerns", statement).await
    }
}

impl Tx {
    /// Names one as concerned; false if it was named before.
    pub async fn name_concerned(
        &mut self,
        incident: &Id<Incident>,
        one: &Concerned,
    ) -> Result<bool, StoreError> {
        let (kind, name) = match one {
            Concerned::Organisation(handle) => ("organisation", handle.to_string()),
            Concerned::Province(code) => ("province", code.to_string()),
        };
        let statement = sqlx::query(NAME).bind(incident.to_string()).bind(kind).bind(name);
        Ok(self.write("name whom an incident concerns", statement).await? > 0)
    }
}

impl TryFrom<Record> for Concerned {
    type Error = StoreError;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        match record.text("kind")?.as_str() {
            "organisation" => Ok(Self::Organisation(record.parsed("name")?)),
            "province" => Ok(Self::Province(record.parsed("name")?)),
            other => unknown_state(other),
        }
    }
}

/// By the primary key.
const LIST_OF_INCIDENT: &str = "
SELECT kind, name
  FROM concerned
 WHERE $1 = '*'
   AND incident = $2
 ORDER BY kind, name
 LIMIT $3";

/// By the primary key.
const NAME: &str = "
INSERT INTO concerned (incident, kind, name)
VALUES ($1, $2, $3)
    ON CONFLICT (incident, kind, name) DO NOTHING";

/// Every statement of this file, for the tests that prepare and explain them all.
#[cfg(test)]
pub(crate) const STATEMENTS: &[(&str, &str)] =
    &[("LIST_OF_INCIDENT", LIST_OF_INCIDENT), ("NAME", NAME)];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, everything, handle, id, only};

    #[tokio::test]
    async fn whom_an_incident_concerns_is_named_once_and_told_to_the_desk_alone() {
        let world = World::with_an_incident().await;
        let mut tx = world.store.begin().await.unwrap();
        let province = Concerned::Province("ZY-01".parse().unwrap());
        let party = Concerned::Organisation(handle("beta"));
        assert!(tx.name_concerned(&id(1), &province).await.unwrap());
        assert!(tx.name_concerned(&id(1), &party).await.unwrap());
        assert!(!tx.name_concerned(&id(1), &party).await.unwrap());
        world.keep(tx).await.unwrap();
        let all = world.store.concerned_by(&everything(), &id(1), 9).await.unwrap();
        assert_eq!(all, [party, province]);
        assert_eq!(world.store.concerned_by(&only("beta"), &id(1), 9).await.unwrap(), []);
    }
}
