//! Who answers for a domain: its registry, or the registrar that sold it.
//!
//! A domestic registry answers for the domains it runs. For a domain that a foreign registry runs but a
//! domestic registrar sold, the registrar is approached directly. Nobody here answers for any other.
//! (That is article 4 of 工信部保〔2009〕157号, and the reach of any national desk.)

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::io::Read;

use model::{Fqdn, Handle};
use serde::Serialize;

use crate::error::AtlasError;
use crate::loaded::Loaded;
use crate::register::in_words;
use crate::table::{Row, Table};

/// Registries by suffix and registrars by domain.
#[derive(Debug, Default)]
pub(crate) struct Domains {
    registries: HashMap<Box<str>, Agent>,
    registrars: HashMap<Box<str>, Agent>,
}

/// A registry or registrar, and whether it is domestic.
#[derive(Clone, Debug)]
struct Agent {
    handle: Handle,
    domestic: bool,
}

/// What is known about a domain and who, if anyone, is responsible for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DomainHolding {
    /// The longest suffix in the table under which it lies.
    pub suffix: Option<String>,
    pub registry: Option<Handle>,
    pub registry_domestic: Option<bool>,
    /// The domain in the list of registrars: the name itself or a parent.
    pub registered: Option<String>,
    pub registrar: Option<Handle>,
    pub registrar_domestic: Option<bool>,
    pub responsible: Option<Handle>,
    pub because: Because,
}

/// Why somebody is responsible for a domain, or nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    RegistryIsDomestic,
    SoldByDomesticRegistrar,
    /// Foreign registry, foreign registrar.
    SoldByForeignRegistrar,
    /// Foreign registry, and the domain is in no list.
    RegistrarUnknown,
    /// The suffix is in no table, so whether the registry is domestic cannot be said.
    RegistryUnknown,
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RegistryIsDomestic => "its registry is domestic",
            Self::SoldByDomesticRegistrar => {
                "a domestic registrar sold it under a foreign registry"
            }
            Self::SoldByForeignRegistrar => "its registry and its registrar are foreign",
            Self::RegistrarUnknown => "its registry is foreign and its registrar is not known",
            Self::RegistryUnknown => "its registry is not known",
        })
    }
}

impl Domains {
    pub(crate) fn load_suffixes(&mut self, input: impl Read) -> Result<Loaded, AtlasError> {
        let mut table = Table::new("suffix table", input);
        let header = table.header(&["suffix", "registry", "domestic"])?;
        let suffix = header.column("suffix")?;
        let columns = (header.column("registry")?, Some(header.column("domestic")?));
        table.each(|row| {
            let suffix = parse_suffix(row.get(suffix))?;
            add(&mut self.registries, suffix, parse_agent(row, columns)?)
        })
    }

    pub(crate) fn load_registrars(&mut self, input: impl Read) -> Result<Loaded, AtlasError> {
        let mut table = Table::new("list of registrars", input);
        let header = table.header(&["domain", "registrar", "domestic"])?;
        let domain = header.column("domain")?;
        let columns = (header.column("registrar")?, header.optional("domestic"));
        table.each(|row| {
            let domain: Fqdn = row.get(domain).parse().map_err(in_words)?;
            add(&mut self.registrars, domain.as_str().into(), parse_agent(row, columns)?)
        })
    }

    pub(crate) fn holding(&self, name: &Fqdn) -> DomainHolding {
        let known = |name: &'_ str| self.registries.get(name);
        let under = name.and_parents().find_map(|part| Some((part, known(part)?)));
        let (suffix, registry) = under.unzip();
        // A suffix is not a domain that anybody bought, nor is what lies above it.
        let bought = name.and_parents().take_while(|part| Some(*part) != suffix);
        let mut bought = bought.filter_map(|part| Some((part, self.registrars.get(part)?)));
        let (registered, registrar) = bought.next().unzip();
        let (responsible, because) = judge(registry, registrar);
        DomainHolding {
            suffix: suffix.map(str::to_owned),
            registry: registry.map(|agent| agent.handle.clone()),
            registry_domestic: registry.map(|agent| agent.domestic),
            registered: registered.map(str::to_owned),
            registrar: registrar.map(|agent| agent.handle.clone()),
            registrar_domestic: registrar.map(|agent| agent.domestic),
            responsible: responsible.map(|agent| agent.handle.clone()),
            because,
        }
    }
}

fn judge<'a>(
    registry: Option<&'a Agent>,
    registrar: Option<&'a Agent>,
) -> (Option<&'a Agent>, Because) {
    match (registry, registrar) {
        (None, _) => (None, Because::RegistryUnknown),
        (Some(registry), _) if registry.domestic => (Some(registry), Because::RegistryIsDomestic),
        (Some(_), None) => (None, Because::RegistrarUnknown),
        (Some(_), Some(registrar)) if registrar.domestic => {
            (Some(registrar), Because::SoldByDomesticRegistrar)
        }
        (Some(_), Some(_)) => (None, Because::SoldByForeignRegistrar),
    }
}

fn add(agents: &mut HashMap<Box<str>, Agent>, name: Box<str>, agent: Agent) -> Result<(), String> {
    match agents.entry(name) {
        Entry::Vacant(place) => {
            place.insert(agent);
            Ok(())
        }
        Entry::Occupied(known) => {
            let (name, handle) = (known.key(), &known.get().handle);
            Err(format!("`{name}` is in the table already, with `{handle}`"))
        }
    }
}

/// Reads `example`, `.example` and `co.example`. A name in another script is written in its `xn--` form.
fn parse_suffix(text: &str) -> Result<Box<str>, String> {
    let suffix = text.strip_prefix('.').unwrap_or(text);
    // A suffix may be a single label, which no full name is; below it any name will do as a test.
    let below: Fqdn = format!("x.{suffix}").parse().map_err(|_| {
        let text: String = text.chars().take(80).collect();
        format!("`{text}` is no suffix: such as `example` or `co.example`")
    })?;
    Ok(below.as_str().strip_prefix("x.").unwrap_or_default().into())
}

fn parse_agent(row: &Row<'_>, columns: (usize, Option<usize>)) -> Result<Agent, String> {
    let (handle, domestic) = columns;
    let domestic = match domestic.map(|column| row.get(column)) {
        None | Some("true") => true,
        Some("false") => false,
        Some(text) => {
            let text: String = text.chars().take(80).collect();
            return Err(format!("`{text}` in `domestic` is neither `true` nor `false`"));
        }
    };
    Ok(Agent { handle: row.get(handle).parse().map_err(in_words)?, domestic })
}

#[cfg(test)]
mod tests;
