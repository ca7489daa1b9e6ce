//! The paragraph, in the language that the other tests do not read.

use expect_test::expect;

use super::*;
use crate::deadline::deadline;
use crate::testing::{at, calendar, pack, provisional};

#[test]
fn the_paragraph_is_said_in_chinese_too() {
    let (pack, start) = (pack(), at("2026-12-30T10:00:00+08:00"));
    let duty = pack.duty(&"M2b".parse().unwrap()).unwrap();
    let calendar = calendar().with_provisional(&provisional());
    let due = deadline(duty.clock.within(), start, pack.zone(), &calendar).unwrap();
    let said = explain(&pack, duty, &due, start);
    assert!(said.en.contains("Due 24:00 of Thu 2027-01-07, stored as 2027-01-08 00:00:00+08:00."));
    expect![[r#"
        工信部保[2009]157号第 8(2) 条（M2b）：报送事件；时限：5 个工作日。
        自 2026-12-30 10:00:00+08:00（Asia/Shanghai）起算：基础电信运营企业发现事件（carrier.discovered）。
        计算过程：2026-12-30（周三）当日不计；2026-12-31（周四）为第 1 个工作日；2027-01-01（周五）至2027-01-03（周日）为休息日（元旦、周末）；2027-01-04（周一）为第 2 个工作日；2027-01-05（周二）为第 3 个工作日；2027-01-06（周三）为第 4 个工作日；2027-01-07（周四）为第 5 个工作日。
        2027-01-07（周四） 24:00 到期，记为 2027-01-08 00:00:00+08:00。
        暂定：官方放假安排尚未公布，届时重新计算。
    "#]].assert_eq(&said.zh.replace('。', "。\n"));
}
