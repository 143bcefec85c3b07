//! Reports of packages: kept with the code that they are about, and made again for whoever asks.

use bytes::Bytes;
use funclet_function_store::{CodeReport, FindPackageReport, FoundPackageReport};
use funclet_package_inspection::{Framing, Level, Report, Usage};
use funclet_storage::BlobDigest;

use crate::error::Error;
use crate::fetch::inspect_blob;
use crate::lambda::Lambda;

/// Up to how many bytes a kept report has: it rides in the record of its package, where there is room for that beside the code and
/// layers. So nothing waits for a file of its own, however much there is to be told.
pub(crate) const INLINED_BYTES_MAX: usize = 16 << 10;

/// Makes a report a document that a transaction can hold: with everything, or with as many native files and findings as fit.
pub(crate) fn keep(report: &Report<'_>) -> Result<CodeReport, Error> {
    let mut most = usize::MAX;
    loop {
        let document =
            serde_json::to_vec(&report.written_briefly(Framing::Lenient, most)).map_err(Error::failed)?;
        if document.len() <= INLINED_BYTES_MAX || most == 0 {
            return Ok(CodeReport(document.into()));
        }
        most = most.min(128) / 2;
    }
}

fn written(report: &Report<'_>) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(&report.written(Framing::Lenient)).map_err(Error::failed)
}

impl Lambda {
    /// Returns the report of a package that the account holds, as a JSON document; `None` if it does not hold the package.
    ///
    /// The report that was made when the package was uploaded, if there was something to be told, with as much of that as has room in
    /// 16 KiB; otherwise it is made now, for no function in particular. Its members are those of `funclet inspect --json` (see the documentation of
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
