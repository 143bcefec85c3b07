//! The answers of the commands.

use bytes::Bytes;
use funclet_rest_json::WireError;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use tokio::task::spawn_blocking;

/// What a command that succeeded answers.
pub(super) type Answer = Response<Bytes>;

/// Answers with JSON.
pub(super) fn json(value: &impl Serialize) -> Result<Answer, WireError> {
    let body = serde_json::to_vec(value).map_err(|_| WireError::internal())?;
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::OK;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// Answers that there is nothing to say.
pub(super) fn empty() -> Result<Answer, WireError> {
    json(&serde_json::json!({}))
}

/// Waits for what blocks. It goes on if the client does not wait for it.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, WireError> + Send + 'static,
) -> Result<T, WireError> {
    // A panic is in the log.
    spawn_blocking(work).await.unwrap_or_else(|_| Err(WireError::internal()))
}
