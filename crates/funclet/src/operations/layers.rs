//! Layers.

use funclet_function_store::{
    AddedLayerPermission, FindLayerVersion, GetLayer, LayerPage, LayerVersion, LayerVersionPage,
    PublishLayer, ResourcePolicy, ServiceError,
};
use funclet_validation::{
    AddLayerVersionPermission, AddLayerVersionPermissionRequest, Caller, DeleteLayerVersion,
    DeleteLayerVersionRequest, GetLayerVersionByArnRequest, GetLayerVersionPolicy,
    GetLayerVersionPolicyRequest, GetLayerVersionRequest, LayerVersionReference, ListLayerVersions,
    ListLayerVersionsRequest, ListLayers, ListLayersRequest, RemoveLayerVersionPermission,
    RemoveLayerVersionPermissionRequest,
};

use super::functions::is_large;
use super::sealed::Carry;
use crate::engine::Engine;
use crate::error::Error;
use crate::fetch::FetchedCode;
use crate::inspection::{Inspection, usage};
use crate::lambda::Lambda;
use crate::package::Package;
use crate::work::{Change, Look};

/// PublishLayerVersion as it was received.
pub type PublishLayerVersionRequest = funclet_validation::PublishLayerVersionRequest<Package>;

operations! {
    /// Publishes a new version of a layer, which need not exist before.
    ///
    /// # Errors
    /// [`Error`].
    PublishLayerVersionRequest, "PublishLayerVersion", publish_layer_version -> LayerVersion;

    /// Returns a version of a layer, and where its archive is.
    ///
    /// # Errors
    /// [`Error`].
    GetLayerVersionRequest, "GetLayerVersion", get_layer_version -> LayerVersion;

    /// Returns a version of a layer by its ARN.
    ///
    /// # Errors
    /// [`Error`].
    GetLayerVersionByArnRequest, "GetLayerVersionByArn", get_layer_version_by_arn -> LayerVersion;

    /// Deletes a version of a layer. Functions keep what they use.
    ///
    /// # Errors
    /// [`Error`].
    DeleteLayerVersionRequest, "DeleteLayerVersion", delete_layer_version, Change<DeleteLayerVersion> -> ();

    /// Allows another account, or everybody, to read and use a version of a layer.
    ///
    /// # Errors
    /// [`Error`]; of all callers with one RevisionId one wins.
    AddLayerVersionPermissionRequest, "AddLayerVersionPermission", add_layer_version_permission,
        Change<AddLayerVersionPermission> -> AddedLayerPermission;

    /// Returns the policy of a version of a layer.
    ///
    /// # Errors
    /// [`Error`].
    GetLayerVersionPolicyRequest, "GetLayerVersionPolicy", get_layer_version_policy,
        Look<GetLayerVersionPolicy> -> ResourcePolicy;

    /// Removes a statement from the policy of a version of a layer.
    ///
    /// # Errors
    /// [`Error`]; of all callers with one RevisionId one wins.
    RemoveLayerVersionPermissionRequest, "RemoveLayerVersionPermission", remove_layer_version_permission,
        Change<RemoveLayerVersionPermission> -> ();

    /// Lists layers, each with its newest version that the filters admit, a page at a time.
    ///
    /// # Errors
    /// [`Error`].
    ListLayersRequest, "ListLayers", list_layers, Look<ListLayers> -> LayerPage;

    /// Lists the versions of a layer, the newest first, a page at a time.
    ///
    /// # Errors
    /// [`Error`].
    ListLayerVersionsRequest, "ListLayerVersions", list_layer_versions, Look<ListLayerVersions> -> LayerVersionPage;
}

impl Carry for PublishLayerVersionRequest {
    type Answer = LayerVersion;
    type Work = Change<PublishLayer<Package>>;

    const BRINGS_CODE: bool = true;

    fn waits(&self) -> bool {
        self.content.as_ref().is_some_and(|content| {
            content.s3_bucket.is_some() || content.zip_file.as_ref().is_some_and(is_large)
        })
    }

    #[allow(private_interfaces)]
    fn prepare(self, engine: &Engine, caller: &Caller, inspection: Inspection) -> Result<Self::Work, Error> {
        let request = self.validate(caller)?;
        let fetcher = engine.fetcher(caller, inspection, usage(None, true));
        let FetchedCode { code, stays } = fetcher.fetch(request.source.clone(), true)?;
        Ok(Change { command: PublishLayer { request, fetched: code }, stays })
    }
}

/// Looks where the layer lies: in another account of the region, perhaps.
fn look(version: LayerVersionReference, caller: &Caller) -> Result<Look<GetLayer>, Error> {
    let owner = Caller { account: version.layer.account.clone(), region: version.layer.region.clone() };
    if owner.region != caller.region {
        return Err(ServiceError::ResourceNotFound.into());
    }
    let query = GetLayer(FindLayerVersion { version, asked_by: caller.account.clone() });
    Ok(Look { query, elsewhere: Some(owner) })
}

impl Carry for GetLayerVersionRequest {
    type Answer = LayerVersion;
    type Work = Look<GetLayer>;

    #[allow(private_interfaces)]
    fn prepare(self, _: &Engine, caller: &Caller, _: Inspection) -> Result<Self::Work, Error> {
        look(self.validate(caller)?.version, caller)
    }
}

impl Carry for GetLayerVersionByArnRequest {
    type Answer = LayerVersion;
    type Work = Look<GetLayer>;

    #[allow(private_interfaces)]
    fn prepare(self, _: &Engine, caller: &Caller, _: Inspection) -> Result<Self::Work, Error> {
        let version = LayerVersionReference::of_arn(&self.validate(caller)?.arn);
        look(version.ok_or(ServiceError::ResourceNotFound)?, caller)
    }
}
