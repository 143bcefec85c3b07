//! PublishLayerVersion, GetLayerVersion, GetLayerVersionByArn, ListLayers, ListLayerVersions, DeleteLayerVersion, and the
//! policies of layer versions: AddLayerVersionPermission, GetLayerVersionPolicy, RemoveLayerVersionPermission.

use crate::admitted::{admitted, admitted_number, admitted_option, required};
use crate::architecture::Architecture;
use crate::caller::Caller;
use crate::check::check;
use crate::code::{CodeSource, SourceMembers};
use crate::compatible_runtime::{COMPATIBLE_RUNTIME_SHAPE, COMPATIBLE_RUNTIMES_SHAPE};
use crate::constraint::{Bounds, Shape, TextRules};
use crate::description::DESCRIPTION_SHAPE;
use crate::layer::{
    COMPATIBLE_ARCHITECTURE_SHAPE, COMPATIBLE_ARCHITECTURES_SHAPE, LAYER_NAME_SHAPE, LayerName,
    LayerReference, LayerVersionContentInput, LayerVersionReference, MAX_LAYER_ITEMS_SHAPE,
};
use crate::layers::{LAYER_VERSION_ARN_SHAPE, LayerVersionArn};
use crate::pattern::Pattern;
use crate::policy::{
    Condition, ORGANIZATION_ID_SHAPE, Principal, STATEMENT_ID_SHAPE, Statement, StatementId,
};
use crate::rejection::Rejection;
use crate::s3::S3ObjectStorageMode;
use crate::structure::structure;

static LICENSE_INFO: Pattern = Pattern::regex(".*");
static ACTION: Pattern = Pattern::regex("lambda:GetLayerVersion");
static PRINCIPAL: Pattern = Pattern::regex(r"\d{12}|\*|arn:(aws[a-zA-Z-]*):iam::\d{12}:root");

/// `VersionNumber`, which the model does not bound; what is below 1 is refused outside of the table.
const VERSION_NUMBER_SHAPE: Shape = Shape::Integer(Bounds::NONE);

structure! {
    /// A PublishLayerVersion request as it was received.
    ///
    /// `P` is the type of a package, which is only present or absent here. Runtimes stand before architectures, as in the
    /// complaints (recorded from AWS).
    pub struct PublishLayerVersionRequest<P> {
        /// The name of the layer, or its ARN.
        required layer_name: String = "LayerName", LAYER_NAME_SHAPE;
        /// A description, at most 256 characters.
        optional description: String = "Description", DESCRIPTION_SHAPE;
        /// Where the archive comes from.
        required content: LayerVersionContentInput<P> = "Content",
            Shape::Structure(LayerVersionContentInput::<P>::MEMBERS);
        /// At most 15 runtimes.
        optional compatible_runtimes: Vec<String> = "CompatibleRuntimes", COMPATIBLE_RUNTIMES_SHAPE;
        /// At most 2 instruction sets.
        optional compatible_architectures: Vec<String> = "CompatibleArchitectures", COMPATIBLE_ARCHITECTURES_SHAPE;
        /// The licence: an identifier, a URL or the text, at most 512 characters in one line.
        optional license_info: String = "LicenseInfo",
            Shape::String(TextRules::ANY.length(0, 512).pattern(&LICENSE_INFO));
    }
}

/// A valid PublishLayerVersion request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishLayerVersion<P> {
    /// The name of the layer, which is the caller's.
    pub layer_name: LayerName,
    /// The description; empty if not given (recorded from AWS).
    pub description: String,
    /// Where the archive comes from; never an image.
    pub source: CodeSource<P>,
    /// Whether the object in S3 is copied or referred to.
    pub s3_object_storage_mode: Option<S3ObjectStorageMode>,
    /// The runtimes as sent; the service keeps an empty list apart from none (recorded from AWS).
    pub compatible_runtimes: Option<Vec<String>>,
    /// The instruction sets as sent; the service keeps an empty list apart from none.
    pub compatible_architectures: Option<Vec<Architecture>>,
    /// The licence.
    pub license_info: Option<String>,
}

impl<P> PublishLayerVersionRequest<P> {
    /// Makes the request valid.
    ///
    /// ```
    /// use funclet_validation::{Caller, LayerVersionContentInput, PublishLayerVersionRequest};
    ///
    /// let caller = Caller { account: "111122223333".parse()?, region: "us-east-1".parse()? };
    /// let request = PublishLayerVersionRequest {
    ///     layer_name: Some("tools".into()),
    ///     content: Some(LayerVersionContentInput { zip_file: Some(b"PK".to_vec()), ..Default::default() }),
    ///     compatible_runtimes: Some(vec![]),
    ///     ..Default::default()
    /// };
    /// let layer = request.validate(&caller).unwrap();
    /// assert_eq!((layer.layer_name.as_str(), layer.description.as_str()), ("tools", ""));
    /// assert_eq!((layer.compatible_runtimes, layer.compatible_architectures), (Some(vec![]), None));
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    ///
    /// # Errors
    /// [`Rejection::Validation`], then [`Rejection::OtherRegion`] and [`Rejection::OtherAccount`] for the ARN of a layer that
    /// is not the caller's, then those of [`SourceMembers::single`] \[all chosen\].
    pub fn validate(self, caller: &Caller) -> Result<PublishLayerVersion<P>, Rejection> {
        check(&self)?;
        let layer = LayerReference::resolve(caller, &required(self.layer_name));
        if layer.region != caller.region {
            return Err(Rejection::OtherRegion { requested: layer.region, here: caller.region.clone() });
        }
        if layer.account != caller.account {
            return Err(Rejection::OtherAccount);
        }
        let content = required(self.content);
        let source = SourceMembers::from_admitted(
            content.zip_file,
            [content.s3_bucket, content.s3_key, content.s3_object_version, None],
        );
        let architectures = self.compatible_architectures;
        Ok(PublishLayerVersion {
            layer_name: layer.name,
            description: self.description.unwrap_or_default(),
            source: source.single()?,
            s3_object_storage_mode: admitted_option(content.s3_object_storage_mode),
            compatible_runtimes: self.compatible_runtimes,
            compatible_architectures: architectures
                .map(|list| list.iter().map(|one| admitted(one)).collect()),
            license_info: self.license_info,
        })
    }
}

structure! {
    /// A GetLayerVersion request as it was received.
    pub struct GetLayerVersionRequest {
        /// The name of the layer, or its ARN.
        required layer_name: String = "LayerName", LAYER_NAME_SHAPE;
        /// The number of the version.
        required version_number: i64 = "VersionNumber", VERSION_NUMBER_SHAPE;
    }
}

/// A valid GetLayerVersion request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetLayerVersion {
    /// The version.
    pub version: LayerVersionReference,
}

impl GetLayerVersionRequest {
    /// Makes the request valid.
    ///
    /// ```
    /// use funclet_validation::{Caller, GetLayerVersionRequest};
    ///
    /// let caller = Caller { account: "111122223333".parse()?, region: "us-east-1".parse()? };
    /// let request = |version| GetLayerVersionRequest {
    ///     layer_name: Some("tools".into()),
    ///     version_number: Some(version),
    /// };
    /// assert_eq!(request(1).validate(&caller).unwrap().version.version, 1);
    /// let rejection = request(0).validate(&caller).unwrap_err();
    /// assert_eq!(rejection.to_string(), "Layer Version Cannot be less than 1");
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    ///
    /// # Errors
    /// [`Rejection::Validation`], then [`Rejection::InvalidParameterValue`] for a number below 1 (recorded from AWS).
    pub fn validate(self, caller: &Caller) -> Result<GetLayerVersion, Rejection> {
        check(&self)?;
        let (name, version) = (required(self.layer_name), required(self.version_number));
        Ok(GetLayerVersion { version: LayerVersionReference::resolve(caller, &name, version)? })
    }
}

structure! {
    /// A GetLayerVersionByArn request as it was received.
    pub struct GetLayerVersionByArnRequest {
        /// The ARN of the version.
        required arn: String = "Arn", LAYER_VERSION_ARN_SHAPE;
    }
}

/// A valid GetLayerVersionByArn request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetLayerVersionByArn {
    /// The ARN of the version; [`LayerVersionReference::of_arn`] takes it apart.
    pub arn: LayerVersionArn,
}

impl GetLayerVersionByArnRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], also for the ARN of a layer without a version (recorded from AWS).
    pub fn validate(self, _caller: &Caller) -> Result<GetLayerVersionByArn, Rejection> {
        check(&self)?;
        Ok(GetLayerVersionByArn { arn: admitted(&required(self.arn)) })
    }
}

structure! {
    /// A ListLayers request as it was received.
    pub struct ListLayersRequest {
        /// The instruction set that is asked for.
        optional compatible_architecture: String = "CompatibleArchitecture", COMPATIBLE_ARCHITECTURE_SHAPE;
        /// The runtime that is asked for.
        optional compatible_runtime: String = "CompatibleRuntime", COMPATIBLE_RUNTIME_SHAPE;
        /// Where to go on, from an earlier answer.
        optional marker: String = "Marker", Shape::STRING;
        /// How many entries to return, 1 to 50.
        optional max_items: i64 = "MaxItems", MAX_LAYER_ITEMS_SHAPE;
    }
}

/// A valid ListLayers request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListLayers {
    /// The instruction set that is asked for; any if not given.
    pub compatible_architecture: Option<Architecture>,
    /// The runtime that is asked for; any if not given.
    pub compatible_runtime: Option<String>,
    /// Where to go on, from an earlier answer.
    pub marker: Option<String>,
    /// How many entries are asked for, 1 to 50.
    pub max_items: Option<u32>,
}

impl ListLayersRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`].
    pub fn validate(self, _caller: &Caller) -> Result<ListLayers, Rejection> {
        check(&self)?;
        Ok(ListLayers {
            compatible_architecture: admitted_option(self.compatible_architecture),
            compatible_runtime: self.compatible_runtime,
            marker: self.marker,
            max_items: self.max_items.map(admitted_number),
        })
    }
}

structure! {
    /// A ListLayerVersions request as it was received.
    pub struct ListLayerVersionsRequest {
        /// The instruction set that is asked for.
        optional compatible_architecture: String = "CompatibleArchitecture", COMPATIBLE_ARCHITECTURE_SHAPE;
        /// The runtime that is asked for.
        optional compatible_runtime: String = "CompatibleRuntime", COMPATIBLE_RUNTIME_SHAPE;
        /// The name of the layer, or its ARN.
        required layer_name: String = "LayerName", LAYER_NAME_SHAPE;
        /// Where to go on, from an earlier answer.
        optional marker: String = "Marker", Shape::STRING;
        /// How many entries to return, 1 to 50.
        optional max_items: i64 = "MaxItems", MAX_LAYER_ITEMS_SHAPE;
    }
}

/// A valid ListLayerVersions request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListLayerVersions {
    /// The layer, which need not exist (recorded from AWS).
    pub layer: LayerReference,
    /// The instruction set that is asked for; any if not given.
    pub compatible_architecture: Option<Architecture>,
    /// The runtime that is asked for; any if not given.
    pub compatible_runtime: Option<String>,
    /// Where to go on, from an earlier answer.
    pub marker: Option<String>,
    /// How many entries are asked for, 1 to 50.
    pub max_items: Option<u32>,
}

impl ListLayerVersionsRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`].
    pub fn validate(self, caller: &Caller) -> Result<ListLayerVersions, Rejection> {
        check(&self)?;
        Ok(ListLayerVersions {
            layer: LayerReference::resolve(caller, &required(self.layer_name)),
            compatible_architecture: admitted_option(self.compatible_architecture),
            compatible_runtime: self.compatible_runtime,
            marker: self.marker,
            max_items: self.max_items.map(admitted_number),
        })
    }
}

structure! {
    /// A DeleteLayerVersion request as it was received.
    pub struct DeleteLayerVersionRequest {
        /// The name of the layer, or its ARN.
        required layer_name: String = "LayerName", LAYER_NAME_SHAPE;
        /// The number of the version.
        required version_number: i64 = "VersionNumber", VERSION_NUMBER_SHAPE;
    }
}

/// A valid DeleteLayerVersion request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteLayerVersion {
    /// The version, which need not exist (recorded from AWS).
    pub version: LayerVersionReference,
}

impl DeleteLayerVersionRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then [`Rejection::InvalidParameterValue`] for a number below 1 (recorded from AWS).
    pub fn validate(self, caller: &Caller) -> Result<DeleteLayerVersion, Rejection> {
        check(&self)?;
        let (name, version) = (required(self.layer_name), required(self.version_number));
        Ok(DeleteLayerVersion { version: LayerVersionReference::resolve(caller, &name, version)? })
    }
}

structure! {
    /// An AddLayerVersionPermission request as it was received.
    pub struct AddLayerVersionPermissionRequest {
        /// The name of the layer, or its ARN.
        required layer_name: String = "LayerName", LAYER_NAME_SHAPE;
        /// The number of the version.
        required version_number: i64 = "VersionNumber", VERSION_NUMBER_SHAPE;
        /// The id of the new statement.
        required statement_id: String = "StatementId", STATEMENT_ID_SHAPE;
        /// What is allowed: `lambda:GetLayerVersion` and nothing else.
        required action: String = "Action", Shape::String(TextRules::ANY.length(0, 22).pattern(&ACTION));
        /// Who is allowed it: an account id, the ARN of an account, or `*`.
        required principal: String = "Principal", Shape::String(TextRules::ANY.length(0, 10_000).pattern(&PRINCIPAL));
        /// The organization whose accounts are allowed it.
        optional organization_id: String = "OrganizationId", ORGANIZATION_ID_SHAPE;
        /// The revision that the policy must have.
        optional revision_id: String = "RevisionId", Shape::STRING;
    }
}

/// A valid AddLayerVersionPermission request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddLayerVersionPermission {
    /// The version.
    pub version: LayerVersionReference,
    /// The new statement.
    pub statement: Statement,
    /// The revision that the policy must have, as free text.
    pub revision_id: Option<String>,
}

impl AddLayerVersionPermissionRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then [`Rejection::InvalidParameterValue`] for a number below 1 \[chosen\].
    pub fn validate(self, caller: &Caller) -> Result<AddLayerVersionPermission, Rejection> {
        check(&self)?;
        let (name, version) = (required(self.layer_name), required(self.version_number));
        let version = LayerVersionReference::resolve(caller, &name, version)?;
        let principal = Principal::resolve(caller, &required(self.principal))?;
        let organization = admitted_option(self.organization_id).map(Condition::PrincipalOrgId);
        let statement = Statement {
            sid: admitted(&required(self.statement_id)),
            principal,
            action: required(self.action),
            conditions: organization.into_iter().collect(),
        };
        Ok(AddLayerVersionPermission { version, statement, revision_id: self.revision_id })
    }
}

structure! {
    /// A GetLayerVersionPolicy request as it was received.
    pub struct GetLayerVersionPolicyRequest {
        /// The name of the layer, or its ARN.
        required layer_name: String = "LayerName", LAYER_NAME_SHAPE;
        /// The number of the version.
        required version_number: i64 = "VersionNumber", VERSION_NUMBER_SHAPE;
    }
}

/// A valid GetLayerVersionPolicy request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetLayerVersionPolicy {
    /// The version.
    pub version: LayerVersionReference,
}

impl GetLayerVersionPolicyRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then [`Rejection::InvalidParameterValue`] for a number below 1 \[chosen\].
    pub fn validate(self, caller: &Caller) -> Result<GetLayerVersionPolicy, Rejection> {
        check(&self)?;
        let (name, version) = (required(self.layer_name), required(self.version_number));
        Ok(GetLayerVersionPolicy { version: LayerVersionReference::resolve(caller, &name, version)? })
    }
}

structure! {
    /// A RemoveLayerVersionPermission request as it was received.
    pub struct RemoveLayerVersionPermissionRequest {
        /// The name of the layer, or its ARN.
        required layer_name: String = "LayerName", LAYER_NAME_SHAPE;
        /// The number of the version.
        required version_number: i64 = "VersionNumber", VERSION_NUMBER_SHAPE;
        /// The id of the statement to remove.
        required statement_id: String = "StatementId", STATEMENT_ID_SHAPE;
        /// The revision that the policy must have.
        optional revision_id: String = "RevisionId", Shape::STRING;
    }
}

/// A valid RemoveLayerVersionPermission request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoveLayerVersionPermission {
    /// The version.
    pub version: LayerVersionReference,
    /// The id of the statement to remove.
    pub statement_id: StatementId,
    /// The revision that the policy must have, as free text.
    pub revision_id: Option<String>,
}

impl RemoveLayerVersionPermissionRequest {
    /// Makes the request valid.
    ///
    /// # Errors
    /// [`Rejection::Validation`], then [`Rejection::InvalidParameterValue`] for a number below 1 \[chosen\].
    pub fn validate(self, caller: &Caller) -> Result<RemoveLayerVersionPermission, Rejection> {
        check(&self)?;
        let (name, version) = (required(self.layer_name), required(self.version_number));
        let version = LayerVersionReference::resolve(caller, &name, version)?;
        let statement_id = admitted(&required(self.statement_id));
        Ok(RemoveLayerVersionPermission { version, statement_id, revision_id: self.revision_id })
    }
}
