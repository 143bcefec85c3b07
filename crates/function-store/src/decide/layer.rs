//! Layers: PublishLayerVersion, GetLayerVersion, GetLayerVersionByArn, DeleteLayerVersion.

use bytes::Bytes;
use funclet_storage::BlobDigest;
use funclet_validation::{
    AccountId, Caller, CodeSha256, DeleteLayerVersion, LayerName, LayerReference, LayerVersionReference,
    PublishLayerVersion,
};

use crate::answer::{LayerContent, LayerVersion, LayerVersionSummary, Timestamp};
use crate::decide::sealed::{Command, Query};
use crate::decide::{Changes, Context, Decision, Fetched, NewCode, Stop};
use crate::error::ServiceError;
use crate::event::{ResourceChange, ResourceEvent, ResourceKind};
use crate::keys;
use crate::stored::{StoredLayerHead, StoredLayerVersion};

/// A valid PublishLayerVersion request with its package, fetched and inspected.
#[derive(Debug, Clone)]
pub struct PublishLayer<P> {
    /// The request; its own package is not looked at.
    pub request: PublishLayerVersion<P>,
    /// What became of the package.
    pub fetched: Fetched,
}

/// The package of a layer, for a function of another account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerPackage {
    /// The digest of its bytes.
    pub digest: BlobDigest,
    /// Its length in bytes.
    pub size: u64,
    /// The sum of what is in it, in bytes.
    pub unzipped_size: u64,
    /// Its bytes if they ride in the record; otherwise the blob is pinned until the function holds it.
    pub inline: Option<Bytes>,
}

/// Looks up the package of a layer's version, in the account that it belongs to.
#[derive(Debug, Clone)]
pub struct FindLayerVersion {
    /// The version.
    pub version: LayerVersionReference,
    /// The account that asks.
    pub asked_by: AccountId,
}

/// GetLayerVersion and GetLayerVersionByArn, in the account that the layer belongs to.
#[derive(Debug, Clone)]
pub struct GetLayer(pub FindLayerVersion);

impl Context<'_> {
    pub(crate) fn find_layer_version(
        &self,
        name: &str,
        number: u64,
    ) -> Result<Option<StoredLayerVersion>, Stop> {
        // No layer has a longer name, nor a key.
        if name.len() > LAYER_NAME_LENGTH_MAX {
            return Ok(None);
        }
        self.read(&keys::layer_version(name, number))
    }
}

/// The pattern of the service model admits no longer name where a layer is published.
pub(crate) const LAYER_NAME_LENGTH_MAX: usize = 140;

impl StoredLayerVersion {
    pub(crate) fn summary(&self, version: &LayerVersionReference) -> LayerVersionSummary {
        LayerVersionSummary {
            layer_version_arn: version.to_string(),
            version: version.version,
            description: self.description.clone(),
            created_date: Timestamp(self.created_ms),
            compatible_runtimes: self.compatible_runtimes.clone(),
            compatible_architectures: self.compatible_architectures.clone(),
            license_info: self.license_info.clone(),
        }
    }

    fn answer(&self, version: &LayerVersionReference) -> LayerVersion {
        LayerVersion {
            layer_arn: version.layer.to_string(),
            content: LayerContent {
                digest: self.digest(),
                code_sha256: CodeSha256::from_zip_digest(self.sha256),
                code_size: self.size,
            },
            summary: self.summary(version),
        }
    }
}

pub(crate) fn own_layer(context: &Context<'_>, name: &LayerName) -> LayerReference {
    let Caller { account, region } = context.caller.clone();
    LayerReference { account, region, name: name.clone() }
}

/// Says in the feed that a version came or went.
fn event(version: &LayerVersionReference, change: ResourceChange) -> ResourceEvent {
    ResourceEvent {
        resource: ResourceKind::LayerVersion,
        change,
        arn: version.to_string(),
        old_revision: None,
        new_revision: None,
    }
}

impl<P: Send + 'static> Command for PublishLayer<P> {
    type Answer = LayerVersion;

    /// The same content again is another version, and numbers go on after all versions were deleted (recorded from AWS).
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<LayerVersion>, Stop> {
        let request = &self.request;
        let code = self.fetched.as_ref().map_err(Clone::clone)?;
        let NewCode::Zip { digest, size, unzipped_size, .. } = code else {
            return Err(ServiceError::InvalidParameterValue("A layer is a zip archive.".into()).into());
        };
        let layer = own_layer(context, &request.layer_name);
        let name = request.layer_name.as_str();
        let key = keys::layer(name);
        let head = context.read::<StoredLayerHead>(&key)?;
        let mut head = head.unwrap_or(StoredLayerHead { next_version: 1, code_bytes: 0, tags: Vec::new() });
        let version = LayerVersionReference { layer, version: head.next_version };
        let architectures = request.compatible_architectures.as_ref();
        let architectures = architectures.map(|list| list.iter().map(ToString::to_string).collect());
        let stored = StoredLayerVersion {
            created_ms: context.drawn.now_ms,
            sha256: *digest.as_bytes(),
            size: *size,
            unzipped_size: *unzipped_size,
            description: request.description.clone(),
            license_info: request.license_info.clone(),
            compatible_runtimes: request.compatible_runtimes.clone(),
            compatible_architectures: architectures,
        };
        head.next_version += 1;
        head.code_bytes += size;
        let mut changes = Changes::default();
        let version_key = keys::layer_version(name, version.version);
        // Read because it is written.
        context.view.get(&version_key)?;
        changes.use_code(code, 1);
        changes.put(version_key, &stored)?;
        changes.put(key, &head)?;
        changes.event(event(&version, ResourceChange::Created))?;
        Ok(Decision { changes, answer: stored.answer(&version) })
    }
}

impl Command for DeleteLayerVersion {
    type Answer = ();

    /// A version that does not exist is no complaint; functions keep what they use (recorded from AWS).
    #[allow(private_interfaces)]
    fn decide(&self, context: &Context<'_>) -> Result<Decision<()>, Stop> {
        let mut changes = Changes::default();
        let LayerVersionReference { layer, version: number } = &self.version;
        refuse_others(context, layer)?;
        let name = layer.name.as_str();
        let (Some(version), Some(mut head)) = (
            context.find_layer_version(name, *number)?,
            context.read::<StoredLayerHead>(&keys::layer(name))?,
        ) else {
            return Ok(Decision { changes, answer: () });
        };
        head.code_bytes = head.code_bytes.saturating_sub(version.size);
        changes.free_code_bytes(version.size);
        changes.release(version.digest());
        changes.delete(keys::layer_version(name, *number));
        if context.find_layer_policy(&self.version)?.is_some() {
            changes.delete(keys::layer_policy(name, *number));
        }
        changes.put(keys::layer(name), &head)?;
        changes.event(event(&self.version, ResourceChange::Deleted))?;
        Ok(Decision { changes, answer: () })
    }
}

/// Refuses layers of other accounts and regions where nobody else's can be meant \[chosen\].
pub(crate) fn refuse_others(context: &Context<'_>, layer: &LayerReference) -> Result<(), ServiceError> {
    if layer.is_of(context.caller) { Ok(()) } else { Err(ServiceError::ResourceNotFound) }
}

impl FindLayerVersion {
    /// Finds the version in the account that it belongs to, if whoever asks may know.
    fn find(&self, context: &Context<'_>, not_found: ServiceError) -> Result<StoredLayerVersion, Stop> {
        let LayerVersionReference { layer, version } = &self.version;
        refuse_others(context, layer)?;
        let found = context.find_layer_version(layer.name.as_str(), *version)?;
        let policy = context.find_layer_policy(&self.version)?;
        let is_shared = policy.is_some_and(|policy| policy.admits(&self.asked_by));
        if self.asked_by != layer.account && !is_shared {
            let user = format!("arn:{}:iam::{}:root", layer.region.partition(), self.asked_by);
            return Err(ServiceError::LayerAccessDenied { user, arn: self.version.to_string() }.into());
        }
        Ok(found.ok_or(not_found)?)
    }
}

impl Query for GetLayer {
    type Answer = LayerVersion;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<LayerVersion, Stop> {
        Ok(self.0.find(context, ServiceError::ResourceNotFound)?.answer(&self.0.version))
    }
}

impl Query for FindLayerVersion {
    type Answer = LayerPackage;

    #[allow(private_interfaces)]
    fn look(&self, context: &Context<'_>) -> Result<LayerPackage, Stop> {
        let not_found = ServiceError::LayerNotFound { arn: self.version.to_string() };
        let found = self.find(context, not_found)?;
        let (digest, size, unzipped_size) = (found.digest(), found.size, found.unzipped_size);
        Ok(LayerPackage { digest, size, unzipped_size, inline: None })
    }
}
