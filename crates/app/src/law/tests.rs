//! Layers at a desk: laid where and while they hold, refused where they collide.

use super::*;

const PROVINCE: &str = include_str!("../../../../regimes/layers/example-province.toml");
const SPECIAL: &str = include_str!("../../../../regimes/layers/example-special-period.toml");
const HOUSE: &str = include_str!("../../../../regimes/layers/example-house.toml");

fn source(origin: &str, text: &str) -> Source {
    Source { origin: origin.to_owned(), text: text.to_owned() }
}

fn law() -> Law {
    under("cn.miit.2009-157", &[]).unwrap()
}

fn under(pack: &str, choices: &[&str]) -> Result<Law, LawError> {
    let text = include_str!("../../../../regimes/cn-miit-2009-157.toml");
    let calendar = include_str!("../../../../calendars/cn.toml");
    let (packs, calendars) = ([source("pack", text)], [source("calendar", calendar)]);
    let choices = Choices::parse(choices.iter().copied()).unwrap();
    let choices = BTreeMap::from([(pack.parse().unwrap(), choices)]);
    Law::read_under(&packs, &calendars, Provisional::Refused, &choices)
}

fn layered() -> Law {
    let layers = [source("province", PROVINCE), source("period", SPECIAL), source("house", HOUSE)];
    law().with_layers(&layers).unwrap_or_else(|error| panic!("{error}"))
}

fn version(law: &Law, at: &str, province: Option<&str>) -> String {
    let id = "cn.miit.2009-157".parse().unwrap();
    let province = province.map(|code| code.parse().unwrap());
    let pack = law.pack_at(&id, at.parse().unwrap(), province.as_ref()).unwrap();
    pack.version().to_owned()
}

#[track_caller]
fn refused(layers: &[(&str, &str)], wanted: &str) {
    let layers: Vec<Source> = layers.iter().map(|(origin, text)| source(origin, text)).collect();
    assert_eq!(law().with_layers(&layers).unwrap_err().to_string(), wanted);
}

#[test]
fn a_pack_is_asked_for_as_it_stands_somewhere_at_some_time() {
    let law = layered();
    let told = |at: &str, province| version(&law, at, province);
    assert_eq!(told("2011-12-31T00:00:00+08:00", Some("XX-N")), "1.0.0");
    let all = "1.0.0+example.province-north@1.0.0+example.games@1.0.0+example.house@1.0.0";
    assert_eq!(told("2012-08-03T00:00:00+08:00", Some("XX-N")), all);
    let everywhere = "1.0.0+example.games@1.0.0+example.house@1.0.0";
    assert_eq!(told("2012-08-03T00:00:00+08:00", None), everywhere);
    assert_eq!(told("2012-08-16T00:00:00+08:00", Some("XX-S")), "1.0.0+example.house@1.0.0");
}

#[test]
fn data_are_kept_as_long_as_any_province_asks() {
    let id = "cn.miit.2009-157".parse().unwrap();
    let days = |law: Law, at: &str| law.retention_days(&id, at.parse().unwrap()).unwrap();
    assert_eq!(days(law(), "2013-01-01T00:00:00Z"), 60);
    assert_eq!(days(layered(), "2013-01-01T00:00:00Z"), 90);
    assert_eq!(days(layered(), "2011-01-01T00:00:00Z"), 60);
}

#[test]
fn two_layers_of_a_kind_in_one_place_and_time_are_refused() {
    let other = PROVINCE.replace("example.province-north", "example.other");
    let wanted = "the provincial layers `example.province-north` and `example.other` overlap in place and \
                  time: it could not be said which holds; let one end before the other begins, or take \
                  it out of `regimes/layers/`";
    refused(&[("one", PROVINCE), ("other", &other)], wanted);
}

#[test]
fn a_layer_over_a_pack_that_is_not_there_is_refused() {
    let wanted = "there is no pack `cn.miit.1999-1`; there are: cn.miit.2009-157";
    refused(&[("house", &HOUSE.replace("2009-157", "1999-1"))], wanted);
}

#[test]
fn a_layer_whose_case_needs_a_calendar_and_does_not_hold_is_refused() {
    let wrong = SPECIAL.replace("2012-08-07T00:00:00+08:00", "2012-08-08T00:00:00+08:00");
    let wanted = "period:25: test: M2b: it is due 2012-08-06T16:00:00Z, not 2012-08-07T16:00:00Z; correct \
                  the rule, or the case\nperiod:25: test: M6: it is due 2012-08-06T16:00:00Z, not \
                  2012-08-07T16:00:00Z; correct the rule, or the case";
    refused(&[("period", &wrong)], wanted);
}

#[test]
fn a_desk_chooses_its_readings_and_layers_lie_over_what_it_chose() {
    let law = under("cn.miit.2009-157", &["R1=graded"]).unwrap();
    let law = law.with_layers(&[source("house", HOUSE)]).unwrap();
    let told = version(&law, "2013-01-01T00:00:00Z", None);
    assert_eq!(told, "1.0.0+R1=graded+example.house@1.0.0");
}

#[test]
fn a_choice_for_a_pack_that_is_not_there_is_refused() {
    let error = under("cn.miit.1999-1", &["R1=graded"]).unwrap_err().to_string();
    assert_eq!(error, "there is no pack `cn.miit.1999-1`; there are: cn.miit.2009-157");
}
