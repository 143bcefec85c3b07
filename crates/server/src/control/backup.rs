//! `POST /_funclet/backup`: a copy of the store, made by the process that has it open.

use std::path::PathBuf;

use bytes::Bytes;
use funclet::{CopyMode, CopyProgress, StoreError, UpkeepError};
use funclet_rest_json::WireError;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tracing::{info, warn};

use crate::access_log::chain;
use crate::server::Shared;

/// The longest request: a path and a switch.
const REQUEST_BYTES_MAX: usize = 64 << 10;

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Request {
    /// Where the copy goes: absolute, because the caller does not know where the server runs.
    target: PathBuf,
    /// Whether every byte is copied. Default: hard links where possible.
    #[serde(default)]
    copy: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    files: u64,
    bytes: u64,
    linked: u64,
}

/// Makes a copy and tells what is in it.
///
/// It goes on if the client does not wait for it.
pub(crate) async fn run(shared: &Shared, body: Incoming) -> Result<String, WireError> {
    let Request { target, copy } = read(shared, body).await?;
    let mode = if copy { CopyMode::Bytes } else { CopyMode::Link };
    let funclet = shared.rest.funclet().clone();
    let backup = move || {
        let copied = funclet.backup(&target, mode, &mut |_| {});
        match &copied {
            Ok(done) => {
                info!(target = %target.display(), files = done.files.0, bytes = done.bytes, "backed up")
            }
            Err(error) => warn!(target = %target.display(), error = %chain(error), "no backup was made"),
        }
        copied
    };
    match spawn_blocking(backup).await {
        Ok(Ok(CopyProgress { files: (files, _), bytes, linked })) => {
            serde_json::to_string(&Answer { files, bytes, linked }).map_err(|_| WireError::internal())
        }
        Ok(Err(error)) => Err(refusal(&error)),
        // The panic itself is in the log.
        Err(_) => Err(WireError::internal()),
    }
}

async fn read(shared: &Shared, body: Incoming) -> Result<Request, WireError> {
    let body = Limited::new(body, REQUEST_BYTES_MAX).collect();
    match timeout(shared.config.body_timeout, body).await {
        Ok(Ok(body)) => parse(&body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(invalid("its body is too long")),
        Ok(Err(_)) => Err(WireError::broken_body()),
        Err(_) => Err(WireError::request_timeout()),
    }
}

fn parse(body: &Bytes) -> Result<Request, WireError> {
    let request: Request = serde_json::from_slice(body).map_err(|error| invalid(&error.to_string()))?;
    if !request.target.is_absolute() {
        return Err(invalid("Target is not an absolute path"));
    }
    Ok(request)
}

fn invalid(reason: &str) -> WireError {
    let text = format!("The request for a backup is not valid: {reason}.");
    WireError::invalid_parameter_value(text)
}

/// Whoever may make backups is told why there is none.
fn refusal(error: &UpkeepError) -> WireError {
    use std::io::ErrorKind::{AlreadyExists, InvalidInput};
    match error {
        UpkeepError::NotOnDisk => WireError::invalid_parameter_value(
            "The server keeps its data in memory: there is nothing to back up.",
        ),
        UpkeepError::Store(StoreError::Io { source, .. })
            if matches!(source.kind(), AlreadyExists | InvalidInput) =>
        {
            WireError::invalid_parameter_value(format!("There is no room for a backup: {}.", chain(error)))
        }
        _ => WireError::service(format!("The backup failed: {}.", chain(error))),
    }
}

#[cfg(test)]
mod tests {
    use super::{Request, parse};

    #[test]
    fn requests() {
        let parse = |text: &'static str| parse(&text.into()).ok();
        assert_eq!(
            parse(r#"{"Target":"/backup","Copy":true}"#),
            Some(Request { target: "/backup".into(), copy: true })
        );
        assert_eq!(parse(r#"{"Target":"/backup"}"#), Some(Request { target: "/backup".into(), copy: false }));
        for text in ["", "{}", r#"{"Target":"backup"}"#, r#"{"Target":"/b","copy":true}"#, r#"{"Target":1}"#]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
