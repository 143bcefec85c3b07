//! From a source of code to facts that a decision can use: fetched, inspected, kept.

use funclet_function_store::{Fetched, NewCode, ServiceError};
use funclet_package_inspection::{
    InspectError, InspectOptions, Limits, Refusal, Report, Sha256Digest, inspect,
};
use funclet_storage::BlobStore;
use funclet_validation::{Caller, CodeSource};

use crate::error::Error;
use crate::package::{Kept, Package, PackageWriter, Stay};
use crate::sources::{CodeSources, SourceError};

/// Fetches and inspects code.
pub(crate) struct Fetcher<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) sources: &'a dyn CodeSources,
    pub(crate) blobs: &'a dyn BlobStore,
    pub(crate) limits: Limits,
}

/// Code that was fetched, and what keeps its blob until the transaction holds it.
pub(crate) struct FetchedCode {
    pub(crate) code: Fetched,
    pub(crate) stay: Option<Stay>,
}

impl Fetcher<'_> {
    /// Fetches `source`. A verdict against the code is part of the result, to be told in its turn; an error is a failure
    /// of ours. With `keep` the package is made durable or set to ride in the record.
    pub(crate) fn fetch(&self, source: CodeSource<Package>, keep: bool) -> Result<FetchedCode, Error> {
        let fetched = match source {
            CodeSource::ZipFile(package) => self.package(&package, keep, self.limits),
            CodeSource::S3(object) => {
                let mut writer = PackageWriter::new(self.blobs.stage()?);
                match self.sources.fetch_object(self.caller, &object, &mut writer) {
                    // The limit on the zipped size is one of requests.
                    Ok(()) => {
                        let limits = Limits { zipped_bytes_max: u64::MAX, ..self.limits };
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
                    stay: None,
                }),
                Err(error) => Err(Stop::from(error)),
            },
        };
        match fetched {
            Ok(fetched) => Ok(fetched),
            Err(Stop::Refused(error)) => Ok(FetchedCode { code: Err(error), stay: None }),
            Err(Stop::Failed(error)) => Err(error),
        }
    }

    fn package(&self, package: &Package, keep: bool, limits: Limits) -> Result<FetchedCode, Stop> {
        let report = self.inspect(package, limits)?;
        let (inline, stay) = match keep.then(|| package.keep(self.blobs)).transpose()? {
            Some(Kept::Inline(bytes)) => (Some(bytes), None),
            Some(Kept::Stored(stay)) => (None, Some(stay)),
            None => (None, None),
        };
        let code = NewCode::Zip {
            digest: package.digest(),
            size: report.code_size,
            unzipped_size: report.unzipped_size,
            entry_count: report.entry_count,
            inline,
        };
        Ok(FetchedCode { code: Ok(code), stay })
    }

    fn inspect(&self, package: &Package, limits: Limits) -> Result<Report, Stop> {
        let digest = Some(Sha256Digest::from_bytes(*package.digest().as_bytes()));
        let options = InspectOptions { digest, limits };
        inspect(package.reader(self.blobs)?, &options).map_err(|error| match error {
            InspectError::Refused(refusal) => Stop::Refused(refused(&refusal)),
            other => Stop::Failed(Error::failed(other)),
        })
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
