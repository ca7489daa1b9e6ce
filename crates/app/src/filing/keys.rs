//! The keys by which organisations seal: the desk keeps their public halves.
//!
//! A private key is its organisation's. The desk holds one only for the organisation whose desk it is, in a
//! file of the data directory that its owner alone may read, and never in the database; everybody else seals
//! at home and sends the signature. A key that is revoked seals nothing more, and what it sealed stays
//! sealed: seals are judged by the instant at which the desk took them in.

use model::Handle;
use model::filing::{KeyId, SealingKey};
use model::permit::ReadPermit;

use crate::seal::{Key, PublicKey, sha256};
use crate::{App, AppError};

impl App {
    /// Registers the public half of an organisation's key. `evidence` says what shows that it is theirs: a
    /// letter, a call to a known number.
    ///
    /// # Errors
    /// When there is no such organisation, the key is registered already, or the database fails.
    pub async fn register_key(
        &self,
        organisation: &Handle,
        public: &PublicKey,
        evidence: &str,
    ) -> Result<SealingKey, AppError> {
        if evidence.trim().is_empty() {
            return Err(AppError::BadInput("say what shows that the key is theirs".to_owned()));
        }
        let key = SealingKey {
            id: key_id(public)?,
            organisation: organisation.clone(),
            public: public.to_string(),
            registered_at: self.clock.now(),
            evidence: evidence.to_owned(),
            revoked_at: None,
        };
        let mut tx = self.store.begin().await?;
        tx.insert_sealing_key(&key).await?;
        let details = [
            ("key", key.id.to_string()),
            ("public", key.public.clone()),
            ("evidence", key.evidence.clone()),
        ];
        tx.record(&self.act("key.registered", organisation.to_string(), details)).await?;
        tx.commit().await?;
        Ok(key)
    }

    /// Revokes a key: from now on it seals nothing.
    ///
    /// # Errors
    /// When the organisation has no such key in use, or the database fails.
    pub async fn revoke_key(
        &self,
        organisation: &Handle,
        key: &KeyId,
        because: &str,
    ) -> Result<(), AppError> {
        let mut tx = self.store.begin().await?;
        if !tx.revoke_sealing_key(organisation, key, self.clock.now()).await? {
            let what = format!("{organisation} has no key `{key}` in use");
            return Err(AppError::BadInput(what));
        }
        let details = [("key", key.to_string()), ("because", because.to_owned())];
        tx.record(&self.act("key.revoked", organisation.to_string(), details)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Makes the key of the desk's own organisation from 32 bytes of randomness, keeps it beside the
    /// database and registers its public half.
    ///
    /// # Errors
    /// When there is one already, or the file system or the database refuses.
    pub async fn make_own_key(&self, seed: [u8; 32]) -> Result<SealingKey, AppError> {
        let own = self.settings.own.clone();
        let path = self.home.sealing_key(&own);
        let key = Key::from_seed(seed)?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|why| AppError::file(folder, why))?;
        }
        if !key.write_new(&path)? {
            return Err(AppError::Key(format!(
                "`{}` is there already: revoke that key and move the file away first",
                path.display()
            )));
        }
        self.register_key(&own, &key.public(), "made at this desk").await
    }

    /// The key of that organisation that is in use, if it has been registered.
    pub(crate) async fn key_in_use(
        &self,
        organisation: &Handle,
        id: &KeyId,
    ) -> Result<SealingKey, AppError> {
        let permit = ReadPermit::at_the_console();
        let keys = self.store.sealing_keys(&permit, organisation).await?;
        let found = keys.into_iter().find(|key| key.id == *id);
        let Some(key) = found else {
            let what = format!("{organisation} has registered no key `{id}`");
            return Err(AppError::BadInput(what));
        };
        match key.revoked_at {
            Some(at) => Err(AppError::BadInput(format!("key `{id}` was revoked at {at}"))),
            None => Ok(key),
        }
    }
}

/// What a key is called.
///
/// # Errors
/// Never: sixteen digits of a hash are a name.
pub fn key_id(public: &PublicKey) -> Result<KeyId, AppError> {
    let digest = sha256(public.to_string().as_bytes());
    let name: String = digest.chars().take(16).collect();
    name.parse().map_err(crate::assess::bad)
}
