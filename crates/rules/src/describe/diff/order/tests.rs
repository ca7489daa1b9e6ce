//! Claims about which of two times ends first.

use super::*;

#[test]
fn sooner_is_said_only_where_it_is_sure() {
    let order = |old: &str, new: &str| order(&old.parse().unwrap(), &new.parse().unwrap());
    assert_eq!(order("2 hours", "1 hour"), Some(Sooner::Sooner));
    assert_eq!(order("2 hours", "5 working days"), Some(Sooner::Later));
    assert_eq!(order("5 working days", "7 days"), None);
    assert_eq!(order("24 hours", "1 day"), Some(Sooner::Later));
    assert_eq!(order("promptly", "immediately"), Some(Sooner::Sooner));
    assert_eq!(order("1 month", "no time stated"), Some(Sooner::Later));
    assert_eq!(order("30 days", "30 days"), None);
    assert_eq!(order("promptly", "999 months"), None);
    assert_eq!(order("1 month", "immediately"), None);
}
