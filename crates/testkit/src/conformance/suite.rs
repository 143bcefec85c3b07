//! A folder of cases.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::conformance::{Case, Operation};

/// Everything that a run needs to know.
#[derive(Debug)]
pub struct Suite {
    /// How operations become HTTP, by name.
    pub operations: BTreeMap<String, Operation>,
    /// The packages, by name.
    pub archives: BTreeMap<String, Archive>,
    /// The cases, in the order of the index.
    pub cases: Vec<Case>,
}

/// Why a folder is no suite.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SuiteError {
    /// A file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not of the format.
    #[error("{} is not of the format", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// The index names a case twice.
    #[error("case {0} is there twice")]
    Twice(String),
}

/// A deployment package: its bytes, or how to make them.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Archive {
    /// The bytes.
    Bytes {
        /// In base64.
        base64: String,
        /// How many there are.
        size: u64,
        /// Their SHA-256 in base64.
        code_sha256: String,
    },
    /// One stored entry of one byte repeated.
    Made {
        /// What to make.
        recipe: Recipe,
    },
}

/// A large package that is not written out.
#[derive(Debug, Clone, Deserialize)]
pub struct Recipe {
    pub(crate) entry: String,
    pub(crate) content_byte: char,
    pub(crate) content_size: usize,
}

impl Archive {
    /// Returns the package in base64.
    #[must_use]
    pub fn to_base64(&self) -> String {
        match self {
            Self::Bytes { base64, .. } => base64.clone(),
            Self::Made { recipe } => {
                let content = recipe.content_byte.to_string().repeat(recipe.content_size);
                crate::base64(&crate::zip_of(&[(&recipe.entry, content.as_bytes())]))
            }
        }
    }
}

#[derive(Deserialize)]
struct Listed {
    file: String,
}

impl Suite {
    /// Reads `index.json`, `operations.json`, `zips.json` and every case of the index.
    ///
    /// # Errors
    /// [`SuiteError`].
    pub fn load(folder: impl AsRef<Path>) -> Result<Self, SuiteError> {
        let folder = folder.as_ref();
        let index: Vec<Listed> = read(&folder.join("index.json"))?;
        let cases = index.iter().map(|listed| read(&folder.join(&listed.file)));
        let cases: Vec<Case> = cases.collect::<Result<_, _>>()?;
        let mut ids = BTreeSet::new();
        if let Some(case) = cases.iter().find(|case| !ids.insert(case.id.as_str())) {
            return Err(SuiteError::Twice(case.id.clone()));
        }
        Ok(Self {
            operations: read(&folder.join("operations.json"))?,
            archives: read(&folder.join("zips.json"))?,
            cases,
        })
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, SuiteError> {
    let text = std::fs::read(path).map_err(|source| SuiteError::Read { path: path.to_owned(), source })?;
    serde_json::from_slice(&text).map_err(|source| SuiteError::Format { path: path.to_owned(), source })
}
