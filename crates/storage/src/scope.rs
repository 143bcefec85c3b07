//! The unit of order and of transactions.

use std::fmt;
use std::sync::Arc;

/// Names one independent part of the key space, for example one account in one region.
///
/// A transaction reads and writes one scope; transactions of one scope have one order. Nothing is promised across
/// scopes, so that a backend may keep each of them somewhere else.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(Arc<str>);

/// Says why a text is no [`Scope`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a scope has 1 to {max} bytes and no NUL, got {got:?}", max = Scope::BYTES_MAX)]
pub struct InvalidScope {
    got: String,
}

impl Scope {
    /// The longest scope, in bytes.
    pub const BYTES_MAX: usize = 128;

    /// Makes a scope of a text of 1 to [`Scope::BYTES_MAX`] bytes without NUL.
    ///
    /// # Errors
    /// [`InvalidScope`] for any other text.
    pub fn new(name: &str) -> Result<Self, InvalidScope> {
        if name.is_empty() || name.len() > Self::BYTES_MAX || name.contains('\0') {
            return Err(InvalidScope { got: name.chars().take(Self::BYTES_MAX).collect() });
        }
        Ok(Self(name.into()))
    }

    /// Returns the scope as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The stored form of `key`: scope, NUL, key. The NUL keeps one scope from being a prefix of another.
    pub(crate) fn full_key(&self, key: &[u8]) -> Vec<u8> {
        let mut full = Vec::with_capacity(self.0.len() + 1 + key.len());
        full.extend_from_slice(self.0.as_bytes());
        full.push(0);
        full.extend_from_slice(key);
        full
    }

    /// Splits a stored key into its scope and the key within.
    pub(crate) fn split(full: &[u8]) -> Option<(Self, &[u8])> {
        let end = full.iter().position(|byte| *byte == 0)?;
        let name = std::str::from_utf8(full.get(..end)?).ok()?;
        Some((Self::new(name).ok()?, full.get(end + 1..)?))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scope({:?})", &*self.0)
    }
}
