//! A filing moves in one direction only.

use uuid::Uuid;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn draft() -> Filing {
    Filing {
        id: Id::from_uuid(Uuid::from_u128(1)),
        number: "FIL-2026-0001".parse().unwrap(),
        obligation: Id::from_uuid(Uuid::from_u128(2)),
        kind: Kind::Report,
        follows: None,
        filer: "alpha".parse().unwrap(),
        version: 1,
        drafted_at: at(0),
        saved_at: at(0),
        answers: Answers::new(),
        state: State::Draft,
    }
}

fn seal() -> Seal {
    Seal {
        at: at(1),
        text: "{}".to_owned(),
        digest: "0".repeat(64),
        key: "0123456789abcdef".parse().unwrap(),
        signature: "0".repeat(128),
    }
}

fn verdict() -> Verdict {
    Verdict { at: at(3), by: "bureau".parse().unwrap(), reasons: "no ports".to_owned() }
}

#[test]
fn who_judges_a_filing_has_received_it() {
    let returned = draft().seal(seal()).unwrap().give_back(verdict()).unwrap();
    let receipt = returned.state.receipt().unwrap();
    assert_eq!((receipt.at, receipt.by.as_str()), (at(3), "bureau"));
    let receipt = Receipt { at: at(2), by: "desk".parse().unwrap(), evidence: "R 1".to_owned() };
    let received = draft().seal(seal()).unwrap().receive(receipt.clone()).unwrap();
    let accepted = received.accept(verdict()).unwrap();
    assert_eq!(accepted.state.receipt(), Some(&receipt));
}

#[test]
fn what_is_sealed_cannot_be_sealed_again_or_discarded_or_judged_twice() {
    let sealed = draft().seal(seal()).unwrap();
    assert!(sealed.clone().seal(seal()).is_err());
    assert!(sealed.clone().discard(at(9)).is_err());
    assert!(draft().accept(verdict()).is_err());
    let returned = sealed.give_back(verdict()).unwrap();
    let refused = returned.accept(verdict()).unwrap_err();
    assert_eq!(refused.to_string(), "filing `FIL-2026-0001` is returned: it cannot be accepted");
}
