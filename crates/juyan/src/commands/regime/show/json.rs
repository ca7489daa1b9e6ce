//! The obligations table as one JSON document.

use rules::Pack;
use rules::describe::sheet::{Chapter, Line, Sheet, Step};
use serde_json::{Value, json};

use crate::commands::regime::head;

pub(super) fn as_json(pack: &Pack, sheet: &Sheet) -> Value {
    let line = |line: &Line| {
        json!({
            "duty": line.duty, "article": line.article, "who": line.who, "or_by": line.or_by,
            "does": line.does, "to": line.to, "cc": line.cc, "within": line.within,
            "from": line.from, "grades": line.grades, "only_if": line.only_if,
            "target": line.target, "form": line.form, "then": line.then,
            "readings": line.readings, "see": line.see, "like": line.like,
            "nil_report": line.nil_report, "layer": line.layer, "is_unsure": line.is_unsure,
        })
    };
    let chapter = |chapter: &Chapter| {
        let duties: Vec<_> = chapter.lines.iter().map(line).collect();
        json!({"article": chapter.article, "duties": duties})
    };
    let step = |grade: &Step| json!({"id": grade.id, "article": grade.article, "name": grade.name, "when": grade.when, "harm": grade.harm});
    let steps = |steps: &[Step]| steps.iter().map(step).collect::<Vec<_>>();
    let criteria = sheet.criteria.iter().map(
        |one| json!({"id": one.id, "when": one.when, "proposal": one.proposal, "from": one.from}),
    );
    let terms = sheet.terms.iter().map(|one| {
        json!({
            "id": one.id, "article": one.article, "term": one.term, "means": one.means,
            "when": one.when, "values": one.values,
        })
    });
    let item = |(code, text): &(String, String)| json!({"code": code, "text": text});
    let items = sheet.items.iter().map(|group| {
        let items: Vec<_> = group.items.iter().map(item).collect();
        json!({"article": group.article, "who": group.who, "items": items})
    });
    let inputs = sheet.inputs.iter().map(|(name, means)| json!({"name": name, "means": means}));
    let forms = sheet.forms.iter().map(|form| {
        json!({"id": form.id, "article": form.article, "contents": form.contents, "proposal": form.proposal})
    });
    let readings = sheet.readings.iter().map(|reading| {
        let others = reading
            .others
            .iter()
            .map(|one| json!({"name": one.name, "means": one.means, "by_hand": one.by_hand}));
        json!({
            "id": reading.id, "at": reading.at, "asks": reading.asks, "chosen": reading.chosen,
            "means": reading.means, "others": others.collect::<Vec<_>>(),
        })
    });
    let overrides = sheet.overrides.iter().map(|one| {
        json!({"id": one.id, "article": one.article, "by": one.by, "may": one.may, "needs": one.needs})
    });
    json!({
        "pack": head(pack), "chapters": sheet.chapters.iter().map(chapter).collect::<Vec<_>>(),
        "grades": steps(&sheet.grades), "warnings": steps(&sheet.warnings),
        "criteria": criteria.collect::<Vec<_>>(), "terms": terms.collect::<Vec<_>>(),
        "items": items.collect::<Vec<_>>(), "inputs": inputs.collect::<Vec<_>>(),
        "forms": forms.collect::<Vec<_>>(), "readings": readings.collect::<Vec<_>>(),
        "overrides": overrides.collect::<Vec<_>>(),
    })
}
