//! What follows from what is known about somebody who wants to sign in. Pure: time is an argument.

use jiff::{SignedDuration, Timestamp};
use model::account::{Session, Stage};
use store::accounts::Credentials;
use store::sessions::Failures;

/// Failures before a name must wait.
const FREE_FAILURES: u64 = 5;
/// How long it waits first; twice as long after each further failure, up to [`LONGEST_WAIT`].
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(1);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);
/// After so long without a failure the count begins anew.
const FORGIVEN_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// A session that is not used for so long is over, and so is one that is so old.
const IDLE: SignedDuration = SignedDuration::from_hours(2);
const WHOLE_LASTS: SignedDuration = SignedDuration::from_hours(12);
/// Time to find the telephone with the second factor.
const HALF_LASTS: SignedDuration = SignedDuration::from_mins(10);

/// What becomes of somebody who gave a name and a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Refused,
    /// The password was right; the second factor is asked for, or has to be set up first.
    Half,
    Whole,
}

/// `right` says whether the password was the account's.
pub(crate) fn verdict(
    known: Option<&Credentials>,
    right: bool,
    failures: Option<&Failures>,
    now: Timestamp,
) -> Verdict {
    let Some(known) = known else { return Verdict::Refused };
    if !right || must_wait(failures, now) || known.account.disabled_at.is_some() {
        return Verdict::Refused;
    }
    let has_second = known.second_factor.as_ref().is_some_and(|second| second.confirmed);
    if has_second || known.account.post.needs_second_factor() {
        Verdict::Half
    } else {
        Verdict::Whole
    }
}

/// Whether a name must wait.
pub(crate) fn must_wait(failures: Option<&Failures>, now: Timestamp) -> bool {
    failures.and_then(|known| known.locked_until).is_some_and(|until| now < until)
}

/// The failures under a name with one more.
pub(crate) fn one_more(before: Option<&Failures>, now: Timestamp) -> Failures {
    let counts = before.filter(|known| now.duration_since(known.last_at) < FORGIVEN_AFTER);
    let failures = counts.map_or(0, |known| known.failures).saturating_add(1);
    let locked_until = wait_after(failures).and_then(|wait| now.checked_add(wait).ok());
    Failures { failures, last_at: now, locked_until }
}

fn wait_after(failures: u64) -> Option<SignedDuration> {
    let beyond = failures.checked_sub(FREE_FAILURES)?;
    let times = 1_i32.checked_shl(u32::try_from(beyond).ok()?.min(16))?;
    Some(FIRST_WAIT.saturating_mul(times).min(LONGEST_WAIT))
}

/// Failures that lie before this no longer matter to anybody.
pub(crate) fn forget_before(now: Timestamp) -> Timestamp {
    now.checked_sub(FORGIVEN_AFTER).unwrap_or(Timestamp::MIN)
}

/// Whether a session has grown too old, or was left alone for too long.
pub(crate) fn is_over(session: &Session, now: Timestamp) -> bool {
    let lasts = match session.stage {
        Stage::Half => HALF_LASTS,
        Stage::Whole => WHOLE_LASTS,
    };
    now.duration_since(session.created_at) >= lasts
        || now.duration_since(session.seen_at) >= IDLE
        || now < session.created_at
}

#[cfg(test)]
mod tests {
    use model::Id;
    use model::account::{Account, Post};
    use store::accounts::SecondFactor;
    use uuid::Uuid;

    use super::*;

    fn at(minutes: i64) -> Timestamp {
        "2026-11-23T08:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
    }

    fn known(post: Post) -> Credentials {
        Credentials {
            account: Account {
                id: Id::from_uuid(Uuid::from_u128(1)),
                name: "wu".parse().unwrap(),
                organisation: "alpha".parse().unwrap(),
                province: None,
                post,
                created_at: at(0),
                disabled_at: None,
            },
            password: None,
            second_factor: None,
        }
    }

    #[test]
    fn who_sees_more_than_one_slice_is_asked_for_a_second_factor() {
        let of = |post| verdict(Some(&known(post)), true, None, at(0));
        for post in Post::ALL {
            let wanted = if post.needs_second_factor() { Verdict::Half } else { Verdict::Whole };
            assert_eq!(of(post), wanted, "{post:?}");
        }
    }

    #[test]
    fn a_second_factor_counts_once_it_is_confirmed() {
        let mut registrar = known(Post::Registrar);
        let second = |confirmed| SecondFactor { seed: String::new(), confirmed, last_step: 0 };
        registrar.second_factor = Some(second(false));
        assert_eq!(verdict(Some(&registrar), true, None, at(0)), Verdict::Whole);
        registrar.second_factor = Some(second(true));
        assert_eq!(verdict(Some(&registrar), true, None, at(0)), Verdict::Half);
    }

    #[test]
    fn nobody_and_the_wrong_password_and_the_disabled_are_refused_alike() {
        let mut gone = known(Post::Registrar);
        assert_eq!(verdict(None, true, None, at(0)), Verdict::Refused);
        assert_eq!(verdict(Some(&gone), false, None, at(0)), Verdict::Refused);
        gone.account.disabled_at = Some(at(0));
        assert_eq!(verdict(Some(&gone), true, None, at(0)), Verdict::Refused);
    }

    #[test]
    fn after_five_failures_a_name_waits_and_waits_longer_each_time() {
        let mut failures = None;
        let mut waits = Vec::new();
        for _ in 0..13 {
            let more = one_more(failures.as_ref(), at(0));
            waits.push(more.locked_until.map_or(0, |until| until.duration_since(at(0)).as_mins()));
            failures = Some(more);
        }
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert!(must_wait(failures.as_ref(), at(59)));
        assert!(!must_wait(failures.as_ref(), at(60)));
        let right = verdict(Some(&known(Post::Registrar)), true, failures.as_ref(), at(59));
        assert_eq!(right, Verdict::Refused, "even the right password waits");
        let later = one_more(failures.as_ref(), at(24 * 60));
        assert_eq!(later.failures, 1, "a day forgives");
    }

    #[test]
    fn a_session_ends_when_it_is_left_alone_and_after_a_shift() {
        let session = |stage, seen| Session {
            id: Id::from_uuid(Uuid::from_u128(1)),
            account: Id::from_uuid(Uuid::from_u128(1)),
            stage,
            created_at: at(0),
            seen_at: at(seen),
            agent: String::new(),
        };
        let over = |stage, seen, now| is_over(&session(stage, seen), at(now));
        assert!(!over(Stage::Whole, 0, 119) && over(Stage::Whole, 0, 120));
        assert!(!over(Stage::Whole, 700, 719) && over(Stage::Whole, 719, 720));
        assert!(!over(Stage::Half, 0, 9) && over(Stage::Half, 9, 10));
    }
}
