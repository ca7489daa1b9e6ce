//! Claims about the flow and its picture.

use super::*;
use crate::testing::{PACK, pack};

fn node<'f>(flow: &'f Flow, id: &str) -> &'f Node {
    flow.nodes.iter().find(|node| node.id == id).unwrap()
}

#[test]
fn a_duty_stands_after_its_trigger_and_before_what_it_emits() {
    let flow = Flow::of(&pack(), Language::En);
    let layers = ["carrier.discovered", "M2a", "cncert.aware", "M3a", "tsb.report_received"]
        .map(|id| node(&flow, id).layer);
    assert_eq!(layers, [0, 1, 2, 3, 4]);
    assert!(flow.edges.iter().all(|edge| !edge.back));
}

#[test]
fn a_circle_is_drawn_once() {
    // Feeding back brings the notice about again: a circle that no real pack has.
    let text = PACK.replacen(
        r#"form = "feedback", emits = ["cncert.feedback_received"] }"#,
        r#"form = "feedback", emits = ["cncert.feedback_received", "handler.notice_received"] }"#,
        1,
    );
    assert_ne!(text, PACK);
    let flow = Flow::of(&Pack::parse(&text, "circle.toml").unwrap(), Language::En);
    assert_eq!(flow.edges.iter().filter(|edge| edge.back).count(), 1);
    assert!(flow.text().contains("(see above)"));
    assert!(flow.svg().starts_with("<svg "));
}

#[test]
fn every_duty_is_told() {
    for language in [Language::Zh, Language::En] {
        let (flow, svg) = (Flow::of(&pack(), language), Flow::of(&pack(), language).svg());
        let text = flow.text();
        for duty in pack().duties() {
            assert!(text.contains(duty.id.as_str()), "{}", duty.id);
            assert!(svg.contains(&format!(">{}", duty.id)), "{}", duty.id);
        }
    }
}

#[test]
fn the_picture_is_the_same_each_time_and_escapes_what_it_is_given() {
    let text = PACK.replace("report the incident", "report <b>&\\\"it");
    let pack = Pack::parse(&text, "escape.toml").unwrap();
    let svg = Flow::of(&pack, Language::En).svg();
    assert_eq!(svg, Flow::of(&pack, Language::En).svg());
    assert!(!svg.contains("<b>") && svg.contains("&lt;b&gt;&amp;"));
}
