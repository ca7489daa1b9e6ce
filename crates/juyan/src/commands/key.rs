//! `juyan key`: the key that this desk signs with.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use app::seal::PublicKey;

use crate::cli::Key;
use crate::files::{LONGEST, read_bounded};
use crate::{desk, output};

pub(crate) async fn run(args: Key) -> anyhow::Result<ExitCode> {
    match args {
        Key::Show { common, pem } => {
            let app = desk::open_as_it_is(&common.data).await?;
            let key = app.key().await?.public();
            if common.json {
                output::json(&serde_json::json!({"key": key.to_string(), "pem": key.pem()}))?;
            } else if pem {
                output::line(key.pem().trim_end())?;
            } else {
                output::line(key)?;
            }
        }
        Key::Rotate { common } => {
            let app = desk::open_as_it_is(&common.data).await?;
            let old = app.key().await?.public();
            let (key, signed) = app.rotate_key(desk::seed()?).await?;
            if common.json {
                let answer = serde_json::json!({
                    "old": old.to_string(), "key": key.to_string(), "checkpoint": signed.to_string(),
                });
                output::json(&answer)?;
            } else {
                output::line(format!("From now on this desk signs with {key}"))?;
                output::line(format!("The old key {old} says so in this checkpoint:\n\n{signed}"))?;
                output::line("Give it to whoever keeps your checkpoints.")?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A public key as somebody gives it: its digits, or a file that holds them or PEM.
pub(crate) fn given(text: &str) -> anyhow::Result<PublicKey> {
    if let Ok(key) = text.parse() {
        return Ok(key);
    }
    let held = read_bounded(Path::new(text), LONGEST)?;
    held.parse::<PublicKey>().with_context(|| format!("`{text}`"))
}
