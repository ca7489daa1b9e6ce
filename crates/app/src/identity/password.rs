//! Passwords: what is taken for one, and Argon2id, which is meant to cost.

use std::collections::BTreeSet;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use model::AccountName;
use tokio::sync::{OnceCell, Semaphore};

use super::{Chance, Refusal, refuse};
use crate::AppError;

/// Memory of one hash in KiB, passes and lanes: the second of the equal choices in OWASP's *Password
/// Storage Cheat Sheet* (19 MiB, 2, 1).
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes computed at once: bounds memory, and leaves the machine to those who are signed in.
const AT_ONCE: usize = 2;

/// The shortest and the longest password, in characters and in bytes (NIST SP 800-63B-4 §3.1.1 asks for
/// 15 where nothing else is asked, 8 beside a second factor, and at least 64 to be taken).
pub(super) const SHORTEST: usize = 12;
pub(super) const LONGEST: usize = 256;
/// Fewer different characters than this is a pattern, not a password.
const DIFFERENT: usize = 5;

/// Hashes and compares, a few at once.
pub(crate) struct Hasher {
    at_once: Semaphore,
    /// The hash of nobody's password, against which a name without an account is compared.
    nobody: OnceCell<String>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self { at_once: Semaphore::new(AT_ONCE), nobody: OnceCell::new() }
    }
}

impl Hasher {
    /// The hash of a password under a salt of its own, in PHC form.
    pub(crate) async fn hash(&self, password: &str, chance: &Chance) -> Result<String, AppError> {
        let salt: [u8; 16] = chance.bytes()?;
        let password = password.to_owned();
        self.run(move || {
            let hash = argon2()?.hash_password_with_salt(password.as_bytes(), &salt);
            hash.map(|hash| hash.to_string()).map_err(|why| AppError::Hash(why.to_string()))
        })
        .await
    }

    /// Whether the password is the one behind the hash. Without a hash the answer is no, after the same
    /// work.
    pub(crate) async fn is_right(
        &self,
        password: &str,
        hash: Option<&str>,
        chance: &Chance,
    ) -> Result<bool, AppError> {
        let make = || async { self.hash(&chance.token()?, chance).await };
        let nobody = self.nobody.get_or_try_init(make).await?;
        let known = hash.is_some();
        let (hash, password) = (hash.unwrap_or(nobody).to_owned(), password.to_owned());
        self.run(move || {
            let same = argon2()?.verify_password(password.as_bytes(), hash.as_str()).is_ok();
            Ok(same && known)
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let closed = |why: &dyn std::fmt::Display| AppError::Hash(why.to_string());
        let _place = self.at_once.acquire().await.map_err(|why| closed(&why))?;
        tokio::task::spawn_blocking(work).await.map_err(|why| closed(&why))?
    }
}

fn argon2() -> Result<Argon2<'static>, AppError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None);
    let params = params.map_err(|why| AppError::Hash(why.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Takes a new password, or says what it lacks. No rule about kinds of characters: such rules make
/// passwords that people write down (NIST SP 800-63B-4 §3.1.1.2).
pub(crate) fn acceptable(password: &str, name: &AccountName) -> Result<(), AppError> {
    if password.chars().count() < SHORTEST {
        return refuse(Refusal::TooShort);
    }
    if password.len() > LONGEST {
        return refuse(Refusal::TooLong);
    }
    let different: BTreeSet<char> = password.chars().collect();
    if different.len() < DIFFERENT {
        return refuse(Refusal::Repeats);
    }
    if password.to_lowercase().contains(name.as_str()) && name.as_str().len() >= 3 {
        return refuse(Refusal::ContainsName);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_hash_is_argon2id_at_owasps_cost_and_knows_its_password() {
        let next = AtomicU8::new(1);
        let chance = Chance::new(move |bytes| {
            bytes.fill(next.fetch_add(1, Ordering::Relaxed));
            Ok(())
        });
        let hasher = Hasher::default();
        let one = hasher.hash("correct horse battery", &chance).await.unwrap();
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        let other = hasher.hash("correct horse battery", &chance).await.unwrap();
        assert_ne!(one, other, "each has its own salt");
        let right = |password: &'static str, hash: Option<String>| {
            let (hasher, chance) = (&hasher, &chance);
            async move { hasher.is_right(password, hash.as_deref(), chance).await.unwrap() }
        };
        assert!(right("correct horse battery", Some(one.clone())).await);
        assert!(!right("correct horse batterz", Some(one)).await);
        assert!(!right("correct horse battery", None).await);
    }

    #[test]
    fn a_new_password_is_long_and_no_pattern() {
        let name = "wu.lan".parse().unwrap();
        for good in ["correct horse battery", "居延汉简烽火品约十二个字", "aB3$aB3$aB3$x"]
        {
            assert!(acceptable(good, &name).is_ok(), "{good}");
        }
        for bad in ["short", "aaaaaaaaaaaaaaaa", "xx-Wu.Lan-2026-xx", &"ab3$9".repeat(60)] {
            assert!(acceptable(bad, &name).is_err(), "{bad}");
        }
    }
}
