//! The requests of the commands: JSON in the style of the service, small, and without a member that nobody knows.

use std::fmt::Display;
use std::str::FromStr;

use bytes::Bytes;
use funclet_rest_json::WireError;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use serde::de::{Deserialize as _, DeserializeOwned, Deserializer, Error as _};
use tokio::time::timeout;

use crate::server::Shared;

/// The longest request.
const REQUEST_BYTES_MAX: usize = 64 << 10;

/// What a command is asked to do.
pub(super) trait Request: DeserializeOwned {
    /// What the request is for, as it stands in complaints: `a backup`.
    const FOR: &'static str;

    /// Says what is wrong with a request that has the right form.
    fn check(&self) -> Result<(), &'static str> {
        Ok(())
    }
}

/// Reads the body of a request.
pub(super) async fn read<R: Request>(shared: &Shared, body: Incoming) -> Result<R, WireError> {
    let body = Limited::new(body, REQUEST_BYTES_MAX).collect();
    match timeout(shared.config.body_timeout, body).await {
        Ok(Ok(body)) => parse(&body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(invalid::<R>("its body is too long")),
        Ok(Err(_)) => Err(WireError::broken_body()),
        Err(_) => Err(WireError::request_timeout()),
    }
}

pub(super) fn parse<R: Request>(body: &Bytes) -> Result<R, WireError> {
    let request: R = serde_json::from_slice(body).map_err(|error| invalid::<R>(&error.to_string()))?;
    request.check().map_err(invalid::<R>)?;
    Ok(request)
}

fn invalid<R: Request>(reason: &str) -> WireError {
    WireError::invalid_parameter_value(format!("The request for {} is not valid: {reason}.", R::FOR))
}

/// Reads what has a form of its own as a text.
pub(super) fn parsed<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

/// Like [`parsed`], where null stands for nothing.
pub(super) fn parsed_option<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
}
