//! Predicates in words: `size is more than 500,000`.

use cel::IdedExpr;
use cel::common::ast::{Expr, LiteralValue, operators};

use super::words::{Language, Words};
use crate::predicate::{Predicate, Walk};
use crate::regime::Party;

/// The whole predicate.
pub(super) fn words(words: &Words<'_>, predicate: &Predicate) -> String {
    Saying { words }.say(predicate.expression())
}

struct Saying<'a> {
    words: &'a Words<'a>,
}

impl Saying<'_> {
    fn pick<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        self.words.language.pick(zh, en)
    }

    fn say(&self, expression: &IdedExpr) -> String {
        match &expression.expr {
            Expr::Call(call) => self.call(&call.func_name, &call.args),
            // A bare input in the place of a question is one of yes or no.
            Expr::Ident(name) => format!("{name}{}", self.pick("为是", " is yes")),
            Expr::Comprehension(loops) => {
                Walk::of(loops).map_or_else(String::new, |walk| self.walked(&walk))
            }
            Expr::Literal(_)
            | Expr::List(_)
            | Expr::Map(_)
            | Expr::Select(_)
            | Expr::Struct(_)
            | Expr::Unspecified => self.value(expression),
        }
    }

    fn call(&self, name: &str, args: &[IdedExpr]) -> String {
        match (name, args) {
            (operators::LOGICAL_AND, args) => self.joined(name, args, self.pick("且", " and ")),
            (operators::LOGICAL_OR, args) => self.joined(name, args, self.pick("或", " or ")),
            (operators::LOGICAL_NOT, [arg]) => self.denied(arg),
            (operators::CONDITIONAL, [question, yes, no]) => {
                let (question, yes, no) = (self.say(question), self.say(yes), self.say(no));
                match self.words.language {
                    Language::Zh => format!("若{question}则{yes}，否则{no}"),
                    Language::En => format!("if {question} then {yes}, else {no}"),
                }
            }
            (_, [left, right]) => self.compared(name, left, right),
            ("size", [list]) => {
                let list = self.value(list);
                match self.words.language {
                    Language::Zh => format!("{list} 的个数"),
                    Language::En => format!("the number of {list}"),
                }
            }
            (operators::NEGATE, [arg]) => format!("−{}", self.value(arg)),
            _ => name.to_owned(),
        }
    }

    fn denied(&self, arg: &IdedExpr) -> String {
        if let Expr::Ident(name) = &arg.expr {
            return format!("{name}{}", self.pick("为否", " is no"));
        }
        if is_call(arg, &[operators::IN])
            && let Expr::Call(call) = &arg.expr
        {
            let sides: Vec<String> = call.args.iter().map(|arg| self.value(arg)).collect();
            return sides.join(self.pick(" 不属于 ", " is not one of "));
        }
        format!("{}{}", self.pick("并非", "not "), self.bracketed(arg))
    }

    /// Whether something holds of some element of a list, or of every one.
    fn walked(&self, walk: &Walk<'_>) -> String {
        let Walk { list, element, holds, every } = walk;
        let holds = self.say(holds);
        match (self.words.language, every) {
            (Language::Zh, true) => format!("{list} 中的每个 {element} 都满足：{holds}"),
            (Language::Zh, false) => format!("{list} 中有 {element} 满足：{holds}"),
            (Language::En, true) => format!("of every {element} among {list}: {holds}"),
            (Language::En, false) => format!("of some {element} among {list}: {holds}"),
        }
    }

    fn joined(&self, name: &str, args: &[IdedExpr], word: &str) -> String {
        // `a && b && c` is read as `(a && b) && c`, and needs no brackets.
        let part = |arg: &IdedExpr| {
            if is_call(arg, &[name]) { self.say(arg) } else { self.bracketed(arg) }
        };
        let parts: Vec<String> = args.iter().map(part).collect();
        parts.join(word)
    }

    /// Logic inside logic stands in brackets.
    fn bracketed(&self, arg: &IdedExpr) -> String {
        const LOGIC: [&str; 3] =
            [operators::LOGICAL_AND, operators::LOGICAL_OR, operators::CONDITIONAL];
        let text = self.say(arg);
        let is_logic = is_call(arg, &LOGIC) || matches!(arg.expr, Expr::Comprehension(_));
        match (is_logic, self.words.language) {
            (false, _) => text,
            (true, Language::Zh) => format!("（{text}）"),
            (true, Language::En) => format!("({text})"),
        }
    }

    fn compared(&self, name: &str, left: &IdedExpr, right: &IdedExpr) -> String {
        let sign = match name {
            operators::GREATER => self.pick(" 超过 ", " is more than "),
            operators::GREATER_EQUALS => self.pick(" 达到或超过 ", " is at least "),
            operators::LESS => self.pick(" 低于 ", " is less than "),
            operators::LESS_EQUALS => self.pick(" 不超过 ", " is at most "),
            operators::EQUALS => self.pick(" 为 ", " is "),
            operators::NOT_EQUALS => self.pick(" 不为 ", " is not "),
            operators::IN if matches!(left.expr, Expr::Literal(_)) => {
                self.pick(" 属于 ", " is in ")
            }
            operators::IN => self.pick(" 属于 ", " is one of "),
            operators::ADD => return self.sum(left, "+", right),
            operators::SUBSTRACT => return self.sum(left, "−", right),
            operators::MULTIPLY => return self.sum(left, "×", right),
            // No other passes the check at load.
            _ => return name.to_owned(),
        };
        format!("{}{sign}{}", self.value(left), self.value(right))
    }

    fn value(&self, expression: &IdedExpr) -> String {
        match &expression.expr {
            Expr::Ident(name) => name.clone(),
            Expr::Literal(literal) => self.literal(literal),
            Expr::List(list) => {
                self.words.language.list(list.elements.iter().map(|element| self.value(element)))
            }
            Expr::Call(call) => self.call(&call.func_name, &call.args),
            // None of these passes the check at load.
            Expr::Comprehension(_)
            | Expr::Map(_)
            | Expr::Select(_)
            | Expr::Struct(_)
            | Expr::Unspecified => String::new(),
        }
    }

    fn sum(&self, left: &IdedExpr, sign: &str, right: &IdedExpr) -> String {
        format!("{} {sign} {}", self.value(left), self.value(right))
    }

    fn literal(&self, literal: &LiteralValue) -> String {
        match literal {
            LiteralValue::Boolean(yes) if *yes.inner() => self.pick("是", "yes").to_owned(),
            LiteralValue::Boolean(_) => self.pick("否", "no").to_owned(),
            LiteralValue::Int(n) => grouped(&n.inner().to_string()),
            LiteralValue::UInt(n) => grouped(&n.inner().to_string()),
            LiteralValue::Double(n) => n.inner().to_string(),
            LiteralValue::String(text) => self.text(text.inner()),
            LiteralValue::Bytes(_) | LiteralValue::Null => String::new(),
        }
    }

    /// A text; where it is a role, the role's name goes with it.
    fn text(&self, text: &str) -> String {
        let role = text.parse().ok().filter(|role| self.words.pack.role(role).is_some());
        match (role, self.words.language) {
            (None, _) => format!("`{text}`"),
            (Some(role), Language::Zh) => {
                format!("`{text}`（{}）", self.words.party(&Party::Role(role)))
            }
            (Some(role), Language::En) => {
                format!("`{text}` ({})", self.words.party(&Party::Role(role)))
            }
        }
    }
}

/// Whether it calls one of these.
fn is_call(expression: &IdedExpr, names: &[&str]) -> bool {
    match &expression.expr {
        Expr::Call(call) => names.contains(&call.func_name.as_str()),
        Expr::Comprehension(_)
        | Expr::Ident(_)
        | Expr::List(_)
        | Expr::Literal(_)
        | Expr::Map(_)
        | Expr::Select(_)
        | Expr::Struct(_)
        | Expr::Unspecified => false,
    }
}

/// A whole number with its thousands apart.
fn grouped(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("−", rest));
    let mut text = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests;
