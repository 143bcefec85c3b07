//! Reports of packages: kept with the code that they are about, and made again for whoever asks.

use bytes::Bytes;
use funclet_function_store::{CodeReport, FindPackageReport, FoundPackageReport};
use funclet_package_inspection::{Framing, Level, Report, Usage};
use funclet_storage::{BlobDigest, BlobStore, StagedBlob};

use crate::error::Error;
use crate::fetch::inspect_blob;
use crate::lambda::Lambda;
use crate::package::Stay;

/// Up to how many bytes a report rides in the record of its package; there is room for that beside the code and layers.
pub(crate) const INLINED_BYTES_MAX: usize = 16 << 10;

/// Makes a report a document that a transaction can hold.
pub(crate) fn keep(report: &Report<'_>, blobs: &dyn BlobStore) -> Result<(CodeReport, Option<Stay>), Error> {
    let document = StagedBlob::from(Bytes::from(written(report)?));
    let (digest, size) = (document.digest(), document.size());
    let inline =
        document.in_memory().filter(|bytes| bytes.len() <= INLINED_BYTES_MAX.min(blobs.inline_bytes_max()));
    if let Some(inline) = inline {
        return Ok((CodeReport { digest, size, inline: Some(inline.clone()) }, None));
    }
    let stay = Stay::pinned(blobs.store(document)?);
    Ok((CodeReport { digest, size, inline: None }, Some(stay)))
}

fn written(report: &Report<'_>) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(&report.written(Framing::Lenient)).map_err(Error::failed)
}

impl Lambda {
    /// Returns the report of a package that the account holds, as a JSON document; `None` if it does not hold the package.
    ///
    /// The report that was made when the package was uploaded, if there was something to be told; otherwise it is made now, for no
    /// function in particular. Its members are those of `funclet inspect --json` (see the documentation of
    /// `funclet_package_inspection::Written`).
    ///
    /// # Errors
    /// [`Error`] of the store.
    pub fn package_report(&self, code_sha256: &BlobDigest) -> Result<Option<Bytes>, Error> {
        let store = &self.funclet.engine.store;
        let blobs = store.backend().blobs();
        let found = store.look(self.caller(), FindPackageReport(*code_sha256))?;
        match found {
            None => Ok(None),
            Some(FoundPackageReport::Kept(report)) => {
                // It may have gone meanwhile, with the package.
                let reader = blobs.open(&report)?;
                reader.map(|reader| reader.read_whole().map_err(Error::failed)).transpose()
            }
            Some(FoundPackageReport::NotKept) => {
                let Some(reader) = blobs.open(code_sha256)? else { return Ok(None) };
                let facts = inspect_blob(reader, *code_sha256, Level::Heads)?;
                Ok(Some(written(&facts.report(&Usage::default()))?.into()))
            }
        }
    }
}
