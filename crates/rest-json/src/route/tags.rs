//! Tags.

use funclet::{ListTagsRequest, TagResourceRequest, UntagResourceRequest};
use http::StatusCode;

use super::{RequestBody, Route, route};

pub(super) const ROUTES: &[Route] = &[
    route::<ListTagsRequest>("GET", "/2017-03-31/tags/{Resource}", StatusCode::OK),
    route::<TagResourceRequest>("POST", "/2017-03-31/tags/{Resource}", StatusCode::NO_CONTENT)
        .body(RequestBody::Members),
    route::<UntagResourceRequest>("DELETE", "/2017-03-31/tags/{Resource}", StatusCode::NO_CONTENT)
        .query(&[("TagKeys", "tagKeys")]),
];
