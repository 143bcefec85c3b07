//! Layers.

use funclet::{
    DeleteLayerVersionRequest, GetLayerVersionByArnRequest, GetLayerVersionRequest, ListLayerVersionsRequest,
    ListLayersRequest, PublishLayerVersionRequest,
};
use http::StatusCode;

use super::{Placed, RequestBody, Route, route};

const LAYERS: &str = "/2018-10-31/layers";
const LAYER_VERSIONS: &str = "/2018-10-31/layers/{LayerName}/versions";
const LAYER_VERSION: &str = "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}";
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
    route::<DeleteLayerVersionRequest>("DELETE", LAYER_VERSION, StatusCode::NO_CONTENT),
];
