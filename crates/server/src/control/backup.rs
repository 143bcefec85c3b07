//! `POST /_funclet/backup`: a copy of the store, made by the process that has it open.

use std::path::PathBuf;

use funclet::{CopyMode, CopyProgress, StoreError, UpkeepError};
use funclet_rest_json::WireError;
use hyper::body::Incoming;
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use crate::access_log::chain;
use crate::control::answer::{self, Answer};
use crate::control::request::{self, Request};
use crate::server::Shared;

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Backup {
    /// Where the copy goes: absolute, because the caller does not know where the server runs.
    target: PathBuf,
    /// Whether every byte is copied. Default: hard links where possible.
    #[serde(default)]
    copy: bool,
}

impl Request for Backup {
    const FOR: &'static str = "a backup";

    fn check(&self) -> Result<(), &'static str> {
        if self.target.is_absolute() { Ok(()) } else { Err("Target is not an absolute path") }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Copied {
    files: u64,
    bytes: u64,
    linked: u64,
}

/// Makes a copy and tells what is in it.
///
/// It goes on if the client does not wait for it.
pub(super) async fn run(shared: &Shared, body: Incoming) -> Result<Answer, WireError> {
    let Backup { target, copy } = request::read(shared, body).await?;
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
        copied.map_err(|error| refusal(&error))
    };
    let CopyProgress { files: (files, _), bytes, linked } = answer::blocking(backup).await?;
    answer::json(&Copied { files, bytes, linked })
}

/// Whoever may make backups is told why there is none.
fn refusal(error: &UpkeepError) -> WireError {
    use std::io::ErrorKind::{AlreadyExists, InvalidInput, NotADirectory};
    match error {
        UpkeepError::NotOnDisk => WireError::invalid_parameter_value(
            "The server keeps its data in memory: there is nothing to back up.",
        ),
        UpkeepError::Store(StoreError::Io { source, .. })
            if matches!(source.kind(), AlreadyExists | InvalidInput | NotADirectory) =>
        {
            WireError::invalid_parameter_value(format!("The backup cannot go there: {}.", chain(error)))
        }
        _ => WireError::service(format!("The backup failed: {}.", chain(error))),
    }
}

#[cfg(test)]
mod tests {
    use super::Backup;
    use crate::control::request;

    #[test]
    fn requests() {
        let parse = |text: &'static str| request::parse::<Backup>(&text.into()).ok();
        assert_eq!(
            parse(r#"{"Target":"/backup","Copy":true}"#),
            Some(Backup { target: "/backup".into(), copy: true })
        );
        assert_eq!(parse(r#"{"Target":"/backup"}"#), Some(Backup { target: "/backup".into(), copy: false }));
        for text in ["", "{}", r#"{"Target":"backup"}"#, r#"{"Target":"/b","copy":true}"#, r#"{"Target":1}"#]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
