//! Predicates: questions about the inputs, in a total subset of CEL (Common Expression Language).
//!
//! Comparisons, `in`, `&&`, `||`, `!`, `? :` and plain arithmetic over declared inputs; of a list also
//! `size(list)`, `list.exists(x, …)` and `list.all(x, …)`, one list at a time. No other call, no field.
//! A list is a set: a value that stands in it twice counts once.
//!
//! Evaluation adds a third verdict to CEL's two: a question about an input that nobody has given is
//! *unknown*, and `&&`, `||`, `exists` and `all` treat it as Kleene did, so that `no && unknown` is no
//! and `yes || unknown` is yes.

use std::sync::Arc;

use cel::common::ast::{ComprehensionExpr, Expr, LiteralValue, operators};
use cel::{Context, IdedExpr, Program};

use crate::input::{Input, InputKind, Inputs, Value};

/// The one function that is known: how many different values a list has.
const SIZE: &str = "size";

/// The longest predicate, in bytes.
const LONGEST: usize = 400;
/// The most signs that open another level. The parser spends some 100 KiB of stack on each of them
/// in a debug build, long before its own limit applies: so they are counted before it sees the text.
const MOST_LEVELS: usize = 8;

/// A question about the inputs that has been read and tried.
#[derive(Clone, Debug, PartialEq)]
pub struct Predicate {
    text: String,
    expression: IdedExpr,
}

/// The answer to a predicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Yes,
    No,
    /// An input that it asks about is not known.
    Unknown,
}

/// Why a text is no predicate over these inputs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no predicate here: {why}")]
pub struct BadPredicate {
    /// The offending text, cut to 80 characters.
    pub text: String,
    pub why: String,
}

impl Predicate {
    /// Reads a predicate and tries it on values of the declared kinds.
    pub fn parse(text: &str, declared: &[Input]) -> Result<Self, BadPredicate> {
        let bad = |why: String| BadPredicate { text: text.chars().take(80).collect(), why };
        if text.len() > LONGEST {
            return Err(bad(format!("it is longer than {LONGEST} bytes")));
        }
        if text.matches(['(', '[', '{', '!', '-', '?']).count() > MOST_LEVELS {
            return Err(bad(format!("it has more than {MOST_LEVELS} levels")));
        }
        let program = Program::compile(text).map_err(|errors| bad(first_line(&errors)))?;
        let expression = program.expression().clone();
        check(&expression, declared).map_err(bad)?;
        let samples = declared
            .iter()
            .fold(Inputs::default(), |inputs, input| inputs.with(&input.name, input.kind.sample()));
        try_out(&expression, &context(&samples)).map_err(bad)?;
        Ok(Self { text: text.to_owned(), expression })
    }

    /// A predicate that never holds, in the place of one that cannot be read.
    pub(crate) fn never() -> Self {
        let expr = Expr::Literal(LiteralValue::Boolean(false.into()));
        Self { text: "false".to_owned(), expression: IdedExpr { id: 1, expr } }
    }

    /// As the pack writes it.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn expression(&self) -> &IdedExpr {
        &self.expression
    }

    pub fn judge(&self, inputs: &Inputs) -> Verdict {
        judge(&self.expression, inputs, &context(inputs))
    }

    /// The inputs that it asks about, each once, in the order of the text.
    pub fn asks(&self) -> Vec<&str> {
        let mut names = Vec::new();
        collect(&self.expression, &mut names);
        names
    }

    /// The number of a predicate that says no more than `input > number`.
    pub fn threshold(&self) -> Option<u64> {
        let Expr::Call(call) = &self.expression.expr else {
            return None;
        };
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::GREATER, [left, right]) if matches!(left.expr, Expr::Ident(_)) => {
                let Expr::Literal(LiteralValue::Int(number)) = &right.expr else {
                    return None;
                };
                u64::try_from(*number.inner()).ok()
            }
            _ => None,
        }
    }
}

fn first_line(errors: &cel::ParseErrors) -> String {
    let text = errors.to_string();
    text.lines().next().unwrap_or("it cannot be read").chars().take(200).collect()
}

/// The facts as CEL's variables.
fn context(inputs: &Inputs) -> Context<'static, 'static> {
    let mut context = Context::default();
    for (name, value) in inputs.iter() {
        context.add_variable_from_value(name, to_cel(value));
    }
    context
}

fn to_cel(value: &Value) -> cel::Value {
    match value {
        Value::Count(n) => cel::Value::Int(*n),
        Value::Decimal(n) => cel::Value::Float(*n),
        Value::Text(text) => cel::Value::String(Arc::new(text.clone())),
        Value::Bool(yes) => cel::Value::Bool(*yes),
        Value::List(values) => {
            cel::Value::List(Arc::new(distinct(values).into_iter().map(to_cel).collect()))
        }
    }
}

/// The values of a list, each once.
fn distinct(values: &[Value]) -> Vec<&Value> {
    let mut once: Vec<&Value> = Vec::new();
    for value in values {
        if !once.contains(&value) {
            once.push(value);
        }
    }
    once
}

/// A walk over a list: does it hold of some element, or of every one?
pub(crate) struct Walk<'e> {
    pub list: &'e str,
    pub element: &'e str,
    pub holds: &'e IdedExpr,
    pub every: bool,
}

impl<'e> Walk<'e> {
    /// Recognises what CEL makes of `exists` and of `all`; any other loop is none.
    pub(crate) fn of(loops: &'e ComprehensionExpr) -> Option<Self> {
        let Expr::Ident(list) = &loops.iter_range.expr else { return None };
        let Expr::Literal(LiteralValue::Boolean(every)) = &loops.accu_init.expr else {
            return None;
        };
        let every = *every.inner();
        let (Expr::Call(step), Expr::Ident(result)) = (&loops.loop_step.expr, &loops.result.expr)
        else {
            return None;
        };
        let joined_by = if every { operators::LOGICAL_AND } else { operators::LOGICAL_OR };
        let [Expr::Ident(so_far), _] =
            step.args.iter().map(|arg| &arg.expr).collect::<Vec<_>>()[..]
        else {
            return None;
        };
        let is_plain = step.func_name == joined_by
            && *so_far == loops.accu_var
            && *result == loops.accu_var
            && loops.iter_var2.is_none();
        let holds = step.args.last().filter(|_| is_plain)?;
        Some(Self { list, element: &loops.iter_var, holds, every })
    }

    fn judge(&self, inputs: &Inputs, context: &Context<'_, '_>) -> Verdict {
        let Some(Value::List(values)) = inputs.get(self.list) else {
            return Verdict::Unknown;
        };
        let of_one = |value: &&Value| {
            let known = inputs.clone().with(self.element, (*value).clone());
            let mut inner = context.new_inner_scope();
            inner.add_variable_from_value(self.element, to_cel(value));
            judge(self.holds, &known, &inner)
        };
        let verdicts: Vec<Verdict> = distinct(values).iter().map(of_one).collect();
        if self.every { all(&verdicts) } else { any(&verdicts) }
    }

    fn check(&self, declared: &[Input]) -> Result<(), String> {
        if declared.iter().any(|input| input.name == self.element) {
            return Err(format!(
                "`{}` is an input already: name the element otherwise",
                self.element
            ));
        }
        if walks(self.holds) {
            return Err("a list is walked inside a list: ask in two predicates".to_owned());
        }
        let element = Input::officer(self.element, InputKind::Count, "an element of the list");
        let declared: Vec<Input> = declared.iter().cloned().chain([element]).collect();
        check(self.holds, &declared)
    }

    /// Elements are numbers or texts: it must make sense of one of them.
    fn try_out(&self, context: &Context<'_, '_>) -> Result<(), String> {
        let with = |value: Value| {
            let mut inner = context.new_inner_scope();
            inner.add_variable_from_value(self.element, to_cel(&value));
            try_out(self.holds, &inner)
        };
        with(Value::Count(0)).or_else(|why| with(Value::Text(String::new())).map_err(|_| why))
    }
}

/// Whether a list is walked somewhere in it.
fn walks(expression: &IdedExpr) -> bool {
    match &expression.expr {
        Expr::Comprehension(_) => true,
        Expr::Call(call) => call.args.iter().any(walks),
        Expr::List(list) => list.elements.iter().any(walks),
        Expr::Ident(_)
        | Expr::Literal(_)
        | Expr::Map(_)
        | Expr::Select(_)
        | Expr::Struct(_)
        | Expr::Unspecified => false,
    }
}

/// Kleene's logic above, CEL below: a comparison is CEL's own, if all that it asks about is known.
fn judge(expression: &IdedExpr, inputs: &Inputs, context: &Context<'_, '_>) -> Verdict {
    let parts = |args: &[IdedExpr]| -> Vec<Verdict> {
        args.iter().map(|arg| judge(arg, inputs, context)).collect()
    };
    if let Expr::Call(call) = &expression.expr {
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_AND, args) => return all(&parts(args)),
            (operators::LOGICAL_OR, args) => return any(&parts(args)),
            (operators::LOGICAL_NOT, [arg]) => return not(judge(arg, inputs, context)),
            (operators::CONDITIONAL, [question, yes, no]) => {
                let (yes, no) = (judge(yes, inputs, context), judge(no, inputs, context));
                return match judge(question, inputs, context) {
                    Verdict::Yes => yes,
                    Verdict::No => no,
                    Verdict::Unknown if yes == no => yes,
                    Verdict::Unknown => Verdict::Unknown,
                };
            }
            _ => {}
        }
    }
    if let Expr::Comprehension(loops) = &expression.expr {
        return Walk::of(loops).map_or(Verdict::Unknown, |walk| walk.judge(inputs, context));
    }
    let mut names = Vec::new();
    collect(expression, &mut names);
    if names.iter().any(|name| inputs.get(name).is_none()) {
        return Verdict::Unknown;
    }
    match cel::Value::resolve(expression, context) {
        Ok(cel::Value::Bool(true)) => Verdict::Yes,
        Ok(cel::Value::Bool(false)) => Verdict::No,
        // Arithmetic that overflows proves nothing, so the gravest stays possible.
        Ok(_) | Err(_) => Verdict::Unknown,
    }
}

fn all(parts: &[Verdict]) -> Verdict {
    if parts.contains(&Verdict::No) {
        Verdict::No
    } else if parts.contains(&Verdict::Unknown) {
        Verdict::Unknown
    } else {
        Verdict::Yes
    }
}

fn any(parts: &[Verdict]) -> Verdict {
    if parts.contains(&Verdict::Yes) {
        Verdict::Yes
    } else if parts.contains(&Verdict::Unknown) {
        Verdict::Unknown
    } else {
        Verdict::No
    }
}

fn not(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Yes => Verdict::No,
        Verdict::No => Verdict::Yes,
        Verdict::Unknown => Verdict::Unknown,
    }
}

fn collect<'e>(expression: &'e IdedExpr, names: &mut Vec<&'e str>) {
    match &expression.expr {
        Expr::Ident(name) if !names.contains(&name.as_str()) => names.push(name),
        Expr::Call(call) => call.args.iter().for_each(|arg| collect(arg, names)),
        Expr::List(list) => list.elements.iter().for_each(|element| collect(element, names)),
        Expr::Comprehension(loops) => {
            collect(&loops.iter_range, names);
            let mut inner = Vec::new();
            collect(&loops.loop_step, &mut inner);
            inner.retain(|name| *name != loops.iter_var && *name != loops.accu_var);
            inner.retain(|name| !names.contains(name));
            names.extend(inner);
        }
        Expr::Ident(_)
        | Expr::Literal(_)
        | Expr::Map(_)
        | Expr::Select(_)
        | Expr::Struct(_)
        | Expr::Unspecified => {}
    }
}

const CALLS: [&str; 15] = [
    operators::CONDITIONAL,
    operators::LOGICAL_AND,
    operators::LOGICAL_OR,
    operators::LOGICAL_NOT,
    operators::EQUALS,
    operators::NOT_EQUALS,
    operators::GREATER,
    operators::GREATER_EQUALS,
    operators::LESS,
    operators::LESS_EQUALS,
    operators::IN,
    operators::ADD,
    operators::SUBSTRACT,
    operators::MULTIPLY,
    operators::NEGATE,
];

/// Whether only the subset is used, over declared inputs, comparing them with values they can have.
fn check(expression: &IdedExpr, declared: &[Input]) -> Result<(), String> {
    match &expression.expr {
        Expr::Literal(_) => Ok(()),
        Expr::Ident(name) if declared.iter().any(|input| input.name == *name) => Ok(()),
        Expr::Ident(name) => Err(format!("`{name}` is not declared under [input]")),
        Expr::List(list) => list.elements.iter().try_for_each(|element| check(element, declared)),
        Expr::Call(call) if call.target.is_none() && CALLS.contains(&call.func_name.as_str()) => {
            check_values(&call.args, declared)?;
            call.args.iter().try_for_each(|arg| check(arg, declared))
        }
        Expr::Call(call) if call.target.is_none() && call.func_name == SIZE => match &call.args[..]
        {
            [IdedExpr { expr: Expr::Ident(name), .. }] => check_list(name, declared),
            _ => Err(format!("`{SIZE}` is asked of a list by its name")),
        },
        Expr::Call(call) => {
            Err(format!("`{}` is not allowed: only comparisons and logic are", call.func_name))
        }
        Expr::Comprehension(loops) => {
            let known = "of loops only `list.exists(x, …)` and `list.all(x, …)` are allowed";
            let walk = Walk::of(loops).ok_or_else(|| known.to_owned())?;
            check_list(walk.list, declared)?;
            walk.check(declared)
        }
        Expr::Map(_) | Expr::Select(_) | Expr::Struct(_) | Expr::Unspecified => {
            Err("fields and maps are not allowed: only comparisons and logic are".to_owned())
        }
    }
}

fn check_list(name: &str, declared: &[Input]) -> Result<(), String> {
    match declared.iter().find(|input| input.name == name) {
        Some(input) if input.kind == InputKind::List => Ok(()),
        Some(_) => Err(format!("`{name}` is no list")),
        None => Err(format!("`{name}` is not declared under [input]")),
    }
}

/// A text compared with an input of fixed values must be one of them.
fn check_values(args: &[IdedExpr], declared: &[Input]) -> Result<(), String> {
    let named = args.iter().find_map(|arg| {
        let Expr::Ident(name) = &arg.expr else {
            return None;
        };
        declared.iter().find(|input| input.name == *name)
    });
    let Some(Input { name, kind: InputKind::OneOf(values), .. }) = named else {
        return Ok(());
    };
    for text in args.iter().flat_map(texts) {
        if !values.contains(&text) {
            return Err(format!("`{name}` is never `{text}`, only {}", values.join(", ")));
        }
    }
    Ok(())
}

fn texts(expression: &IdedExpr) -> Vec<String> {
    match &expression.expr {
        Expr::Literal(LiteralValue::String(text)) => vec![text.inner().to_owned()],
        Expr::List(list) => list.elements.iter().flat_map(texts).collect(),
        Expr::Literal(_)
        | Expr::Call(_)
        | Expr::Comprehension(_)
        | Expr::Ident(_)
        | Expr::Map(_)
        | Expr::Select(_)
        | Expr::Struct(_)
        | Expr::Unspecified => Vec::new(),
    }
}

/// Evaluates every part that is not logic, so that a comparison of unlike kinds is found at load.
fn try_out(expression: &IdedExpr, context: &Context<'_, '_>) -> Result<(), String> {
    const LOGIC: [&str; 4] = [
        operators::LOGICAL_AND,
        operators::LOGICAL_OR,
        operators::LOGICAL_NOT,
        operators::CONDITIONAL,
    ];
    if let Expr::Call(call) = &expression.expr
        && LOGIC.contains(&call.func_name.as_str())
    {
        return call.args.iter().try_for_each(|arg| try_out(arg, context));
    }
    if let Expr::Comprehension(loops) = &expression.expr
        && let Some(walk) = Walk::of(loops)
    {
        return walk.try_out(context);
    }
    match cel::Value::resolve(expression, context) {
        Ok(cel::Value::Bool(_)) => Ok(()),
        Ok(_) => Err("it answers something else than yes or no".to_owned()),
        Err(error) => Err(error.to_string().chars().take(200).collect()),
    }
}

#[cfg(test)]
mod tests;
