//! Event source mappings.

use funclet::{
    CreateEventSourceMappingRequest, DeleteEventSourceMappingRequest, GetEventSourceMappingRequest,
    ListEventSourceMappingsRequest, UpdateEventSourceMappingRequest,
};
use http::StatusCode;

use super::{Placed, RequestBody, Route, route};

const MAPPINGS: &str = "/2015-03-31/event-source-mappings";
const MAPPING: &str = "/2015-03-31/event-source-mappings/{UUID}";
const LIST: &[Placed] = &[
    ("EventSourceArn", "EventSourceArn"),
    ("FunctionName", "FunctionName"),
    ("Marker", "Marker"),
    ("MaxItems", "MaxItems"),
];

pub(super) const ROUTES: &[Route] = &[
    route::<CreateEventSourceMappingRequest>("POST", MAPPINGS, StatusCode::ACCEPTED)
        .body(RequestBody::Members),
    route::<ListEventSourceMappingsRequest>("GET", MAPPINGS, StatusCode::OK).query(LIST),
    route::<GetEventSourceMappingRequest>("GET", MAPPING, StatusCode::OK),
    route::<UpdateEventSourceMappingRequest>("PUT", MAPPING, StatusCode::ACCEPTED).body(RequestBody::Members),
    route::<DeleteEventSourceMappingRequest>("DELETE", MAPPING, StatusCode::ACCEPTED),
];
