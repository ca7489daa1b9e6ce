//! The atlas in use: read by many, replaced whole.

use std::sync::{Arc, PoisonError, RwLock};

use crate::Atlas;

/// Holds the atlas in use. Readers take a pointer to it and keep that atlas as long as they like; a new
/// one is built elsewhere, [prepared](Atlas::prepare), and put in its place in no time at all.
#[derive(Debug)]
pub struct Shared {
    current: RwLock<Arc<Atlas>>,
}

impl Shared {
    pub fn new(atlas: Atlas) -> Self {
        Self { current: RwLock::new(Arc::new(atlas)) }
    }

    /// The atlas in use. Ask once for each batch, so that all its rows are judged alike.
    pub fn load(&self) -> Arc<Atlas> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another atlas in place and returns the one that was.
    ///
    /// That one may be the last of its tables, whose memory is freed when the caller lets go of it,
    /// not while readers wait.
    pub fn replace(&self, atlas: Atlas) -> Arc<Atlas> {
        let atlas = Arc::new(atlas);
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut current, atlas)
    }
}
