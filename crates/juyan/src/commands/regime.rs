//! `juyan regime`: packs read, checked, shown, compared and tried. Nothing of the desk is changed.

mod applied;
mod diff;
mod explain;
mod grade;
mod graph;
mod shelf;
mod show;
mod simulate;
mod test;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{anyhow, bail};
use rules::describe::Language;
use rules::{Duty, Findings, Grading, Layer, LayerKind, Pack};
use serde_json::json;
use shelf::Shelf;

use crate::cli::{self, Deadline, Regime};
use crate::files::{LONGEST, read_bounded};
use crate::output::{self, Table};

pub(crate) async fn run(args: cli::OfRegimes) -> anyhow::Result<ExitCode> {
    if let Regime::Applied { common, name, text } = args.command {
        return applied::run(&common, name.as_ref(), text).await;
    }
    let shelf = &Shelf::open(&args.data)?;
    match args.command {
        Regime::List { json } => list(shelf, json),
        Regime::Check { file, json } => check(shelf, &file, json),
        Regime::Show(args) => show::run(shelf, &args),
        Regime::Explain(args) => explain::run(shelf, &args),
        Regime::Graph { told, format } => graph::run(shelf, &told, &format),
        Regime::Diff { from, to, lang, json } => {
            diff::run(shelf, (&from, &to), language(&lang), json)
        }
        Regime::Test { pack, vectors, json } => test::run(shelf, &pack, vectors.as_deref(), json),
        Regime::Simulate(args) => simulate::run(shelf, args).await,
        Regime::Grade(args) => grade::run(shelf, &args),
        Regime::Deadline(args) => deadline(shelf, &args),
        Regime::Applied { .. } => Ok(ExitCode::SUCCESS),
    }
}

fn list(shelf: &Shelf, json: bool) -> anyhow::Result<ExitCode> {
    let packs = shelf.library()?.packs;
    if json {
        let all: Vec<_> = packs.iter().map(head).collect();
        output::json(&all)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(["PACK", "VERSION", "IN FORCE", "REPEALED", "DUTIES", "INSTRUMENT"]);
    for pack in &packs {
        table.row([
            pack.id().to_string(),
            pack.version().to_owned(),
            pack.since().map_or_else(|| "proposed".to_owned(), |day| day.to_string()),
            pack.repealed().map_or_else(|| "-".to_owned(), |day| day.to_string()),
            duties(pack).to_string(),
            pack.instrument().to_owned(),
        ]);
    }
    table.print()?;
    Ok(ExitCode::SUCCESS)
}

/// How many duties it has: one that stands for several counts once.
fn duties(pack: &Pack) -> usize {
    pack.duties().iter().map(|duty| &duty.id).collect::<BTreeSet<_>>().len()
}

fn head(pack: &Pack) -> serde_json::Value {
    json!({
        "id": pack.id(), "version": pack.version(), "instrument": pack.instrument(),
        "title": pack.title(), "in_force": pack.since().map(|day| day.to_string()),
        "repealed": pack.repealed().map(|day| day.to_string()),
        "duties": duties(pack), "readings": pack.readings().len(),
    })
}

fn check(shelf: &Shelf, file: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let (text, origin) = (read(file)?, file.to_string_lossy());
    if rules::library::is_grading(&text) {
        return match Grading::parse(&text, &origin) {
            Ok(grading) => sound_grading(&grading, json),
            Err(findings) => wrong(&findings, json),
        };
    }
    if rules::library::is_layer(&text) {
        return layer(shelf, (&text, &origin), json);
    }
    let pack = Pack::parse(&text, &origin).and_then(|pack| shelf.library()?.joined(&origin, pack));
    let pack = match pack {
        Ok(pack) => pack,
        Err(findings) => return wrong(&findings, json),
    };
    let calendar = shelf.calendar(pack.calendar())?;
    let cases = match pack.prove(&calendar) {
        Ok(cases) => cases,
        Err(findings) => return wrong(&findings, json),
    };
    if json {
        output::json(&json!({"sound": true, "pack": head(&pack), "cases": cases}))?;
    } else {
        output::line(format!(
            "{} {} is sound: {} duties, {} grades, {} readings, {cases} cases hold with calendar {}",
            pack.id(),
            pack.version(),
            duties(&pack),
            pack.grades().len(),
            pack.readings().len(),
            calendar.id()
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A layer is read, and its cases are run, against the pack of this binary that it lies over.
fn layer(shelf: &Shelf, (text, origin): (&str, &str), json: bool) -> anyhow::Result<ExitCode> {
    let over = match Layer::over_which(text, origin) {
        Ok(over) => over,
        Err(findings) => return wrong(&findings, json),
    };
    let base = shelf.find(over.as_str())?;
    let calendar = shelf.calendar(base.calendar())?;
    let proved = Layer::parse(text, origin, &base)
        .and_then(|layer| layer.prove(&base, &calendar).map(|cases| (layer, cases)));
    let (layer, cases) = match proved {
        Ok(proved) => proved,
        Err(findings) => return wrong(&findings, json),
    };
    let (id, version, kind) = (layer.id(), layer.version(), layer.kind().to_string());
    if json {
        output::json(&json!({
            "sound": true, "layer": id, "version": version, "kind": kind,
            "over": {"id": base.id(), "version": base.version()}, "cases": cases,
        }))?;
    } else {
        output::line(format!(
            "{id} {version} is sound: a {kind} layer over {} {}, {cases} cases hold with calendar {}",
            base.id(),
            base.version(),
            calendar.id()
        ))?;
        if let (LayerKind::Provincial, Some(province)) = (layer.kind(), layer.province()) {
            output::line(format!(
                "it holds for organisations that the directory places in {province}; one without a \
                 province owes what {} asks everywhere",
                base.id()
            ))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn sound_grading(grading: &Grading, json: bool) -> anyhow::Result<ExitCode> {
    let (criteria, cases) = (grading.criteria().len(), grading.cases());
    if json {
        output::json(&json!({
            "sound": true, "grading": grading.id(), "version": grading.version(),
            "criteria": criteria, "cases": cases,
        }))?;
    } else {
        output::line(format!(
            "{} {} is sound: {} grades, {criteria} criteria, {cases} cases hold",
            grading.id(),
            grading.version(),
            grading.order().len()
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn wrong(findings: &Findings, json: bool) -> anyhow::Result<ExitCode> {
    output::findings(&findings.iter().cloned().collect::<Vec<_>>(), json)
}

fn deadline(shelf: &Shelf, args: &Deadline) -> anyhow::Result<ExitCode> {
    let pack = shelf.find_under(&args.pack, &args.how.readings)?;
    let duty = duty_at(&pack, &args.duty, args.grade.as_deref())?;
    if args.grade.is_none() {
        only_one(&pack, &args.duty)?;
    }
    let note = not_in_force(&pack, args.start);
    let calendar = shelf.calendar(args.calendar.as_deref().unwrap_or(pack.calendar()))?;
    let within = duty.clock.within();
    let due = rules::deadline(within, args.start, pack.zone(), &calendar)?;
    let local = |at: jiff::Timestamp| at.to_zoned(pack.zone().clone()).to_string();
    if args.how.json {
        output::json(&json!({
            "pack": pack.id(), "duty": duty.id, "article": duty.article, "within": within.to_string(),
            "start": args.start, "due": due.due, "due_local": due.due.map(local),
            "last_day": due.last_day.map(|day| day.to_string()), "calendar": calendar.id(),
            "provisional": due.provisional, "steps": due.texts("en"),
            "in_force": note.is_none(), "note": note,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    output::line(format!(
        "{} {}, article {}: {}",
        pack.id(),
        duty.id,
        duty.article,
        duty.does.get("en")
    ))?;
    output::line(format!("within {within}, from {}", local(args.start)))?;
    for step in due.texts("en") {
        output::line(format!("  {step}"))?;
    }
    output::line(match due.due {
        Some(at) => format!("due {} (calendar {})", local(at), calendar.id()),
        None => "due at no stated time".to_owned(),
    })?;
    if let Some(note) = note {
        output::line(note)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What to say of a pack that was not in force on the local day of that instant; none if it was.
fn not_in_force(pack: &Pack, at: jiff::Timestamp) -> Option<String> {
    let (id, on) = (pack.id(), at.to_zoned(pack.zone().clone()).date());
    match (pack.since(), pack.repealed()) {
        (None, _) => Some(format!("note: {id} is only proposed; nobody owes this yet")),
        (Some(since), _) if on < since => {
            Some(format!("note: {id} was not in force on {on}: it is in force from {since}"))
        }
        (_, Some(repealed)) if on >= repealed => {
            Some(format!("note: {id} was not in force on {on}: it is repealed from {repealed}"))
        }
        _ => None,
    }
}

/// Refuses to pick among several that a duty stands for: which one is owed, the grade says.
fn only_one(pack: &Pack, id: &model::DutyId) -> anyhow::Result<()> {
    let all: Vec<&Duty> = pack.duties_of(id).collect();
    if all.len() < 2 {
        return Ok(());
    }
    let branch = |duty: &&Duty| {
        let all = pack.grades().iter().chain(pack.warnings());
        let grades = all.filter(|grade| duty.applies_at(&grade.id));
        let grades: Vec<_> = grades.map(|grade| grade.id.as_str()).collect();
        let (article, within) = (&duty.article, duty.clock.within());
        format!("article {article} at {} ({within})", grades.join(", "))
    };
    let branches: Vec<String> = all.iter().map(branch).collect();
    bail!("`{id}` stands for several: {}; say which with --grade", branches.join("; "))
}

fn language(code: &str) -> Language {
    if code == "zh" { Language::Zh } else { Language::En }
}

fn duty_of<'p>(pack: &'p Pack, id: &model::DutyId) -> anyhow::Result<&'p Duty> {
    pack.duty(id).ok_or_else(|| {
        let known: Vec<_> = pack.duties().iter().map(|duty| duty.id.as_str()).collect();
        anyhow!("`{}` has no duty `{id}`; it has {}", pack.id(), known.join(", "))
    })
}

/// The duty as it is owed at a grade: one that says `like` several others stands once for each.
fn duty_at<'p>(
    pack: &'p Pack,
    id: &model::DutyId,
    grade: Option<&str>,
) -> anyhow::Result<&'p Duty> {
    let duty = duty_of(pack, id)?;
    let Some(grade) = grade else { return Ok(duty) };
    let grade = grade_of(pack, grade)?;
    pack.duty_at(id, grade).ok_or_else(|| anyhow!("duty `{id}` is not owed at grade `{grade}`"))
}

/// A grade by its id or by its name in either language; `g3+` is where its duties are owed: at `g3`.
fn grade_of<'p>(pack: &'p Pack, text: &str) -> anyhow::Result<&'p model::GradeId> {
    let wanted = text.trim().trim_end_matches('+');
    let is = |grade: &&rules::Grade| {
        let named = |name: &str| !name.is_empty() && name.eq_ignore_ascii_case(wanted);
        grade.id.as_str() == wanted || named(&grade.name.zh) || named(&grade.name.en)
    };
    let all = || pack.grades().iter().chain(pack.warnings());
    let found = all().find(is).map(|grade| &grade.id);
    found.ok_or_else(|| {
        let known: Vec<_> = all().map(|grade| grade.id.as_str()).collect();
        anyhow!("`{}` has no grade `{text}`; it has {}", pack.id(), known.join(", "))
    })
}

fn read(path: &Path) -> anyhow::Result<String> {
    read_bounded(path, LONGEST)
}
