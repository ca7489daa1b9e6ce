//! What else a pack says, part by part: whoever reads that nothing changes must be able to rely on it.

use model::organisation::Bilingual;
use model::regime::RoleId;

use super::{Diffing, Direction, roles};
use crate::calendar::Confidence;
use crate::describe::words::{self, Language, Words};
use crate::input::{Input, InputKind, MeasureOf, Takes};
use crate::regime::{
    Definition, Duty, Form, Grade, Holders, ItemGroup, Opens, Override, Pack, Party, Reading, Role,
    Set, Trigger, Whose,
};

/// One thing said of a part: what it is called in either language, and what is said.
type Said = (&'static str, &'static str, String);

/// One sort of parts.
struct Sort<T> {
    zh: &'static str,
    en: &'static str,
    id: fn(&T) -> &str,
    says: fn(Words<'_>, &T) -> Vec<Said>,
    /// The roles that it touches; none for everybody.
    touches: fn(&Pack, &T) -> Vec<RoleId>,
    /// Whether somebody else tells which are new and which are gone.
    told: bool,
}

impl Diffing<'_> {
    /// Everything beside duties that has an id, and is not told elsewhere.
    pub(super) fn parts(&mut self) {
        let (from, to) = (self.from, self.to);
        self.each(&ROLES, from.roles(), to.roles());
        self.each(&SETS, from.sets(), to.sets());
        self.each(&TRIGGERS, from.triggers(), to.triggers());
        self.each(&INPUTS, from.inputs(), to.inputs());
        let grades = |pack: &Pack| [pack.grades(), pack.warnings()].concat();
        self.each(&GRADES, &grades(from), &grades(to));
        self.each(&DEFINITIONS, from.definitions(), to.definitions());
        self.each(&ITEMS, from.items(), to.items());
        self.each(&FORMS, from.forms(), to.forms());
        self.each(&OVERRIDES, from.overrides(), to.overrides());
        self.each(&READINGS, from.readings(), to.readings());
        let sides = (whole(self.before()), whole(self.after()));
        self.compare(("", ""), (to.id().as_str(), &[]), sides);
        if from.grading() != to.grading() && from.graded_by() == to.graded_by() {
            let words =
                self.say("所依据的分级标准有变更".into(), "how it is graded changes".into());
            self.all("grade", Direction::Different, words);
        }
    }

    /// What differs although no words above have told it.
    pub(super) fn anything_else(&mut self) {
        if self.changes.is_empty() && !self.from.says_the_same_as(self.to) {
            let words = self.say(
                "有变更，但此处的文字无法说明：请比较两个文件".to_owned(),
                "something changes that these words do not describe: compare the two files"
                    .to_owned(),
            );
            self.all(self.to.id().as_str(), Direction::Different, words);
        }
    }

    fn each<T>(&mut self, sort: &Sort<T>, old: &[T], new: &[T]) {
        for part in new {
            let id = (sort.id)(part);
            let mut touched = (sort.touches)(self.to, part);
            if let Some(before) = old.iter().find(|one| (sort.id)(one) == id) {
                touched.extend((sort.touches)(self.from, before));
                let sides = ((sort.says)(self.before(), before), (sort.says)(self.after(), part));
                self.compare((sort.zh, sort.en), (id, &touched), sides);
            } else if !sort.told {
                let said = self.listed((sort.says)(self.after(), part));
                let words = self
                    .say(format!("新增{}：{said}", sort.zh), format!("a new {}: {said}", sort.en));
                self.touched((id, &touched), Direction::Added, &words);
            }
        }
        let gone =
            old.iter().filter(|one| !new.iter().any(|part| (sort.id)(part) == (sort.id)(one)));
        for part in gone.filter(|_| !sort.told) {
            let words = self.say(format!("删除{}", sort.zh), format!("{} is gone", sort.en));
            let touched = (sort.touches)(self.from, part);
            self.touched(((sort.id)(part), &touched), Direction::Removed, &words);
        }
    }

    fn listed(&self, said: Vec<Said>) -> String {
        let said = said.into_iter().filter(|(_, _, what)| !what.is_empty());
        let one = |(zh, en, what): Said| self.say(format!("{zh} {what}"), format!("{en} {what}"));
        said.map(one).collect::<Vec<_>>().join(self.language.pick("；", "; "))
    }

    fn compare(
        &mut self,
        (zh, en): (&str, &str),
        whom: (&str, &[RoleId]),
        (old, new): (Vec<Said>, Vec<Said>),
    ) {
        for ((of_zh, of_en, from), (_, _, to)) in old.into_iter().zip(new) {
            if from == to {
                continue;
            }
            let label = if zh.is_empty() {
                (of_zh.to_owned(), of_en.to_owned())
            } else {
                (format!("{zh}的{of_zh}"), format!("{en}, {of_en}"))
            };
            let words = self.changed(&label.0, &label.1, &(or_dash(from), or_dash(to)));
            self.touched(whom, Direction::Different, &words);
        }
    }

    fn touched(&mut self, (about, roles): (&str, &[RoleId]), direction: Direction, words: &str) {
        let mut names: Vec<String> = Vec::new();
        for name in roles.iter().map(|role| self.name(role)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if names.is_empty() {
            return self.all(about, direction, words.to_owned());
        }
        let told = names.into_iter().map(|name| super::Change {
            role: Some(name),
            about: about.to_owned(),
            direction,
            words: words.to_owned(),
        });
        self.changes.extend(told);
    }

    /// What else two duties say otherwise: what is neither when, nor at which grades, nor to whom.
    pub(super) fn rest_of_duty(&self, old: &Duty, new: &Duty) -> Vec<(Direction, String)> {
        let sides = duty(self.before(), old).into_iter().zip(duty(self.after(), new));
        let differ = sides.filter(|((_, _, from), (_, _, to))| from != to);
        let told = |((zh, en, from), (_, _, to)): (Said, Said)| {
            (Direction::Different, self.changed(zh, en, &(or_dash(from), or_dash(to))))
        };
        differ.map(told).collect()
    }
}

fn or_dash(text: String) -> String {
    if text.is_empty() { "—".to_owned() } else { text }
}

fn yes(language: Language, yes: bool) -> String {
    if yes { language.pick("是", "yes") } else { language.pick("否", "no") }.to_owned()
}

fn confidence(language: Language, confidence: Confidence) -> String {
    match confidence {
        Confidence::High => language.pick("高", "high"),
        Confidence::Medium => language.pick("中", "medium"),
    }
    .to_owned()
}

fn ids(language: Language, roles: &[RoleId]) -> String {
    language.list(roles.iter().map(RoleId::as_str))
}

fn name(language: Language, name: Option<&Bilingual>) -> String {
    name.map_or_else(String::new, |name| language.of(name).to_owned())
}

fn duty(words: Words<'_>, duty: &Duty) -> Vec<Said> {
    let language = words.language;
    let target = duty.target.as_ref().map(|target| words::within(target, language));
    let parties = |all: &[Party]| language.list(all.iter().map(ToString::to_string));
    vec![
        ("履行者", "owed by", parties(&duty.who)),
        ("也可由谁履行", "may also be done by", words.parties(&duty.or_by)),
        ("一方履行即可", "one of them is enough", yes(language, duty.one_is_enough)),
        ("起算触发", "trigger", duty.on.clone().unwrap_or_default()),
        ("引发", "brings about", language.list(&duty.emits)),
        ("参见", "see", duty.see.clone().unwrap_or_default()),
        ("内部目标", "target", target.unwrap_or_default()),
        ("表单", "form", duty.form.clone().unwrap_or_default()),
        ("无事件也须报送", "owed for an empty month", yes(language, duty.nil_report)),
        ("待解读事项", "readings", language.list(&duty.readings)),
        ("可信度", "confidence", confidence(language, duty.confidence)),
        ("出自层", "layer", duty.layer.clone().unwrap_or_default()),
    ]
}

const ROLES: Sort<Role> = Sort {
    zh: "角色",
    en: "role",
    id: |role| role.id.as_str(),
    says: |words, role| {
        let held = match role.holders {
            Holders::One => words.language.pick("一个", "one"),
            Holders::OnePerProvince => words.language.pick("每省一个", "one per province"),
            Holders::Several => words.language.pick("多个", "several"),
        };
        vec![
            ("名称", "name", name(words.language, Some(&role.name))),
            ("条款", "article", role.article.clone()),
            ("职能", "is", role.is.clone()),
            ("数目", "number", held.to_owned()),
        ]
    },
    touches: |_, role| vec![role.id.clone()],
    told: false,
};

const SETS: Sort<Set> = Sort {
    zh: "集合",
    en: "set",
    id: |set| &set.id,
    says: |words, set| {
        vec![
            ("角色", "roles", ids(words.language, &set.roles)),
            ("范围", "whose", whose(words.language, set.whose).to_owned()),
            ("含义", "means", words.language.of(&set.means).to_owned()),
        ]
    },
    touches: |_, set| set.roles.clone(),
    told: false,
};

fn whose(language: Language, whose: Whose) -> &'static str {
    match whose {
        Whose::AddressOrDomain => {
            language.pick("涉事地址或域名", "address or domain is in the incident")
        }
        Whose::Province => language.pick("涉事省份", "province is in the incident"),
        Whose::Finding => language.pick("发现者", "finding it is"),
        Whose::Knowing => language.pick("发现或得知者", "finding or desk it is"),
        Whose::GroupOfKnowing => {
            language.pick("得知者所属集团", "subsidiary's finding or desk it is")
        }
        Whose::ProvinceOrOwn => language
            .pick("涉事省份，不明的为本省", "province is in the incident, else the debtor's own"),
        Whose::OwnProvince => language.pick("本省", "province is the debtor's own"),
        Whose::Everyone => language.pick("全体", "role it is, whatever the incident"),
        Whose::NamedByOfficer => language.pick("由值班人员指明", "named by an officer"),
    }
}

const TRIGGERS: Sort<Trigger> = Sort {
    zh: "触发",
    en: "trigger",
    id: |trigger| &trigger.id,
    says: |words, trigger| {
        let language = words.language;
        let by = trigger.by.as_ref().map(ToString::to_string);
        vec![
            ("时点", "at", words::event(trigger.at, language).to_owned()),
            ("主体", "by", by.unwrap_or_default()),
            ("无他人时适用", "otherwise", yes(language, trigger.otherwise)),
            ("含义", "means", language.of(&trigger.means).to_owned()),
            ("条款", "article", trigger.article.clone()),
        ]
    },
    touches: |pack, trigger| {
        let on = pack.duties().iter().filter(|duty| duty.on.as_ref() == Some(&trigger.id));
        on.flat_map(|duty| roles(pack, &duty.who)).collect()
    },
    told: false,
};

const INPUTS: Sort<Input> = Sort {
    zh: "事实",
    en: "input",
    id: |input| &input.name,
    says: |words, input| {
        let language = words.language;
        let kind = match &input.kind {
            InputKind::Count => language.pick("数目", "a count").to_owned(),
            InputKind::Decimal => language.pick("小数", "a number").to_owned(),
            InputKind::OneOf(values) => language.list(values),
            InputKind::YesNo => language.pick("是或否", "yes or no").to_owned(),
            InputKind::List => language.pick("列表", "a list").to_owned(),
        };
        let of = input.measure.map(|(of, _)| match of {
            MeasureOf::LargestThreat => {
                language.pick("最大单一威胁的地址数", "addresses of the largest threat")
            }
            MeasureOf::AllThreats => language.pick("全部威胁的地址数", "addresses of all threats"),
        });
        let window = input.measure.map(|(_, hours)| hours.to_string());
        let takes = input.takes.as_ref().map(|takes| match takes {
            Takes::FinderRole { otherwise } => {
                format!(
                    "{} {otherwise}",
                    language.pick("发现者的角色，否则", "the finder's role, else")
                )
            }
            Takes::SeveralProvinces => {
                language.pick("是否涉及多省", "several provinces").to_owned()
            }
        });
        let absent = input.absent.as_ref().map(ToString::to_string);
        vec![
            ("取值", "values", kind),
            ("计量", "measures", of.unwrap_or_default().to_owned()),
            ("计量窗口（小时）", "window in hours", window.unwrap_or_default()),
            ("自动取自", "takes", takes.unwrap_or_default()),
            ("没有时的值", "value when absent", absent.unwrap_or_default()),
            ("仅作记录", "for the record only", yes(language, input.for_record)),
            ("含义", "means", input.means.clone()),
        ]
    },
    touches: |_, _| Vec::new(),
    told: false,
};

const GRADES: Sort<Grade> = Sort {
    zh: "等级",
    en: "grade",
    id: |grade| grade.id.as_str(),
    says: grade,
    touches: |_, _| Vec::new(),
    told: true,
};

fn grade(words: Words<'_>, grade: &Grade) -> Vec<Said> {
    let language = words.language;
    vec![
        ("名称", "name", name(language, Some(&grade.name))),
        ("次序", "rank", grade.rank.to_string()),
        ("条款", "article", grade.article.clone()),
        ("颜色", "colour", grade.colour.clone().unwrap_or_default()),
        ("影响", "effect", name(language, grade.harm.as_ref())),
        ("不产生义务", "owes nothing", yes(language, grade.owes_nothing)),
    ]
}

const DEFINITIONS: Sort<Definition> = Sort {
    zh: "定义",
    en: "definition",
    id: |definition| &definition.id,
    says: |words, one| {
        let language = words.language;
        let test = one.test.as_ref().map(|test| words.predicate(test));
        vec![
            ("用语", "term", name(language, Some(&one.term))),
            ("含义", "means", one.means.clone()),
            ("条件", "condition", test.unwrap_or_default()),
            ("取值", "values", language.list(one.values.iter().map(|value| language.of(value)))),
            ("涉及", "at", language.list(&one.at)),
            ("待解读事项", "readings", language.list(&one.readings)),
            ("条款", "article", one.article.clone()),
        ]
    },
    touches: |_, _| Vec::new(),
    told: false,
};

const ITEMS: Sort<ItemGroup> = Sort {
    zh: "报送项目",
    en: "items",
    id: |group| &group.id,
    says: |words, group| {
        let language = words.language;
        let item =
            |item: &crate::regime::Item| format!("{} {}", item.code, language.of(&item.text));
        vec![
            ("项目", "items", language.list(group.items.iter().map(item))),
            ("角色", "roles", ids(language, &group.roles)),
            ("条款", "article", group.article.clone()),
        ]
    },
    touches: |_, group| group.roles.clone(),
    told: false,
};

const FORMS: Sort<Form> = Sort {
    zh: "表单",
    en: "form",
    id: |form| &form.id,
    says: |words, form| {
        let used = |duty: &Duty| duty.form.as_ref() == Some(&form.id);
        // What a filing must contain is told to whoever files it.
        let unused = !words.pack.duties().iter().any(used);
        let contents = if unused { words.language.list(&form.contents) } else { String::new() };
        vec![
            ("内容", "contents", contents),
            ("条款", "article", form.article.clone()),
            ("内容为建议", "contents are a proposal", yes(words.language, form.proposal)),
        ]
    },
    touches: |_, _| Vec::new(),
    told: false,
};

const OVERRIDES: Sort<Override> = Sort {
    zh: "变更权限",
    en: "who may change the rules",
    id: |rule| &rule.id,
    says: |words, rule| {
        vec![
            ("由谁", "by", ids(words.language, &rule.by)),
            ("可以", "may", rule.may.clone()),
            ("须有", "needs", words.language.list(&rule.needs)),
            ("条款", "article", rule.article.clone()),
        ]
    },
    touches: |_, rule| rule.by.clone(),
    told: false,
};

const READINGS: Sort<Reading> = Sort {
    zh: "待解读事项",
    en: "reading",
    id: |reading| &reading.id,
    says: |words, reading| {
        let option = |one: &crate::regime::Choice| {
            let sets: Vec<String> =
                one.sets.iter().map(|(key, value)| format!("{key} = {value}")).collect();
            let hand =
                if one.by_hand { words.language.pick("（人工）", " (by hand)") } else { "" };
            let means = words.language.of(&one.means);
            format!("{}: {means}{hand} {}", one.id, sets.join(" ")).trim_end().to_owned()
        };
        vec![
            ("涉及", "at", words.language.list(&reading.at)),
            ("选项", "options", words.language.list(reading.options.iter().map(option))),
            ("默认", "default", reading.default.clone()),
        ]
    },
    touches: |_, _| Vec::new(),
    told: true,
};

/// What a pack says as a whole, but for what stands at its head.
fn whole(words: Words<'_>) -> Vec<Said> {
    let (pack, language) = (words.pack, words.language);
    let rule = pack.form_rule();
    let opens = match pack.opens() {
        Opens::Engine => language.pick("引擎", "the engine"),
        Opens::Officer => language.pick("值班人员", "an officer"),
    };
    let items = pack.classifications().iter().filter_map(|classification| {
        let items = pack.items_of(classification);
        let codes = language.list(items.iter().map(|item| &item.code));
        (!codes.is_empty()).then(|| format!("{classification}: {codes}"))
    });
    let telephone = rule.map(|rule| yes(language, rule.telephone_first)).unwrap_or_default();
    vec![
        ("名称", "title", language.of(pack.title()).to_owned()),
        ("来源", "source", pack.source().to_owned()),
        ("可信度", "confidence", confidence(language, pack.confidence())),
        ("说明", "note", name(language, pack.note())),
        ("由谁立案", "opened by", opens.to_owned()),
        ("各分类的报送项目", "items of each classification", language.list(items)),
        ("分级依据", "graded by", pack.graded_by().map(ToString::to_string).unwrap_or_default()),
        ("报送载体", "medium of a filing", rule.map(|r| r.medium.clone()).unwrap_or_default()),
        ("紧急时先电话", "telephone first when urgent", telephone),
        (
            "报送方式的条款",
            "article on filing",
            rule.map(|r| r.article.clone()).unwrap_or_default(),
        ),
    ]
}
