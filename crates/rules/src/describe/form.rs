//! What is wrong with an answer to a form, in both languages, and the words that answers may use.

use model::organisation::Bilingual;

use crate::form::{Field, FieldKind, Flaw};

/// Words for yes, for no, and for a list without any member.
pub(crate) const YES: [&str; 3] = ["yes", "true", "是"];
pub(crate) const NO: [&str; 3] = ["no", "false", "否"];
pub(crate) const NONE: [&str; 2] = ["none", "无"];

impl Field {
    /// The one field of a withdrawal.
    pub fn reason() -> Self {
        let name =
            Bilingual { zh: "撤回原因".to_owned(), en: "why it is withdrawn".to_owned() };
        Self { name, ..Self::plain("reason") }
    }
}

impl Flaw {
    /// What is wrong and what to do, in both languages.
    pub fn says(&self) -> Bilingual {
        let (zh, en) = match self {
            Self::Missing => ("必须填写".to_owned(), "it must be filled in".to_owned()),
            Self::NotA(kind, found) => {
                let Bilingual { zh, en } = kind.wants();
                (
                    format!("“{found}”不合要求：应填写{zh}"),
                    format!("`{found}` will not do: write {en}"),
                )
            }
            Self::TooLong(kib) => (format!("超过 {kib} KiB"), format!("longer than {kib} KiB")),
            Self::TooMany(most) => (
                format!("超过 {most} 项：请合并为地址段"),
                format!("more than {most} items: use prefixes"),
            ),
            Self::Stranger(known) => (
                format!("此表没有该项；可填：{}", known.join("、")),
                format!("the form has no such field; it has {}", known.join(", ")),
            ),
            Self::FormTooLong(kib) => {
                (format!("全表超过 {kib} KiB"), format!("the form is longer than {kib} KiB"))
            }
        };
        Bilingual { zh, en }
    }
}

impl FieldKind {
    /// What may stand in such a field, in both languages.
    pub fn wants(&self) -> Bilingual {
        const EXAMPLE: &str = "2026-11-23T10:00:00+08:00";
        let (zh, en) = match self {
            Self::Text => ("文字".to_owned(), "text".to_owned()),
            Self::Count => ("一个整数".to_owned(), "a whole number".to_owned()),
            Self::Instant => (
                format!("带时区的时间，如 {EXAMPLE}"),
                format!("a time with its offset, such as {EXAMPLE}"),
            ),
            Self::YesNo => ("“是”或“否”".to_owned(), "`yes` or `no`".to_owned()),
            Self::OneOf(values) => {
                let ids: Vec<&str> = values.iter().map(|(id, _)| id.as_str()).collect();
                (format!("{} 之一", ids.join("、")), format!("one of {}", ids.join(", ")))
            }
            Self::Addresses => (
                "每行一个地址或地址段，或“无”".to_owned(),
                "one item a line, each an address or a prefix, or `none`".to_owned(),
            ),
            Self::Domains => (
                "每行一个域名，或“无”".to_owned(),
                "one item a line, each a domain, or `none`".to_owned(),
            ),
            Self::Ports => (
                "每行一个端口号，或“无”".to_owned(),
                "one item a line, each a port from 1 to 65535, or `none`".to_owned(),
            ),
        };
        Bilingual { zh, en }
    }
}
