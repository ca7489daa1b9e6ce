//! The guide to writing regimes does what it says: its files are written down, its commands are run.
//!
//! A block ```` ```toml file=NAME ```` is a file; ```` ```diff file=NAME from=OTHER ```` is another with
//! texts replaced; ```` ```console ```` holds commands and what they print, and with `code=3` how the last
//! ends. `UPDATE_EXPECT=1` writes what they print into the guide.

use std::path::Path;
use std::process::Command;

use crate::bench::binary;

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/regimes.md");
const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/examples");

/// A fenced block: what stands after the fence, and its lines.
struct Block {
    info: String,
    text: String,
}

impl Block {
    fn says(&self, key: &str) -> Option<&str> {
        self.info.split(' ').find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
    }
}

/// Blocks, and what stands between them.
fn parts(guide: &str) -> Vec<Result<Block, String>> {
    let mut parts: Vec<Result<Block, String>> = vec![Err(String::new())];
    for line in guide.lines() {
        match (parts.last_mut().unwrap(), line.strip_prefix("```")) {
            (Ok(_), Some("")) => parts.push(Err(String::new())),
            (Err(_), Some(info)) => {
                parts.push(Ok(Block { info: info.to_owned(), text: String::new() }));
            }
            (Ok(Block { text, .. }) | Err(text), _) => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    parts
}

/// Runs the commands of a block; gives them with what they print, and the code of the last.
fn run(directory: &Path, block: &Block) -> (String, i32) {
    let mut told = String::new();
    let mut code = 0;
    for line in block.text.lines().filter_map(|line| line.strip_prefix("$ ")) {
        let words = words(line);
        assert_eq!(words[0], "juyan", "{line}");
        let mut command = Command::new(binary());
        command.args(&words[1..]).current_dir(directory).env("LC_ALL", "C");
        let output = command.output().unwrap();
        let (out, err) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(err.is_empty(), "{line}: {err}");
        told.extend(["$ ", line, "\n", &out]);
        code = output.status.code().unwrap();
    }
    (told, code)
}

/// The words of a command; quotes keep what stands in them together.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = None;
    for c in line.chars() {
        match (c, quoted) {
            ('\'' | '"', None) => quoted = Some(c),
            (c, Some(quote)) if c == quote => quoted = None,
            (' ', None) => words.push(String::new()),
            (c, _) => words.last_mut().unwrap().push(c),
        }
    }
    words
}

/// A file with texts replaced, each exactly once.
fn amended(directory: &Path, block: &Block) -> String {
    let mut text = std::fs::read_to_string(directory.join(block.says("from").unwrap())).unwrap();
    // Lines after one that is put in belong to it.
    for change in block.text.trim_end().split("\n-").map(|change| change.trim_start_matches('-')) {
        let (old, new) = change.split_once("\n+").expect("taken out, and put in");
        assert_eq!(text.matches(old).count(), 1, "{old}");
        text = text.replace(old, new);
    }
    text
}

#[test]
fn the_guide_to_regimes_does_what_it_says() {
    let directory = tempfile::tempdir().unwrap();
    let examples = directory.path().join("docs/examples");
    std::fs::create_dir_all(&examples).unwrap();
    for file in std::fs::read_dir(EXAMPLES).unwrap().map(Result::unwrap) {
        std::fs::copy(file.path(), examples.join(file.file_name())).unwrap();
    }
    let guide = std::fs::read_to_string(GUIDE).unwrap();
    let mut written = String::new();
    let mut commands = 0;
    for part in parts(&guide) {
        let block = match part {
            Err(prose) => {
                written.push_str(&prose);
                continue;
            }
            Ok(block) => block,
        };
        let mut text = block.text.clone();
        if let Some(name) = block.says("file") {
            let file = match block.says("from") {
                Some(_) => amended(directory.path(), &block),
                None => text.clone(),
            };
            std::fs::write(directory.path().join(name), file).unwrap();
        } else if block.info.starts_with("console") {
            let (told, code) = run(directory.path(), &block);
            assert_eq!(code.to_string(), block.says("code").unwrap_or("0"), "{told}");
            commands += 1;
            text = told;
        } else {
            panic!("a block that nobody tries: ```{}", block.info);
        }
        written.extend(["```", &block.info, "\n", &text, "```\n"]);
    }
    assert!(commands >= 10);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(GUIDE, &written).unwrap();
    } else {
        assert!(guide == written, "the guide is out of date: run this with UPDATE_EXPECT=1");
    }
}
