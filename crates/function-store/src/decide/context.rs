//! What a decision sees: the stored state projected to engine time, and what was drawn for it.

use funclet_storage::codec::DecodeError;
use funclet_storage::{BlobDigest, ReadError, View};
use funclet_validation::{
    AliasName, Caller, CodeSha256, FunctionArn, FunctionName, FunctionReference, Qualifier, RevisionId,
    Runtime, SnapStartApplyOn, Version,
};

use crate::answer::{
    CodeLocation, FunctionConfiguration, LayerAnswer, Reason, Status, Timestamp, VpcConfigAnswer,
};
use crate::decide::{Changes, Drawn};
use crate::error::ServiceError;
use crate::event::{FunctionEvent, FunctionEventKind};
use crate::keys;
use crate::stored::{
    BadStored, Stored, StoredAlias, StoredCode, StoredFunction, StoredReason, StoredStatus, StoredVersion,
    parse, parse_option,
};

/// Why a decision has no outcome.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    /// The request is refused.
    #[error(transparent)]
    Refused(#[from] ServiceError),
    /// The state cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The state is not what this version writes.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error(transparent)]
    Bad(#[from] BadStored),
}

/// What a decision sees.
pub(crate) struct Context<'a> {
    pub(crate) view: &'a dyn View,
    pub(crate) caller: &'a Caller,
    pub(crate) drawn: &'a Drawn,
}

/// An entity as it counts now.
pub(crate) struct Projected<T> {
    pub(crate) value: T,
    /// The revision that is stored, if a transition was due and its end is not stored yet.
    pub(crate) superseded: Option<[u8; 16]>,
}

impl Context<'_> {
    /// Reads a function.
    pub(crate) fn find(&self, name: &str) -> Result<Option<Projected<StoredFunction>>, Stop> {
        let Some(value) = self.view.get(&keys::function(name))? else { return Ok(None) };
        let mut value = StoredFunction::decode(&value)?;
        let superseded = self.project(&mut value.latest);
        Ok(Some(Projected { value, superseded }))
    }

    /// Reads a published version.
    pub(crate) fn find_version(
        &self,
        name: &str,
        function: &StoredFunction,
        number: u64,
    ) -> Result<Option<Projected<StoredVersion>>, Stop> {
        let key = keys::version(name, &function.incarnation, number);
        let Some(value) = self.view.get(&key)? else { return Ok(None) };
        let mut value = StoredVersion::decode(&value)?;
        let superseded = self.project(&mut value);
        Ok(Some(Projected { value, superseded }))
    }

    /// Projects an entity to engine time and returns its old revision if something was due.
    pub(crate) fn project(&self, entity: &mut StoredVersion) -> Option<[u8; 16]> {
        let stored = entity.revision_id;
        entity.project(self.drawn.now_ms).then_some(stored)
    }

    /// Reads a function that must exist; `arn` is what the complaint names.
    pub(crate) fn require(
        &self,
        name: &FunctionName,
        arn: FunctionArn,
    ) -> Result<Projected<StoredFunction>, Stop> {
        let found = self.find(name.as_str())?;
        found.ok_or_else(|| ServiceError::FunctionNotFound { arn }.into())
    }

    /// Reads an alias.
    pub(crate) fn find_alias(
        &self,
        name: &FunctionName,
        function: &StoredFunction,
        alias: &AliasName,
    ) -> Result<Option<StoredAlias>, Stop> {
        let key = keys::belonging(name.as_str(), &function.incarnation, keys::ALIAS, alias.as_str());
        self.read(&key)
    }

    /// Reads a value of a kind.
    pub(crate) fn read<T: Stored>(&self, key: &[u8]) -> Result<Option<T>, Stop> {
        Ok(self.view.get(key)?.map(|value| T::decode(&value)).transpose()?)
    }

    /// Reads what a reference speaks of: `$LATEST`, a version, or the version that an alias stands for, with its function.
    pub(crate) fn resolve(
        &self,
        reference: &FunctionReference,
    ) -> Result<(StoredFunction, StoredVersion, Version), Stop> {
        self.resolve_with(reference, &|alias| Ok(alias.version()?))
    }

    /// As [`Context::resolve`], with another choice among the versions of an alias.
    pub(crate) fn resolve_with(
        &self,
        reference: &FunctionReference,
        choose: &dyn Fn(&StoredAlias) -> Result<Version, Stop>,
    ) -> Result<(StoredFunction, StoredVersion, Version), Stop> {
        let unknown = || ServiceError::FunctionNotFound { arn: reference.arn(self.caller) };
        let function = self.require(&reference.name, reference.arn(self.caller))?.value;
        let version = match &reference.qualifier {
            None => Version::Latest,
            Some(Qualifier::Latest) => Version::Latest,
            Some(Qualifier::Version(number)) => Version::Number(*number),
            Some(Qualifier::Other(other)) => {
                let alias = other.alias_name().ok_or_else(unknown)?;
                let alias = self.find_alias(&reference.name, &function, &alias)?;
                choose(&alias.ok_or_else(unknown)?)?
            }
        };
        let Version::Number(number) = version else {
            let latest = function.latest.clone();
            return Ok((function, latest, version));
        };
        let found = self.find_version(reference.name.as_str(), &function, number)?;
        Ok((function, found.ok_or_else(unknown)?.value, version))
    }

    /// Says in the feed that a transition was finished, now that it is stored.
    pub(crate) fn note_completion<T>(
        &self,
        changes: &mut Changes,
        (name, version): (&FunctionName, Option<u64>),
        found: &Projected<T>,
        new_revision: [u8; 16],
    ) -> Result<(), Stop> {
        if found.superseded.is_some() {
            changes.event(FunctionEvent {
                kind: FunctionEventKind::TransitionCompleted,
                function_name: name.to_string(),
                version,
                old_revision: found.superseded,
                new_revision: Some(new_revision),
            })?;
        }
        Ok(())
    }

    /// Spells out the configuration of one version.
    ///
    /// `arn` carries the qualifier that the answer shows; `version` is what it came to.
    pub(crate) fn configuration(
        &self,
        stored: &StoredVersion,
        arn: FunctionArn,
        version: Version,
    ) -> Result<FunctionConfiguration, Stop> {
        let settings = stored.settings.typed()?;
        let runtime_version_arn =
            settings.runtime.as_ref().map(|runtime| self.runtime_version_arn(runtime, &stored.architecture));
        Ok(FunctionConfiguration {
            function_name: arn.name().clone(),
            runtime: settings.runtime,
            runtime_version_arn,
            role: settings.role,
            handler: settings.handler,
            code_size: stored.code.quota_bytes(),
            code_sha256: code_sha256(&stored.code),
            description: settings.description,
            timeout: settings.timeout,
            memory_size: settings.memory_size,
            last_modified: Timestamp(stored.last_modified_ms),
            vpc_config: settings.vpc_config.map(|config| VpcConfigAnswer {
                subnet_ids: config.subnet_ids,
                security_group_ids: config.security_group_ids,
                vpc_id: config.vpc_id,
                ipv6_allowed_for_dual_stack: config.ipv6_allowed_for_dual_stack,
            }),
            dead_letter_config: settings.dead_letter_config,
            environment: settings.environment,
            kms_key_arn: settings.kms_key_arn,
            tracing_mode: settings.tracing_mode,
            revision_id: RevisionId::from_bytes(stored.revision_id),
            layers: stored
                .settings
                .layers
                .iter()
                .map(|layer| LayerAnswer { arn: layer.arn.clone(), code_size: layer.code_size })
                .collect(),
            status: Some(status(&stored.status)),
            package_type: stored.code.package_type(),
            image_config: settings.image_config,
            file_system_configs: settings.file_system_configs,
            architecture: parse(&stored.architecture)?,
            ephemeral_storage: settings.ephemeral_storage,
            snap_start: settings.snap_start,
            snap_start_optimized: settings.snap_start == SnapStartApplyOn::PublishedVersions
                && version != Version::Latest,
            logging_config: settings.logging_config,
            durable_config: settings.durable_config,
            tenancy_config: settings.tenancy_config,
            capacity_provider_config: settings.capacity_provider_config,
            function_arn: arn,
            version,
        })
    }

    /// An entry of a list: without state and runtime version (recorded from AWS).
    pub(crate) fn list_entry(
        &self,
        stored: &StoredVersion,
        arn: FunctionArn,
        version: Version,
    ) -> Result<FunctionConfiguration, Stop> {
        let full = self.configuration(stored, arn, version)?;
        Ok(FunctionConfiguration { status: None, runtime_version_arn: None, ..full })
    }

    /// The service names runtime versions by 64 hexadecimal digits, which change with the runtime and with the
    /// architecture (recorded from AWS). Here they are a digest of both names.
    fn runtime_version_arn(&self, runtime: &Runtime, architecture: &str) -> String {
        let region = &self.caller.region;
        let digest = BlobDigest::of(format!("{runtime} {architecture}").as_bytes());
        format!("arn:{}:lambda:{region}::runtime:{digest}", region.partition())
    }
}

fn code_sha256(code: &StoredCode) -> CodeSha256 {
    match code {
        StoredCode::Zip { sha256, .. } => CodeSha256::from_zip_digest(*sha256),
        StoredCode::Image { digest, .. } => CodeSha256::from_image_digest(*digest),
    }
}

/// Where the code of a version is.
pub(crate) fn code_location(version: &StoredVersion) -> Result<CodeLocation, BadStored> {
    Ok(match &version.code {
        StoredCode::Zip { sha256, size, .. } => CodeLocation::Package {
            digest: BlobDigest::from_bytes(*sha256),
            size: *size,
            source_kms_key_arn: parse_option(version.settings.source_kms_key_arn.as_ref())?,
        },
        StoredCode::Image { image_uri, resolved_image_uri, .. } => CodeLocation::Image {
            image_uri: image_uri.clone(),
            resolved_image_uri: resolved_image_uri.clone(),
        },
    })
}

fn status(stored: &StoredStatus) -> Status {
    let reason = |reason: &StoredReason| Reason { code: reason.code.clone(), text: reason.text.clone() };
    Status {
        state: stored.state,
        state_reason: stored.state_reason.as_ref().map(reason),
        last_update: stored.last_update,
        last_update_reason: stored.last_update_reason.as_ref().map(reason),
    }
}
