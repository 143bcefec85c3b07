//! What the inspection of a package comes to for a function, and the report of it that is kept.
//!
//! A report belongs to a package that an account holds, whatever holds it: it is written with the code that it is about, and goes
//! with the last reference of the account to that package.

use bytes::Bytes;
use funclet_storage::{Abort, BlobDigest, Tx};
use funclet_validation::{Architecture, FunctionName};

use crate::answer::Reason;
use crate::decide::sealed::Query;
use crate::decide::{Changes, Context, NewCode, Stop};
use crate::error::ServiceError;
use crate::event::{ResourceChange, ResourceEvent, ResourceKind};
use crate::keys;
use crate::stored::{Stored as _, StoredPackageReport, StoredReason};

/// What the inspection of a package has found that matters to a decision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeInspection {
    /// The architectures that its code does not run on, each with the text that refuses it.
    pub misfits: Vec<(Architecture, String)>,
    /// Whether code is refused that does not run on the function's architecture; otherwise that is told.
    pub enforced: bool,
    /// Why the archive, though it opens, cannot be extracted: what begins with it will fail.
    pub failure: Option<Reason>,
    /// The report.
    pub report: Option<CodeReport>,
    /// Whether it is worth to be kept whatever the architecture.
    pub warns: bool,
}

/// The report of a package: the bytes of a document, which ride in the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeReport(pub Bytes);

impl CodeInspection {
    fn misfit(&self, architecture: Architecture) -> Option<&str> {
        self.misfits.iter().find(|(other, _)| *other == architecture).map(|(_, text)| text.as_str())
    }

    /// Why what begins with this code will fail.
    fn failure(&self) -> Option<StoredReason> {
        self.failure
            .as_ref()
            .map(|reason| StoredReason { code: reason.code.clone(), text: reason.text.clone() })
    }
}

impl NewCode {
    fn inspection(&self) -> Option<&CodeInspection> {
        match self {
            Self::Zip { inspection, .. } => Some(inspection),
            Self::Image { .. } => None,
        }
    }

    /// Refuses code that does not run on an architecture, if that is enforced.
    ///
    /// # Errors
    /// [`ServiceError::InvalidParameterValue`] with a text that is ours: the service does not look.
    pub(crate) fn check_architecture(&self, architecture: Architecture) -> Result<(), ServiceError> {
        let enforced = self.inspection().filter(|inspection| inspection.enforced);
        match enforced.and_then(|inspection| inspection.misfit(architecture)) {
            Some(text) => Err(ServiceError::InvalidParameterValue(text.to_owned())),
            None => Ok(()),
        }
    }

    /// Why what begins with this code will fail.
    pub(crate) fn failure(&self) -> Option<StoredReason> {
        self.inspection().and_then(CodeInspection::failure)
    }
}

impl Changes {
    /// Keeps the report of a function's new code if there is something to be told, in the place of what was known of the package
    /// before. The feed says so unless that was the same.
    pub(crate) fn keep_report(
        &mut self,
        context: &Context<'_>,
        name: &FunctionName,
        architecture: Architecture,
        code: &NewCode,
    ) -> Result<(), Stop> {
        let NewCode::Zip { digest: package, inspection, .. } = code else { return Ok(()) };
        let Some(CodeReport(document)) = &inspection.report else { return Ok(()) };
        if !inspection.warns && inspection.misfit(architecture).is_none() {
            return Ok(());
        }
        let before: Option<StoredPackageReport> = context.read(&keys::package_report(package))?;
        let before = before.map(|report| report.digest());
        let digest = BlobDigest::of(document);
        if before == Some(digest) {
            return Ok(());
        }
        let change = if before.is_some() { ResourceChange::Updated } else { ResourceChange::Created };
        let stored = StoredPackageReport { sha256: *digest.as_bytes(), size: document.len() as u64 };
        self.inline.push((digest, document.clone()));
        self.keep((digest, stored.size));
        if let Some(before) = before {
            self.release(before);
        }
        self.put(keys::package_report(package), &stored)?;
        self.event(ResourceEvent {
            resource: ResourceKind::PackageReport,
            change,
            arn: context.caller.function_arn(name).to_string(),
            old_revision: None,
            new_revision: None,
        })
    }

    /// Removes the reports of packages that the account does not hold any more.
    pub(super) fn forget_reports(&self, tx: &mut dyn Tx) -> Result<(), Abort> {
        for package in &self.releases {
            if tx.holds(package)? {
                continue;
            }
            let key = keys::package_report(package);
            if let Some(report) = read(tx, &key)? {
                tx.release(report.digest())?;
                tx.delete(&key)?;
            }
        }
        Ok(())
    }
}

/// What does not decode was not written here.
fn read(tx: &dyn Tx, key: &[u8]) -> Result<Option<StoredPackageReport>, Abort> {
    Ok(tx.get(key)?.and_then(|value| StoredPackageReport::decode(&value).ok()))
}

/// Looks for the report of a package. `None` if the account does not hold the package.
#[derive(Debug, Clone)]
pub struct FindPackageReport(pub BlobDigest);

/// The report of a package that an account holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundPackageReport {
    /// It was kept, as a blob of this digest.
    Kept(BlobDigest),
    /// There was nothing to be told.
    NotKept,
}

impl Query for FindPackageReport {
    type Answer = Option<FoundPackageReport>;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<Self::Answer, Stop> {
        if !context.view.holds(&self.0)? {
            return Ok(None);
        }
        let report: Option<StoredPackageReport> = context.read(&keys::package_report(&self.0))?;
        Ok(Some(
            report.map_or(FoundPackageReport::NotKept, |report| FoundPackageReport::Kept(report.digest())),
        ))
    }
}
