//! Claims about a duty in a paragraph.

use super::*;
use crate::testing::pack;

fn told(id: &str, language: Language) -> String {
    let pack = pack();
    duty(&pack, pack.duty(&id.parse().unwrap()).unwrap(), language)
}

#[test]
fn a_duty_is_told_with_what_follows_from_it() {
    expect_test::expect!["工信部保[2009]157号 art. 8(2) (M2a): if the incident is Serious (g3) or graver, the operator that found it must report the incident, to Telecommunications Security Bureau, with a copy to CNCERT. Its clock starts when an operator discovers the incident (carrier.discovered, which no other duty brings about). Time allowed: within 2 hours; counted to the second, through nights, weekends and holidays. The form (event_report) must contain c2_ip, c2_port, discovered_at, malicious_domains. Once it is done: the coordinator has the facts, by own monitoring, an operator's report or another channel (cncert.aware), which starts M3a, M3b, S6; the bureau receives the report (tsb.report_received), which starts M4, M4b."].assert_eq(&told("M2a", Language::En));
}

#[test]
fn the_same_is_told_in_chinese() {
    expect_test::expect!["工信部保[2009]157号第 8(3) 条（M3a）：事件为较大（g3）及以上的，国家计算机网络应急技术处理协调中心应向通信保障局报告；对象：通信保障局。时限自CNCERT 掌握事件情况（自主监测、运营企业报送或其他渠道）时起算（cncert.aware，可自行发生，也可由 M2a 履行后产生）。时限：2 小时内，连续计算，夜间和节假日不扣除。内容（event_notice）至少包括：ip、port、discovered_at、carrier、malicious_domains、size、potential_harm。履行后：通信保障局收到报送或报告（tsb.report_received），M4、M4b 的时限由此起算。解读 R1（两小时自何时起算？）：采用 `facts`（自 CNCERT 首次掌握情况时起算，无论是自主监测还是接到报送）；亦可作 `graded` (自 CNCERT 完成分级时起算)。"].assert_eq(&told("M3a", Language::Zh));
}

#[test]
fn what_stands_has_no_clock() {
    let text = told("S1", Language::En);
    assert!(!text.contains("clock starts") && text.contains("never falls due"), "{text}");
}
