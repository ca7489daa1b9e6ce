//! The law at hand: what this binary carries, and what lies in a data directory, which stands in for it.

use std::path::Path;

use anyhow::{anyhow, bail};
use app::{Home, Source};
use jiff::Timestamp;
use model::Province;
use rules::{Calendar, Choices, Findings, Layer, Library, Pack};

use super::read;
use crate::commands::calendar;
use crate::{builtin, desk};

/// Packs, layers and calendars by their names.
pub(super) struct Shelf {
    home: Home,
    sources: Vec<Source>,
}

impl Shelf {
    /// Those of this binary, and those of a data directory; one that is not there has none.
    pub(super) fn open(data: &Path) -> anyhow::Result<Self> {
        let home = Home::new(data);
        let mut sources = builtin::regimes();
        sources.extend(desk::sources(&home.regimes())?);
        Ok(Self { home, sources })
    }

    /// Every pack, each joined to its grading pack.
    pub(super) fn library(&self) -> Result<Library, Findings> {
        Library::read(self.texts())
    }

    /// A pack by its id or from a file, as it reads its own text, with the layers that are named after it:
    /// `PACK+LAYER`, a layer by its id in the data directory, or from a file.
    pub(super) fn find(&self, name: &str) -> anyhow::Result<Pack> {
        self.find_under(name, &[])
    }

    /// The same with other readings in force, such as `R1=later`.
    pub(super) fn find_under(&self, name: &str, readings: &[String]) -> anyhow::Result<Pack> {
        let choices = Choices::parse(readings.iter().map(String::as_str))?;
        // A file may have a plus in its name.
        if Path::new(name).exists() {
            return self.plain(name, choices);
        }
        let (base, layers) = match name.split_once('+') {
            Some((base, layers)) => (base, layers.split('+').collect()),
            None => (name, Vec::new()),
        };
        let pack = self.plain(base, choices)?;
        if layers.is_empty() {
            return Ok(pack);
        }
        let layers = layers.into_iter().map(|layer| self.layer(layer, &pack));
        laid(&pack, &layers.collect::<anyhow::Result<Vec<_>>>()?)
    }

    /// A calendar by its id, or from a file; `a+b` joins the provisional calendar `b` to `a`.
    pub(super) fn calendar(&self, name: &str) -> anyhow::Result<Calendar> {
        if is_file(name) {
            return Ok(Calendar::parse(&read(Path::new(name))?, name)?);
        }
        calendar::Shelf::open(self.home.root())?.find(name)
    }

    fn plain(&self, name: &str, choices: Choices) -> anyhow::Result<Pack> {
        if is_file(name) {
            let pack = Pack::parse_with(&read(Path::new(name))?, name, &choices)?;
            return Ok(self.library()?.joined(name, pack)?);
        }
        let under = name.parse().ok().map(|id| (id, choices)).into_iter().collect();
        let library = Library::read_under(self.texts(), &under)?;
        if let Some(pack) = library.packs.into_iter().find(|pack| pack.id().as_str() == name) {
            return Ok(pack);
        }
        bail!("there is no pack `{name}`: `juyan regime list` names them, a file ends in .toml")
    }

    fn layer(&self, name: &str, base: &Pack) -> anyhow::Result<Layer> {
        if is_file(name) {
            return Ok(Layer::parse(&read(Path::new(name))?, name, base)?);
        }
        let mut known = Vec::new();
        for Source { origin, text } in desk::sources(&self.home.layers())? {
            if Layer::over_which(&text, &origin)? != *base.id() {
                continue;
            }
            let layer = Layer::parse(&text, &origin, base)?;
            if layer.id() == name {
                return Ok(layer);
            }
            known.push(layer.id().to_owned());
        }
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Err(anyhow!(
            "`{}` has no layer `{name}` over it in `{}`; it has {known}. A file ends in .toml",
            base.id(),
            self.home.layers().display()
        ))
    }

    fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sources.iter().map(|source| (source.origin.as_str(), source.text.as_str()))
    }
}

fn is_file(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|ending| ending == "toml")
}

/// A pack with these layers over it, on the first day on which all of them hold.
fn laid(pack: &Pack, layers: &[Layer]) -> anyhow::Result<Pack> {
    let on = layers.iter().map(Layer::from).max();
    let at = on.and_then(|day| day.to_zoned(pack.zone().clone()).ok());
    let at = at.map_or(Timestamp::MIN, |start| start.timestamp());
    let province: Option<&Province> = layers.iter().find_map(Layer::province);
    let over: Vec<&Layer> = layers.iter().collect();
    let together = pack.layered(&over, at, province);
    let is_there = |layer: &&Layer| {
        together.version().contains(&format!("+{}@{}", layer.id(), layer.version()))
    };
    match layers.iter().find(|layer| !is_there(layer)) {
        None => Ok(together),
        Some(layer) => {
            bail!(
                "`{}` never holds together with the others: they differ in place or time",
                layer.id()
            )
        }
    }
}
