//! Opening, closing and resetting accounts. Nobody chooses another's password: whoever opens an account
//! gets a link that lets its holder choose one, once.

use jiff::{SignedDuration, Timestamp};
use model::account::{Account, AccountName, Post};
use model::organisation::{Bilingual, Organisation};
use model::permit::{Breadth, ManageAccounts, Permit, ReadPermit};
use model::{Handle, Id};
use store::Tx;
use store::accounts::Invitation;

use super::chance::hash;
use super::{Identity, Refusal, refuse};
use crate::AppError;

/// How long a link to choose a password is good for.
const INVITATION_LASTS: SignedDuration = SignedDuration::from_hours(48);
/// The same for the link that opens the first account: whoever has it owns the desk.
const FIRST_LASTS: SignedDuration = SignedDuration::from_hours(2);

/// A link by which somebody chooses a password. The token is shown once and kept nowhere.
#[derive(Clone, Debug)]
pub struct Invited {
    /// Whose; none for the one that opens the first account.
    pub account: Option<Account>,
    pub token: String,
    pub expires_at: Timestamp,
}

impl Identity {
    /// Whether anybody has an account at all.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_accounts(&self) -> Result<bool, AppError> {
        Ok(self.store.has_accounts().await?)
    }

    /// Whether people sign in to this desk: from the moment that somebody was invited to open its first
    /// account, and for good.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn people_sign_in(&self) -> Result<bool, AppError> {
        Ok(self.store.people_sign_in().await?)
    }

    /// Accounts by name, from the one after `after`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn accounts(
        &self,
        permit: &ReadPermit,
        limit: u32,
        after: Option<&AccountName>,
    ) -> Result<Vec<Account>, AppError> {
        Ok(self.store.accounts(permit, limit, after).await?)
    }

    /// One account.
    ///
    /// # Errors
    /// When there is none of that name within reach, or the database fails.
    pub async fn account(
        &self,
        permit: &ReadPermit,
        name: &AccountName,
    ) -> Result<Account, AppError> {
        match self.store.account(permit, name).await? {
            Some(account) => Ok(account),
            None => refuse(Refusal::NoAccount(name.to_string())),
        }
    }

    /// A link that opens the first account, that of a lead. Only while there is none.
    ///
    /// # Errors
    /// When there are accounts already, or the database fails.
    pub async fn invite_the_first(&self) -> Result<Invited, AppError> {
        let mut tx = self.store.begin().await?;
        if tx.any_account().await? {
            return refuse(Refusal::NotTheFirst);
        }
        let invited = self.invite(&mut tx, None, FIRST_LASTS).await?;
        let act = self.act(self.own.as_str(), "account.first_invited", self.own.as_str(), []);
        tx.record(&act).await?;
        tx.commit().await?;
        Ok(invited)
    }

    /// Opens an account, and makes the link by which its holder chooses a password.
    ///
    /// # Errors
    /// When the name is taken, the organisation is not in the directory or cannot have the post, or the
    /// database fails.
    pub async fn open_account(
        &self,
        permit: &Permit<ManageAccounts>,
        name: AccountName,
        organisation: &Handle,
        post: Post,
    ) -> Result<Invited, AppError> {
        let entry = self.store.organisation(&permit.reading(), organisation).await?;
        let Some(entry) = entry else {
            return refuse(Refusal::NoOrganisation(organisation.to_string()));
        };
        self.may_have(&entry, post)?;
        let mut tx = self.store.begin().await?;
        let account = self.insert(&mut tx, name, &entry, post).await?;
        let invited = self.invite(&mut tx, Some(account.clone()), INVITATION_LASTS).await?;
        let details =
            [("organisation", organisation.to_string()), ("post", post.code().to_owned())];
        let subject = account.name.to_string();
        tx.record(&self.act(permit.actor(), "account.opened", subject, details)).await?;
        tx.commit().await?;
        Ok(invited)
    }

    /// Takes an account out of use: its sessions end and its keys are revoked.
    ///
    /// # Errors
    /// When there is no such account, it is the last lead's, or the database fails.
    pub async fn disable_account(
        &self,
        permit: &Permit<ManageAccounts>,
        name: &AccountName,
    ) -> Result<(), AppError> {
        let account = self.account(&permit.reading(), name).await?;
        let now = self.now();
        let mut tx = self.store.begin().await?;
        if account.post == Post::Lead && !tx.another_of_post(&account).await? {
            return refuse(Refusal::LastLead);
        }
        tx.set_disabled(&account.id, Some(now)).await?;
        tx.end_sessions(&account.id, None, now).await?;
        let keys = tx.revoke_api_keys(&account.id, now).await?;
        let details = [("keys_revoked", keys.to_string())];
        tx.record(&self.act(permit.actor(), "account.disabled", name.as_str(), details)).await?;
        Ok(tx.commit().await?)
    }

    /// Puts an account back to its beginning: password and second factor are forgotten, sessions end, and a
    /// new link lets its holder choose a password. An account out of use is in use again.
    ///
    /// # Errors
    /// When there is no such account, or the database fails.
    pub async fn reset_account(
        &self,
        permit: &Permit<ManageAccounts>,
        name: &AccountName,
    ) -> Result<Invited, AppError> {
        let account = self.account(&permit.reading(), name).await?;
        let mut tx = self.store.begin().await?;
        tx.set_password(&account.id, None).await?;
        tx.drop_second_factor(&account.id).await?;
        tx.set_disabled(&account.id, None).await?;
        tx.end_sessions(&account.id, None, self.now()).await?;
        tx.forget_failures(&hash(name.as_str())).await?;
        let invited = self.invite(&mut tx, Some(account), INVITATION_LASTS).await?;
        tx.record(&self.act(permit.actor(), "account.reset", name.as_str(), [])).await?;
        tx.commit().await?;
        Ok(invited)
    }

    /// For whom an invitation is: none if it cannot be used any more; the account, or none for the first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn invited(&self, token: &str) -> Result<Option<Option<Account>>, AppError> {
        let Some(open) = self.store.invitation(&hash(token), self.now()).await? else {
            return Ok(None);
        };
        match open.account {
            None if self.has_accounts().await? => Ok(None),
            None => Ok(Some(None)),
            Some(id) => {
                let known = self.store.credentials_of(&id).await?.map(|known| known.account);
                Ok(known.filter(|account| account.disabled_at.is_none()).map(Some))
            }
        }
    }

    /// Uses an invitation: its holder chooses a password and, for the first account, a name.
    ///
    /// # Errors
    /// When it cannot be used any more, the password will not do, or the database fails.
    pub async fn accept(
        &self,
        token: &str,
        first: Option<AccountName>,
        password: &str,
    ) -> Result<AccountName, AppError> {
        let Some(invited) = self.invited(token).await? else { return refuse(Refusal::LinkGone) };
        let name = match (&invited, first) {
            (Some(account), _) => account.name.clone(),
            (None, Some(name)) => name,
            (None, None) => return refuse(Refusal::NoName),
        };
        super::password::acceptable(password, &name)?;
        let hashed = self.hasher.hash(password, &self.chance).await?;
        let mut tx = self.store.begin().await?;
        if !tx.use_invitation(&hash(token), self.now()).await? {
            return refuse(Refusal::LinkGone);
        }
        let account = match invited {
            Some(account) => account,
            None if tx.any_account().await? => return refuse(Refusal::LinkGone),
            None => self.open_the_first(&mut tx, name.clone()).await?,
        };
        tx.set_password(&account.id, Some(&hashed)).await?;
        tx.end_sessions(&account.id, None, self.now()).await?;
        let actor = model::permit::Caller::of(&account).actor();
        tx.record(&self.act(actor, "account.password_chosen", name.as_str(), [])).await?;
        tx.commit().await?;
        Ok(name)
    }

    async fn open_the_first(&self, tx: &mut Tx, name: AccountName) -> Result<Account, AppError> {
        let known = self.store.organisation(&ReadPermit::at_the_console(), &self.own).await?;
        let own = known.unwrap_or_else(|| Organisation {
            handle: self.own.clone(),
            name: Bilingual { zh: self.own.to_string(), en: self.own.to_string() },
            province: None,
            parent: None,
            roles: Vec::new(),
            email: None,
        });
        // A desk whose directory is still empty has its own organisation at least.
        tx.put_organisation(&own).await?;
        let account = self.insert(tx, name, &own, Post::Lead).await?;
        let details =
            [("organisation", self.own.to_string()), ("post", Post::Lead.code().to_owned())];
        let subject = account.name.to_string();
        tx.record(&self.act(self.own.as_str(), "account.opened", subject, details)).await?;
        Ok(account)
    }

    async fn insert(
        &self,
        tx: &mut Tx,
        name: AccountName,
        organisation: &Organisation,
        post: Post,
    ) -> Result<Account, AppError> {
        let account = Account {
            id: self.id::<Account>(),
            name,
            organisation: organisation.handle.clone(),
            province: organisation.province.clone(),
            post,
            created_at: self.now(),
            disabled_at: None,
        };
        match tx.insert_account(&account).await {
            Err(store::StoreError::AlreadyThere { .. }) => {
                refuse(Refusal::NameTaken(account.name.to_string()))
            }
            other => other.map(|()| account).map_err(AppError::from),
        }
    }

    async fn invite(
        &self,
        tx: &mut Tx,
        account: Option<Account>,
        lasts: SignedDuration,
    ) -> Result<Invited, AppError> {
        let (token, now) = (self.chance.token()?, self.now());
        let expires_at = now.checked_add(lasts).unwrap_or(Timestamp::MAX);
        let id: Option<Id<Account>> = account.as_ref().map(|account| account.id);
        let invitation = Invitation { account: id, expires_at };
        tx.insert_invitation(&hash(&token), &invitation, now).await?;
        Ok(Invited { account, token, expires_at })
    }

    /// Whether an organisation can have such a post.
    fn may_have(&self, organisation: &Organisation, post: Post) -> Result<(), AppError> {
        let handle = &organisation.handle;
        if post.is_of_the_desk() && *handle != self.own {
            return refuse(Refusal::NotOfTheDesk(self.own.to_string()));
        }
        if post.breadth() == Breadth::Province && organisation.province.is_none() {
            return refuse(Refusal::NoProvince(handle.to_string()));
        }
        Ok(())
    }
}
