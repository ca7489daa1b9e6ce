//! Names for what rows refer to: parties, provinces, grades, duties.

use std::collections::BTreeMap;

use model::organisation::Bilingual;
use model::permit::ReadPermit;
use model::regime::Basis;
use model::{GradeId, Handle, PackId, Province};

use crate::views::{GradeView, PartyView};
use crate::{App, AppError, Law};

const DIRECTORY_MAX: u32 = 100_000;

/// The names of a request.
pub(crate) struct Names<'a> {
    law: &'a Law,
    parties: BTreeMap<Handle, Bilingual>,
    provinces: BTreeMap<Province, Bilingual>,
}

impl App {
    /// Names of everything in the directory. They are not secret: every organisation may know who the
    /// others are, only not what concerns them.
    pub(crate) async fn names(&self) -> Result<Names<'_>, AppError> {
        let permit = ReadPermit::at_the_console();
        let organisations = self.store.organisations(&permit, DIRECTORY_MAX, None).await?;
        let provinces = self.store.provinces(&permit, DIRECTORY_MAX).await?;
        Ok(Names {
            law: &self.law,
            parties: organisations.into_iter().map(|o| (o.handle, o.name)).collect(),
            provinces: provinces.into_iter().map(|p| (p.code, p.name)).collect(),
        })
    }
}

impl Names<'_> {
    pub(crate) fn party(&self, handle: &Handle) -> PartyView {
        let name = self.parties.get(handle).cloned().unwrap_or_else(|| alike(handle.as_str()));
        PartyView { handle: handle.to_string(), name }
    }

    pub(crate) fn parties(&self, handles: &[Handle]) -> Vec<PartyView> {
        handles.iter().map(|handle| self.party(handle)).collect()
    }

    pub(crate) fn province(&self, code: &Province) -> Bilingual {
        self.provinces.get(code).cloned().unwrap_or_else(|| alike(code.as_str()))
    }

    /// A grade as the pack names it; one that the pack no longer knows keeps its id and the lowest rank.
    pub(crate) fn grade(&self, pack: &PackId, id: &GradeId) -> GradeView {
        let known = self.law.pack(pack).ok().and_then(|pack| pack.grade(id));
        GradeView {
            id: id.to_string(),
            rank: rank(self.law, pack, id),
            name: known.map_or_else(|| alike(id.as_str()), |grade| grade.name.clone()),
        }
    }

    /// What a duty asks, in both languages; what the obligation itself says where the pack has changed.
    pub(crate) fn does(&self, terms: &model::obligation::Terms) -> Bilingual {
        self.law.duty(terms).map_or_else(|| alike(&terms.does), |duty| duty.does)
    }

    pub(crate) fn instrument(&self, basis: &Basis) -> String {
        let pack = self.law.pack(&basis.pack).ok();
        pack.map_or_else(|| basis.pack.to_string(), |pack| pack.instrument().to_owned())
    }
}

/// The rank of a grade; one that the pack no longer knows ranks lowest.
pub(crate) fn rank(law: &Law, pack: &PackId, id: &GradeId) -> u8 {
    let known = law.pack(pack).ok().and_then(|pack| pack.grade(id));
    known.map_or(4, |grade| grade.rank)
}

/// A text that is the same in every language.
pub(crate) fn alike(text: &str) -> Bilingual {
    Bilingual { zh: text.to_owned(), en: text.to_owned() }
}
