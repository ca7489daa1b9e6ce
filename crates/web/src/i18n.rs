//! Languages: Fluent messages, CLDR plural rules, digits grouped as each language groups them.
//!
//! The messages are inside the program, so what can go wrong with them goes wrong in the tests; at run
//! time a message that fails shows its key between ⟦ ⟧ rather than nothing.

use std::fmt::Write;
use std::sync::{Arc, LazyLock};

use fixed_decimal::Decimal;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use icu_decimal::DecimalFormatter;

/// One language of the interface.
pub struct Lang {
    pub code: &'static str,
    /// The language's name in itself.
    pub name: &'static str,
    /// `ltr` or `rtl`; the sheet knows both.
    pub dir: &'static str,
    bundle: FluentBundle<Arc<FluentResource>>,
    digits: Arc<Option<DecimalFormatter>>,
}

static ENGLISH: LazyLock<Lang> =
    LazyLock::new(|| Lang::new("en", "English", "ltr", include_str!("../locales/en.ftl")));
static CHINESE: LazyLock<Lang> =
    LazyLock::new(|| Lang::new("zh", "中文", "ltr", include_str!("../locales/zh.ftl")));

/// All languages, English first.
pub fn all() -> [&'static Lang; 2] {
    [&ENGLISH, &CHINESE]
}

/// The language for a code such as `zh` or `zh-CN`, else English.
pub fn get(code: &str) -> &'static Lang {
    find(code).unwrap_or(&ENGLISH)
}

/// The best language for an `Accept-Language` header (RFC 9110 §12.5.4); the first of equals.
pub fn negotiate(header: &str) -> &'static Lang {
    let mut best: (f32, &'static Lang) = (0.0, &ENGLISH);
    for part in header.split(',') {
        let (tag, weight) = part.trim().split_once(";q=").unwrap_or((part.trim(), "1"));
        let weight = weight.trim().parse().unwrap_or(0.0);
        if let Some(lang) = find(tag).filter(|_| weight > best.0) {
            best = (weight, lang);
        }
    }
    best.1
}

fn find(code: &str) -> Option<&'static Lang> {
    let base = code.split(['-', '_']).next()?;
    all().into_iter().find(|lang| lang.code.eq_ignore_ascii_case(base))
}

impl Lang {
    fn new(code: &'static str, name: &'static str, dir: &'static str, messages: &str) -> Self {
        let digits = Arc::new(formatter(code));
        let tags = code.parse().into_iter().collect();
        let mut bundle = FluentBundle::new_concurrent(tags);
        bundle.set_use_isolating(dir == "rtl");
        let grouped = Arc::clone(&digits);
        // `NUM` fails to register only if it is there already, and an unreadable message is left out
        // of the resource: the tests look at both.
        let added = bundle.add_function("NUM", move |given, _| match given.first() {
            Some(FluentValue::Number(n)) => {
                FluentValue::String(whole(grouped.as_ref().as_ref(), n).into())
            }
            Some(other) => other.clone(),
            None => FluentValue::None,
        });
        let resource = match FluentResource::try_new(messages.to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        let read = bundle.add_resource(Arc::new(resource));
        debug_assert!(added.is_ok() && read.is_ok(), "{code}.ftl: {added:?} {read:?}");
        Self { code, name, dir, bundle, digits }
    }

    /// Whether this language itself has the message.
    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }

    /// The message, with arguments; English where this language lacks it.
    pub fn fill(&self, key: &str, args: &[(&'static str, FluentValue<'static>)]) -> String {
        let speaker = if self.has(key) { self } else { &*ENGLISH };
        let Some(pattern) = speaker.bundle.get_message(key).and_then(|m| m.value()) else {
            return format!("⟦{key}⟧");
        };
        let args: FluentArgs<'_> = args.iter().map(|(name, v)| (*name, v.clone())).collect();
        let mut errors = Vec::new();
        let text = speaker.bundle.format_pattern(pattern, Some(&args), &mut errors);
        debug_assert!(errors.is_empty(), "{key} in {}: {errors:?}", self.code);
        text.into_owned()
    }

    /// The message for a code that arrives as data, such as a state; the code itself if there is none.
    pub fn word(&self, kind: &str, code: &str) -> String {
        let key = format!("{kind}-{}", code.replace(['.', '_'], "-"));
        if ENGLISH.has(&key) { self.fill(&key, &[]) } else { code.to_owned() }
    }

    /// A whole number, grouped.
    pub fn num(&self, n: u64) -> String {
        self.format(&Decimal::from(n))
    }

    /// A number given in tenths, with one decimal.
    pub fn tenths(&self, n: i64) -> String {
        let mut decimal = Decimal::from(n);
        decimal.multiply_pow10(-1);
        self.format(&decimal)
    }

    fn format(&self, decimal: &Decimal) -> String {
        match &*self.digits {
            Some(formatter) => formatter.format(decimal).to_string(),
            None => decimal.to_string(),
        }
    }
}

/// The formatter of a language. Its data is inside the program; without it numbers are ungrouped.
fn formatter(code: &str) -> Option<DecimalFormatter> {
    let locale: icu_locale_core::Locale = code.parse().ok()?;
    DecimalFormatter::try_new(
        (&locale).into(),
        icu_decimal::options::DecimalFormatterOptions::default(),
    )
    .ok()
}

/// Fluent holds numbers as `f64`; counts stay far below 2⁵³ and come back exact through text.
fn whole(digits: Option<&DecimalFormatter>, n: &fluent_bundle::types::FluentNumber) -> String {
    let mut text = String::new();
    let written = write!(text, "{:.0}", n.value);
    match (written, text.parse::<Decimal>(), digits) {
        (Ok(()), Ok(decimal), Some(formatter)) => formatter.format(&decimal).to_string(),
        _ => text,
    }
}

/// `t!(lang, "key")` or `t!(lang, "key", n = 3, name = "x")`.
#[macro_export]
macro_rules! t {
    ($lang:expr, $key:expr) => { $lang.fill($key, &[]) };
    ($lang:expr, $key:expr, $($name:ident = $value:expr),+ $(,)?) => {
        $lang.fill($key, &[$((stringify!($name), fluent_bundle::FluentValue::from($value))),+])
    };
}

#[cfg(test)]
mod tests;
