//! Dedupe by itself.

use super::*;

fn what(seen: i64, hour: Hour, classification: u32) -> Circumstances {
    Circumstances { seen, hour, classification, holding: 0 }
}

#[test]
fn a_subject_is_new_once_for_each_pair_and_kind() {
    let mut seen = Seen::default();
    let six = Ip::from_bits(0x2001_0db8 << 96);
    let subjects =
        [Subject::Ip(Ip::from_v4(7)), Subject::Ip(six), Subject::Domain(7), Subject::Url(7)];
    for subject in subjects {
        assert_eq!(seen.admit(subject, 0, &what(0, 0, 0)).unwrap(), News::Key);
        assert_eq!(seen.admit(subject, 1, &what(0, 0, 0)).unwrap(), News::Key);
    }
    for subject in subjects {
        assert_eq!(seen.admit(subject, 0, &what(0, 0, 0)).unwrap(), News::Record);
        assert_eq!(seen.admit(subject, 0, &what(0, 0, 0)).unwrap(), News::Nothing);
        assert_eq!(seen.admit(subject, 0, &what(0, 1, 0)).unwrap(), News::Hour);
    }
}

#[test]
fn every_resighting_is_counted_however_many_classifications_a_key_comes_with() {
    let mut seen = Seen::default();
    let subject = Subject::Ip(Ip::from_v4(7));
    for n in 0..=1000 {
        let _news = seen.admit(subject, 0, &what(i64::from(n), 0, n)).unwrap();
    }
    let again = seen.into_again();
    let (_, _, head) = again.v4[0];
    assert_eq!(again.records(head).count(), 64);
    assert_eq!(again.records(head).map(|record| record.count).sum::<u64>(), 1000);
    assert_eq!(again.records(head).map(|record| record.last).max(), Some(1000));
}

#[test]
fn growth_through_many_shards_loses_nobody() {
    let mut seen = Seen::default();
    let admit = |seen: &mut Seen, bits| {
        seen.admit(Subject::Ip(Ip::from_v4(bits)), 3, &what(0, 0, 0)).unwrap()
    };
    assert!((0..100_000).all(|bits| admit(&mut seen, bits) == News::Key));
    assert!((0..100_000).all(|bits| admit(&mut seen, bits) == News::Record));
}
