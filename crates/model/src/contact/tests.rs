//! Who counts, and who is doubted, is a question put to a clock.

use uuid::Uuid;

use super::*;

fn day(day: i64) -> Timestamp {
    Timestamp::from_second(day * 86_400).unwrap()
}

fn proposed() -> Contact {
    Contact {
        id: Id::from_uuid(Uuid::from_u128(1)),
        organisation: "alpha".parse().unwrap(),
        kind: ContactKind::Contact,
        name: "Night shift".to_owned(),
        phone: None,
        email: Some("noc@alpha.example".to_owned()),
        replaces: None,
        changed_at: day(0),
        proposed_at: day(0),
        state: State::Proposed,
        ended_at: None,
        owed: vec![],
    }
}

fn approved() -> Contact {
    let verified = proposed().verify(day(1), "answered".to_owned()).unwrap();
    verified.approve("desk".parse().unwrap(), day(2), day(3)).unwrap()
}

#[test]
fn nobody_is_approved_unverified_or_rejected_once_approved() {
    let desk: Handle = "desk".parse().unwrap();
    let refused = proposed().approve(desk, day(1), day(1)).unwrap_err();
    assert!(refused.to_string().ends_with("is proposed: it cannot be approved"), "{refused}");
    assert!(approved().reject(day(4), "no".to_owned()).is_err());
    assert!(proposed().reject(day(4), "no".to_owned()).is_ok());
}

#[test]
fn a_contact_counts_from_its_instant_until_it_is_ended() {
    let ended = Contact { ended_at: Some(day(9)), ..approved() };
    let counts = [2, 3, 8, 9].map(|at| ended.is_effective(day(at)));
    assert_eq!(counts, [false, true, true, false]);
    assert!(!proposed().is_effective(day(9)));
}

#[test]
fn ninety_days_of_silence_cast_doubt_and_a_sign_of_life_lifts_it() {
    let contact = approved();
    let none = Signs::default();
    assert_eq!(doubt(&contact, &none, day(91)), None, "ninety days are not more than ninety");
    let silent = Some(Doubt::Silent { since: day(1) });
    assert_eq!(doubt(&contact, &none, day(92)), silent);
    let alive = Signs { alive: Some(day(50)), ..none };
    assert_eq!(doubt(&contact, &alive, day(92)), None);
    assert_eq!(doubt(&proposed(), &none, day(500)), None, "nobody relies on it yet");
}

#[test]
fn a_bounce_casts_doubt_until_something_is_heard() {
    let bounced = Signs { bounced: Some(day(5)), alive: Some(day(4)), chased: None };
    assert_eq!(doubt(&approved(), &bounced, day(6)), Some(Doubt::Bounced { at: day(5) }));
    let heard = Signs { alive: Some(day(7)), ..bounced };
    assert_eq!(doubt(&approved(), &heard, day(8)), None);
}
