//! People of a desk with accounts: real ones, in a store of their own, with real passwords.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use app::identity::{Attempt, LinkKey, Outcome};
use app::{App, Chance, Clock, Home, Identity, Settings};
use hmac::{Hmac, KeyInit, Mac};
use model::account::Post;
use model::permit::Permit;
use sha1::Sha1;
use tempfile::TempDir;
use uuid::Uuid;

use crate::law;
use crate::sample::noon;

pub(crate) const PASSWORD: &str = "correct horse battery";

/// The organisations of the sample that have accounts.
const ORGANISATIONS: &str = "handle,name_zh,name_en,province,parent,roles,email
centre,中原省际应急中心,Zhongyuan Response Centre,,,,
bureau,中原通信保障局,Zhongyuan Security Bureau,,,,
donghai,东海电信,Donghai Telecom,ZY-02,,,
xinghe,星河域名,Xinghe Registrar,ZY-01,,,
";

/// A desk's accounts; the folder goes with it.
pub(crate) struct People {
    pub(crate) identity: Arc<Identity>,
    _folder: TempDir,
}

impl People {
    /// Nobody yet, and nobody invited.
    pub(crate) async fn nobody() -> Self {
        let folder = TempDir::new().unwrap();
        let next = AtomicU64::new(1);
        let ids = move |_| {
            Uuid::from_u64_pair(0x0190_0000_0000_7000, next.fetch_add(1, Ordering::Relaxed))
        };
        let settings = Settings {
            own: "centre".parse().unwrap(),
            regimes: Vec::new(),
            regardless: Vec::new(),
        };
        let home = Home::new(folder.path());
        let app = App::open(home, law::shared(), Clock::new(noon, ids), settings).await.unwrap();
        app.load_organisations("organisations.csv", ORGANISATIONS.as_bytes()).await.unwrap();
        Self { identity: app.identity(counting(), LinkKey::new([7; 32])), _folder: folder }
    }

    /// A lead, an auditor, and somebody of a registrar.
    pub(crate) async fn three() -> Self {
        let people = Self::nobody().await;
        people.account("wu", "centre", Post::Lead).await;
        people.account("he", "centre", Post::Auditor).await;
        people.account("li", "xinghe", Post::Registrar).await;
        people
    }

    async fn account(&self, name: &str, organisation: &str, post: Post) {
        let permit = Permit::at_the_console(&"centre".parse().unwrap());
        let organisation = organisation.parse().unwrap();
        let invited = self
            .identity
            .open_account(&permit, name.parse().unwrap(), &organisation, post)
            .await
            .unwrap();
        self.identity.accept(&invited.token, None, PASSWORD).await.unwrap();
    }

    /// The token of somebody who has given name and password, and no more.
    pub(crate) async fn at_the_door(&self, name: &str) -> String {
        let attempt = Attempt { name, password: PASSWORD, agent: "Chromium", from: None };
        let answer = self.identity.sign_in(attempt).await.unwrap();
        let (Outcome::Half { token } | Outcome::Whole { token, .. }) = answer else {
            panic!("{answer:?}")
        };
        token
    }

    /// A key of somebody's, which reaches as far as they do: it needs no second factor to be set up first.
    pub(crate) async fn key(&self, name: &str) -> String {
        let permit = model::permit::ReadPermit::at_the_console();
        let account = self.identity.account(&permit, &name.parse().unwrap()).await.unwrap();
        let all = model::permit::Can::ALL.iter().copied();
        let scopes = all.filter(|can| account.post.may(*can)).collect();
        self.identity.add_key(("centre", &account), "a test", scopes, 1).await.unwrap().text
    }
}

/// Counts: different each time, and foreseen by tests only.
fn counting() -> Chance {
    let next = AtomicU64::new(1);
    Chance::new(move |bytes| {
        let n = next.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        bytes.iter_mut().zip(n.iter().cycle()).for_each(|(byte, n)| *byte = *n);
        Ok(())
    })
}

/// A form as browsers send it.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let pairs: BTreeMap<_, _> = fields.iter().copied().collect();
    let pairs =
        pairs.into_iter().map(|(name, value)| format!("{name}={}", value.replace(' ', "+")));
    pairs.collect::<Vec<_>>().join("&")
}

/// Browsers that have come differently far.
pub(crate) struct Visitors {
    /// An auditor who has given name and password, and has a second factor to set up.
    pub(crate) half_way: String,
    /// Of a registrar.
    pub(crate) registrar: String,
    pub(crate) lead: String,
    /// A link by which somebody chooses a password.
    pub(crate) invited: String,
}

impl Visitors {
    pub(crate) async fn of(people: &People) -> Self {
        let permit = Permit::at_the_console(&"centre".parse().unwrap());
        let (name, organisation) = ("yu".parse().unwrap(), "bureau".parse().unwrap());
        let invited =
            people.identity.open_account(&permit, name, &organisation, Post::Bureau).await;
        Self {
            half_way: people.at_the_door("he").await,
            registrar: people.at_the_door("li").await,
            lead: people.inside("wu").await,
            invited: invited.unwrap().token,
        }
    }
}

impl People {
    /// The token of somebody who has set up a second factor as well.
    async fn inside(&self, name: &str) -> String {
        let token = self.at_the_door(name).await;
        let permit = model::permit::ReadPermit::at_the_console();
        let account = self.identity.account(&permit, &name.parse().unwrap()).await.unwrap();
        let enrolment = self.identity.enrolment(&account).await.unwrap().unwrap();
        let code = code(&enrolment.seed);
        let answer = self.identity.second_step(&token, &code, None).await.unwrap();
        let Outcome::Whole { token, .. } = answer else { panic!("{answer:?}") };
        token
    }
}

/// What an authenticator shows at noon (RFC 6238), reckoned here anew: the page's own reckoning is on trial.
pub(crate) fn code(seed: &str) -> String {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let fives = seed.chars().filter(|c| *c != ' ').map(|c| letters.find(c).unwrap());
    let bits: Vec<u8> = fives.flat_map(|five| format!("{five:05b}").into_bytes()).collect();
    let (bytes, _) = bits.as_chunks::<8>();
    let byte =
        |eight: &[u8; 8]| u8::from_str_radix(std::str::from_utf8(eight).unwrap(), 2).unwrap();
    let seed: Vec<u8> = bytes.iter().map(byte).collect();
    let mut mac = Hmac::<Sha1>::new_from_slice(&seed).unwrap();
    mac.update(&(noon().as_second() / 30).to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 15);
    let four = u32::from_be_bytes(digest[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", four % 1_000_000)
}
