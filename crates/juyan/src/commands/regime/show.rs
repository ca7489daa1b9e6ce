//! `juyan regime show`: the obligations table, in at most 100 columns.

mod json;

use std::process::ExitCode;

use rules::describe::measure::{width, wrap};
use rules::describe::sheet::{Chapter, Choice, Line, Sheet, Step};
use rules::describe::{Language, sheet, words};
use rules::{Confidence, Pack};

use super::shelf::Shelf;
use super::{grade_of, language};
use crate::cli::ShowPack;
use crate::output;

/// The columns of the table: duty, article, who, does, to, within; two blanks between them.
const COLUMNS: [usize; 6] = [5, 6, 21, 21, 20, 15];
const INDENT: usize = 7;
/// Where texts begin beside longer names.
const WIDE: usize = 16;
const WIDEST: usize = 100;

pub(super) fn run(shelf: &Shelf, args: &ShowPack) -> anyhow::Result<ExitCode> {
    let pack = shelf.find_under(&args.told.pack, &args.told.how.readings)?;
    let grade = args.grade.as_deref().map(|grade| grade_of(&pack, grade)).transpose()?;
    let language = language(&args.told.lang);
    let sheet = sheet(&pack, language, grade);
    if args.told.how.json {
        output::json(&json::as_json(&pack, &sheet))?;
    } else {
        output::line(Page { language, out: Vec::new() }.tell(&pack, &sheet).join("\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

struct Page {
    language: Language,
    out: Vec<String>,
}

impl Page {
    fn pick<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        self.language.pick(zh, en)
    }

    fn tell(mut self, pack: &Pack, sheet: &Sheet) -> Vec<String> {
        self.head(pack);
        self.grades(sheet);
        self.terms(sheet);
        let heads = [
            self.pick("编号", "DUTY"),
            self.pick("条款", "ART."),
            self.pick("义务主体", "WHO"),
            self.pick("行为", "MUST"),
            self.pick("对象", "TO"),
            self.pick("时限", "TIME"),
        ];
        self.out.push(String::new());
        self.row(&heads.map(str::to_owned));
        for chapter in &sheet.chapters {
            self.chapter(chapter);
        }
        self.items(sheet);
        self.forms(sheet);
        self.readings(&sheet.readings);
        self.overrides(sheet);
        self.out
    }

    fn article(&self, article: &str) -> String {
        words::article(article, self.language)
    }

    fn head(&mut self, pack: &Pack) {
        let title = self.language.of(pack.title());
        self.indented(0, &format!("{} {title}", pack.instrument()));
        let (id, version) = (pack.id(), pack.version());
        let since = match (pack.since(), self.language) {
            (Some(day), Language::Zh) => format!("{day} 起施行"),
            (Some(day), Language::En) => format!("in force from {day}"),
            (None, Language::Zh) => "草案，未施行".to_owned(),
            (None, Language::En) => "proposed, not in force".to_owned(),
        };
        let until = match (pack.repealed(), self.language) {
            (Some(day), Language::Zh) => format!("，{day} 起废止"),
            (Some(day), Language::En) => format!(", repealed from {day}"),
            (None, _) => String::new(),
        };
        let (zone, calendar) = (pack.zone_name(), pack.calendar());
        let line = match self.language {
            Language::Zh => {
                format!("{id} {version}，{since}{until}；时区 {zone}；日历 {calendar}")
            }
            Language::En => {
                format!("{id} {version}, {since}{until}; time zone {zone}; calendar {calendar}")
            }
        };
        self.indented(0, &line);
        if pack.confidence() == Confidence::Medium {
            self.indented(
                0,
                self.pick(
                    "可信度：中，引用前请核实。",
                    "Confidence: medium. Confirm before relying on it.",
                ),
            );
        }
        if let Some(note) = pack.note() {
            let note = self.language.of(note).to_owned();
            self.indented(0, &note);
        }
    }

    fn title(&mut self, text: &str) {
        self.out.push(String::new());
        self.out.push(text.to_owned());
    }

    fn chapter(&mut self, chapter: &Chapter) {
        let title = self.article(&chapter.article);
        self.title(&match title.strip_prefix("art.") {
            Some(number) => format!("Article{number}"),
            None => title,
        });
        for line in &chapter.lines {
            self.line(line);
        }
    }

    fn line(&mut self, line: &Line) {
        let who = match (&line.or_by, self.language) {
            (Some(or_by), Language::Zh) => format!("{}（或由{or_by}）", line.who),
            (Some(or_by), Language::En) => format!("{} (or {or_by})", line.who),
            (None, _) => line.who.clone(),
        };
        let to = line.to.clone().unwrap_or_default();
        let to = match (&line.cc, self.language) {
            (Some(cc), Language::Zh) => format!("{to}；抄送{cc}"),
            (Some(cc), Language::En) => format!("{to}; copy to {cc}"),
            (None, _) => to,
        };
        let (mut duty, mut article) = (line.duty.to_string(), line.article.clone());
        if width(&duty) > COLUMNS[0] || width(&article) > COLUMNS[1] {
            let at = self.article(&article);
            self.indented(0, &format!("{duty}  {at}"));
            (duty, article) = (String::new(), String::new());
        }
        self.row(&[duty, article, who, line.does.clone(), to, line.within.clone()]);
        let notes = self.notes(line);
        if !notes.is_empty() {
            self.indented(INDENT, &notes.join(self.pick("；", "; ")));
        }
    }

    fn notes(&self, line: &Line) -> Vec<String> {
        let note = |zh: &str, en: &str, text: &Option<String>| {
            text.as_ref().map(|text| format!("{}{text}", self.pick(zh, en)))
        };
        let readings = self.language.list(&line.readings);
        let readings = (!readings.is_empty()).then_some(readings);
        let all = [
            note("起算：", "from: ", &line.from),
            note("等级：", "grade: ", &line.grades),
            note("条件：", "only if ", &line.only_if),
            note("内容见表单 ", "form: ", &line.form),
            note("解读 ", "readings: ", &readings),
            note("同 ", "as for ", &line.like.as_ref().map(ToString::to_string)),
            note("本单位目标（非法定）：", "house target, no law: ", &line.target),
            note("另见 ", "see ", &line.see),
            note("出自层 ", "by the layer ", &line.layer),
            line.is_unsure.then(|| self.pick("可信度：中", "confidence: medium").to_owned()),
        ];
        let nil = self.pick("当月无事亦须报送", "also for a month without any");
        all.into_iter().flatten().chain(line.nil_report.then(|| nil.to_owned())).collect()
    }

    fn grades(&mut self, sheet: &Sheet) {
        self.scale(
            self.pick(
                "分级（由重到轻，先符合者适用）",
                "Grades, the gravest first; the first that holds applies",
            ),
            &sheet.grades,
        );
        for one in &sheet.criteria {
            let standing = if one.proposal {
                self.pick("本包建议", "proposal")
            } else {
                self.pick("有据", "source")
            };
            let text = match self.language {
                Language::Zh => format!("{}〔{standing}：{}〕", one.when, one.from),
                Language::En => format!("{} [{standing}: {}]", one.when, one.from),
            };
            self.entry(WIDE, &one.id, &text);
        }
        if !sheet.warnings.is_empty() {
            self.scale(
                self.pick("预警级别（由高到低）", "Warnings, the gravest first"),
                &sheet.warnings,
            );
        }
        if !sheet.inputs.is_empty() {
            self.title(self.pick("测算项", "What is measured or asked"));
        }
        for (name, means) in &sheet.inputs {
            self.entry(WIDE, name, means);
        }
    }

    fn scale(&mut self, title: &str, steps: &[Step]) {
        self.title(title);
        for grade in steps {
            let text = match (self.language, &grade.harm) {
                (Language::Zh, Some(harm)) => {
                    format!(
                        "{}：{}（{harm}；{}）",
                        grade.name,
                        grade.when,
                        self.article(&grade.article)
                    )
                }
                (Language::Zh, None) => {
                    format!("{}：{}（{}）", grade.name, grade.when, self.article(&grade.article))
                }
                (Language::En, _) => {
                    format!("{}: {} ({})", grade.name, grade.when, self.article(&grade.article))
                }
            };
            self.entry(INDENT, grade.id.as_str(), &text);
        }
    }

    fn terms(&mut self, sheet: &Sheet) {
        if !sheet.terms.is_empty() {
            self.title(self.pick("用语", "What the words mean"));
        }
        for one in &sheet.terms {
            let when = one.when.as_ref().map(|when| match self.language {
                Language::Zh => format!("；即 {when}"),
                Language::En => format!("; that is, {when}"),
            });
            let values = self.language.list(&one.values);
            let values = match (values.is_empty(), self.language) {
                (true, _) => String::new(),
                (false, Language::Zh) => format!("：{values}"),
                (false, Language::En) => format!(": {values}"),
            };
            let (term, means) = (&one.term, &one.means);
            let article = self.article(&one.article);
            let when = when.unwrap_or_default();
            let text = match self.language {
                Language::Zh => format!("{term}：{means}{values}{when}（{article}）"),
                Language::En => format!("{term}: {means}{values}{when} ({article})"),
            };
            self.entry(WIDE, &one.id, &text);
        }
    }

    fn items(&mut self, sheet: &Sheet) {
        for group in &sheet.items {
            let title = match self.language {
                Language::Zh => {
                    format!("{}应通报的事项（{}）", group.who, self.article(&group.article))
                }
                Language::En => {
                    format!("What to report: {} ({})", group.who, self.article(&group.article))
                }
            };
            self.out.push(String::new());
            self.indented(0, &title);
            for (code, text) in &group.items {
                self.entry(INDENT, code, text);
            }
        }
    }

    fn forms(&mut self, sheet: &Sheet) {
        if !sheet.forms.is_empty() {
            self.title(self.pick("表单内容", "What each form must contain"));
        }
        for form in &sheet.forms {
            let contents = self.language.list(&form.contents);
            let proposal = if form.proposal {
                self.pick(
                    "；官方表样缺失，内容为本包建议",
                    "; the pack's own proposal, for want of the official form",
                )
            } else {
                ""
            };
            let text = match self.language {
                Language::Zh => format!("{contents}（{}{proposal}）", self.article(&form.article)),
                Language::En => format!("{contents} ({}{proposal})", self.article(&form.article)),
            };
            self.entry(WIDE, &form.id, &text);
        }
    }

    fn readings(&mut self, readings: &[Choice]) {
        if !readings.is_empty() {
            self.title(self.pick("解读：原文未明之处", "Readings: where the text is open"));
        }
        for reading in readings {
            let at = self.language.list(&reading.at);
            let text = match self.language {
                Language::Zh => format!("{}（涉及 {at}）", reading.asks),
                Language::En => format!("{} (touches {at})", reading.asks),
            };
            self.entry(INDENT, &reading.id, &text);
            let chosen = self.pick("采用", "chosen");
            self.indented(INDENT, &format!("→ {chosen} {}: {}", reading.chosen, reading.means));
            for one in &reading.others {
                let by_hand = match (one.by_hand, self.language) {
                    (false, _) => "",
                    (true, Language::Zh) => "（由人执行，计算不变）",
                    (true, Language::En) => " (by people: nothing computed changes)",
                };
                let also = self.pick("亦可", "else");
                let text = format!("  {also} {}: {}{by_hand}", one.name, one.means);
                self.indented(INDENT, &text);
            }
        }
    }

    fn overrides(&mut self, sheet: &Sheet) {
        if !sheet.overrides.is_empty() {
            self.title(self.pick("变更权限", "Who may change these rules"));
        }
        for one in &sheet.overrides {
            let needs = self.language.list(&one.needs);
            let text = match self.language {
                Language::Zh => {
                    format!(
                        "{}：{}；须具备 {needs}（{}）",
                        one.by,
                        one.may,
                        self.article(&one.article)
                    )
                }
                Language::En => {
                    format!(
                        "{} may {}; needs {needs} ({})",
                        one.by,
                        one.may,
                        self.article(&one.article)
                    )
                }
            };
            self.entry(WIDE, &one.id, &text);
        }
    }

    /// A name, and a text beside it that begins at that column, or after a longer name.
    fn entry(&mut self, column: usize, name: &str, text: &str) {
        let from = column.max(width(name) + 2);
        let mut lines = wrap(text, WIDEST - from).into_iter();
        let first = lines.next().unwrap_or_default();
        self.out.push(format!("{name}{}{first}", " ".repeat(from - width(name))));
        self.out.extend(lines.map(|line| format!("{}{line}", " ".repeat(from))));
    }

    fn indented(&mut self, by: usize, text: &str) {
        let lines = wrap(text, WIDEST - by);
        self.out.extend(lines.iter().map(|line| format!("{}{}", " ".repeat(by), line.trim_end())));
    }

    fn row(&mut self, cells: &[String; 6]) {
        let cells: Vec<Vec<String>> =
            cells.iter().zip(COLUMNS).map(|(cell, columns)| wrap(cell, columns)).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for at in 0..height {
            let mut text = String::new();
            for (cell, columns) in cells.iter().zip(COLUMNS) {
                let line = cell.get(at).map_or("", |line| line.trim_end());
                text.push_str(line);
                text.push_str(&" ".repeat(columns + 2 - width(line).min(columns + 2)));
            }
            self.out.push(text.trim_end().to_owned());
        }
    }
}
