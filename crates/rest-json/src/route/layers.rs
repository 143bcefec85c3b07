//! Layers.

use funclet::{
    AddLayerVersionPermissionRequest, DeleteLayerVersionRequest, GetLayerVersionByArnRequest,
    GetLayerVersionPolicyRequest, GetLayerVersionRequest, ListLayerVersionsRequest, ListLayersRequest,
    PublishLayerVersionRequest, RemoveLayerVersionPermissionRequest,
};
use http::StatusCode;

use super::{Placed, RequestBody, Route, route};

const LAYERS: &str = "/2018-10-31/layers";
const LAYER_VERSIONS: &str = "/2018-10-31/layers/{LayerName}/versions";
const LAYER_VERSION: &str = "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}";
const POLICY: &str = "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy";
const REVISION: &[Placed] = &[("RevisionId", "RevisionId")];
const LIST: &[Placed] = &[
    ("CompatibleArchitecture", "CompatibleArchitecture"),
    ("CompatibleRuntime", "CompatibleRuntime"),
    ("Marker", "Marker"),
    ("MaxItems", "MaxItems"),
];

pub(super) const ROUTES: &[Route] = &[
    route::<PublishLayerVersionRequest>("POST", LAYER_VERSIONS, StatusCode::CREATED)
        .body(RequestBody::Package(&["Content", "ZipFile"])),
    route::<ListLayersRequest>("GET", LAYERS, StatusCode::OK).query(LIST),
    route::<GetLayerVersionByArnRequest>("GET", "/2018-10-31/layers?find=LayerVersion", StatusCode::OK)
        .query(&[("Arn", "Arn")]),
    route::<ListLayerVersionsRequest>("GET", LAYER_VERSIONS, StatusCode::OK).query(LIST),
    route::<GetLayerVersionRequest>("GET", LAYER_VERSION, StatusCode::OK),
    route::<AddLayerVersionPermissionRequest>("POST", POLICY, StatusCode::CREATED)
        .query(REVISION)
        .body(RequestBody::Members),
    route::<GetLayerVersionPolicyRequest>("GET", POLICY, StatusCode::OK),
    route::<RemoveLayerVersionPermissionRequest>(
        "DELETE",
        "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy/{StatementId}",
        StatusCode::NO_CONTENT,
    )
    .query(REVISION),
    route::<DeleteLayerVersionRequest>("DELETE", LAYER_VERSION, StatusCode::NO_CONTENT),
];
