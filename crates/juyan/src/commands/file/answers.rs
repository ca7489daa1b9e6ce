//! What is set on the command line or in a file, as the answers that a draft keeps.

use anyhow::{Context, bail};
use model::filing::Answers;
use serde_json::Value;

use crate::cli::file;
use crate::files::{LONGEST_TABLE, read_bounded};

/// The answers of a draft with what was typed over them. What is set empty is taken back.
pub(super) fn typed(typed: &file::Answers, mut answers: Answers) -> anyhow::Result<Answers> {
    if let Some(path) = &typed.from {
        let text = read_bounded(path, LONGEST_TABLE)?;
        let json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
        let read = if json {
            serde_json::from_str::<serde_json::Map<String, Value>>(&text).map_err(Into::into)
        } else {
            from_toml(&text)
        };
        let read = read.with_context(|| format!("`{}`", path.display()))?;
        for (field, value) in read {
            let text = plain(&value).with_context(|| format!("`{}`: {field}", path.display()))?;
            answers.insert(field, text);
        }
    }
    for one in &typed.set {
        let Some((field, value)) = one.split_once('=') else {
            bail!("`{one}` sets nothing: write FIELD=VALUE");
        };
        answers.insert(field.trim().to_owned(), value.to_owned());
    }
    answers.retain(|_, text| !text.trim().is_empty());
    Ok(answers)
}

fn from_toml(text: &str) -> anyhow::Result<serde_json::Map<String, Value>> {
    let table: toml::Table = text.parse()?;
    let value = |value: toml::Value| -> anyhow::Result<Value> {
        // A time as TOML writes it is what a form takes.
        if let toml::Value::Datetime(at) = value {
            return Ok(Value::String(at.to_string()));
        }
        Ok(serde_json::to_value(value)?)
    };
    table.into_iter().map(|(field, one)| Ok((field, value(one)?))).collect()
}

/// A value as people type it into a field.
fn plain(value: &Value) -> anyhow::Result<String> {
    Ok(match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(plain).collect::<Result<Vec<_>, _>>()?.join("\n"),
        Value::Null => String::new(),
        Value::Object(_) => bail!("a table stands here: write a text, a number or a list"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, text: &str, set: &[&str]) -> Answers {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let set = set.iter().map(|one| (*one).to_owned()).collect();
        let before = Answers::from([("course".to_owned(), "before".to_owned())]);
        typed(&file::Answers { set, from: Some(path) }, before).unwrap()
    }

    #[test]
    fn a_file_in_toml_or_json_and_what_is_set_say_the_same() {
        let toml = "size = 3\nip = [\"192.0.2.1\", \"192.0.2.2\"]\nport = []\nyes = true\n\
                    at = 2026-11-23T10:00:00+08:00\n";
        let json = r#"{"size": 3, "ip": ["192.0.2.1", "192.0.2.2"], "port": [], "yes": true,
                       "at": "2026-11-23T10:00:00+08:00"}"#;
        let read = check("a.toml", toml, &["size=4", "course="]);
        assert_eq!(read, check("a.json", json, &["size=4", "course="]));
        let shown: Vec<String> = read.iter().map(|(id, text)| format!("{id}={text}")).collect();
        let at = "at=2026-11-23T10:00:00+08:00";
        assert_eq!(shown, [at, "ip=192.0.2.1\n192.0.2.2", "port=none", "size=4", "yes=yes"]);
    }

    #[test]
    fn what_sets_nothing_is_refused() {
        let set = vec!["size 4".to_owned()];
        let refused = typed(&file::Answers { set, from: None }, Answers::new()).unwrap_err();
        assert_eq!(refused.to_string(), "`size 4` sets nothing: write FIELD=VALUE");
    }
}
