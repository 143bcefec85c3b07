//! From a source of code to facts that a decision can use: fetched, inspected, kept.

use std::io;
use std::sync::Arc;

use funclet_function_store::{Fetched, NewCode, ServiceError};
use funclet_package_inspection::{
    Facts, InspectOptions, Level, Limits, Refusal, Sha256Digest, Source, Usage, inspect,
};
use funclet_storage::{BlobDigest, BlobReader, BlobStore};
use funclet_validation::{Caller, CodeSource};

use crate::error::Error;
use crate::inspection::{FactsCache, Inspection};
use crate::package::{Kept, Package, PackageWriter, Stay};
use crate::package_reports;
use crate::sources::{CodeSources, SourceError};

/// How many times the length of a package is decompressed at most to look into archives in it: a request waits for that.
const NESTED_BYTES_FACTOR: u64 = 16;

/// Fetches and inspects code.
pub(crate) struct Fetcher<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) sources: &'a dyn CodeSources,
    pub(crate) blobs: &'a dyn BlobStore,
    pub(crate) facts: &'a FactsCache,
    pub(crate) inspection: Inspection,
    /// What the package is for.
    pub(crate) usage: Usage,
}

/// Code that was fetched, and what keeps its blobs until the transaction holds them.
pub(crate) struct FetchedCode {
    pub(crate) code: Fetched,
    pub(crate) stays: Vec<Stay>,
}

impl Fetcher<'_> {
    /// Fetches `source`. A verdict against the code is part of the result, to be told in its turn; an error is a failure
    /// of ours. With `keep` the package is made durable or set to ride in the record.
    pub(crate) fn fetch(&self, source: CodeSource<Package>, keep: bool) -> Result<FetchedCode, Error> {
        let fetched = match source {
            CodeSource::ZipFile(package) => self.package(&package, keep, self.usage.limits),
            CodeSource::S3(object) => {
                let mut writer = PackageWriter::new(self.blobs.stage()?);
                match self.sources.fetch_object(self.caller, &object, &mut writer) {
                    // The limit on the zipped size is one of requests.
                    Ok(()) => {
                        let limits = Limits { zipped_bytes_max: u64::MAX, ..self.usage.limits };
                        self.package(&writer.finish()?, keep, limits)
                    }
                    Err(error) => Err(Stop::from(error)),
                }
            }
            CodeSource::Image(image) => match self.sources.resolve_image(self.caller, &image) {
                Ok(resolved) => Ok(FetchedCode {
                    code: Ok(NewCode::Image {
                        digest: resolved.digest,
                        image_uri: image.to_string(),
                        resolved_image_uri: resolved.resolved_image_uri,
                    }),
                    stays: Vec::new(),
                }),
                Err(error) => Err(Stop::from(error)),
            },
        };
        match fetched {
            Ok(fetched) => Ok(fetched),
            Err(Stop::Refused(error)) => Ok(FetchedCode { code: Err(error), stays: Vec::new() }),
            Err(Stop::Failed(error)) => Err(error),
        }
    }

    fn package(&self, package: &Package, keep: bool, limits: Limits) -> Result<FetchedCode, Stop> {
        // Nothing is read of what is too large anyway.
        if package.size() > limits.zipped_bytes_max {
            return Err(Stop::Refused(refused(&Refusal::ZippedTooLarge { limit: limits.zipped_bytes_max })));
        }
        let facts = self.inspect(package)?;
        let report = facts.report(&Usage { limits, ..self.usage.clone() });
        if let Some(refusal) = report.refusal(self.inspection.framing) {
            return Err(Stop::Refused(refused(&refusal)));
        }
        let mut inspection = self.inspection.judge(&report);
        let mut stays = Vec::new();
        if keep && (inspection.warns || !inspection.misfits.is_empty()) && !self.usage.is_layer {
            inspection.report = Some(package_reports::keep(&report)?);
        }
        let mut inline = None;
        if keep {
            match package.keep(self.blobs)? {
                Kept::Inline(bytes) => inline = Some(bytes),
                Kept::Stored(stay) => stays.push(stay),
            }
        }
        let code = NewCode::Zip {
            digest: package.digest(),
            size: facts.code_size,
            unzipped_size: facts.unzipped_size,
            entry_count: facts.entry_count,
            inline,
            inspection,
        };
        Ok(FetchedCode { code: Ok(code), stays })
    }

    /// Inspects a package, unless that was done before.
    fn inspect(&self, package: &Package) -> Result<Arc<Facts>, Error> {
        let (digest, level) = (package.digest(), self.inspection.level());
        if let Some(facts) = self.facts.get(digest, level) {
            return Ok(facts);
        }
        let facts = Arc::new(inspect_blob(package.reader(self.blobs)?, digest, level)?);
        self.facts.put(digest, &facts);
        Ok(facts)
    }
}

/// Inspects the package of a digest.
pub(crate) fn inspect_blob(blob: BlobReader, digest: BlobDigest, level: Level) -> Result<Facts, Error> {
    let nested_bytes_max = blob.len().saturating_mul(NESTED_BYTES_FACTOR);
    let limits = Limits { zipped_bytes_max: u64::MAX, nested_bytes_max, ..Limits::default() };
    let digest = Some(Sha256Digest::from_bytes(*digest.as_bytes()));
    inspect(&Readable(blob), &InspectOptions { level, digest, limits, ..InspectOptions::default() })
        .map_err(Error::failed)
}

/// A package as inspections read it.
struct Readable(BlobReader);

impl Source for Readable {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0.len())
    }

    fn read_at<'a>(&'a self, offset: u64, buffer: &'a mut [u8]) -> io::Result<&'a [u8]> {
        let count = self.0.read_at(offset, buffer)?;
        Ok(buffer.get(..count).unwrap_or_default())
    }

    fn in_memory(&self) -> Option<&[u8]> {
        self.0.in_memory()
    }
}

/// A verdict in the service's class of errors.
fn refused(refusal: &Refusal) -> ServiceError {
    match refusal {
        Refusal::ZippedTooLarge { .. } => ServiceError::RequestEntityTooLarge(refusal.to_string()),
        other => ServiceError::InvalidParameterValue(other.to_string()),
    }
}

/// Why there is no code.
enum Stop {
    Refused(ServiceError),
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<SourceError> for Stop {
    fn from(error: SourceError) -> Self {
        match Error::from(error) {
            Error::Refused(refusal) => Self::Refused(refusal),
            other => Self::Failed(other),
        }
    }
}
