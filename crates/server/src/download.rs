//! What does not go to a client at once: packages, and answers that come piece by piece.

use std::io::{self, Read as _};

use bytes::Bytes;
use funclet::PackageReader;
use funclet_rest_json::{Body, Pieces};
use http::Response;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use crate::body::ResponseBody;

/// The length of the pieces that a package is read in, in bytes.
const PIECE_BYTES: usize = 64 << 10;

/// How many pieces may wait for the client.
const PIECES_WAITING_MAX: usize = 4;

/// Makes the body of a response one that hyper can send. A package is read by a blocking thread as the client takes it,
/// and such a thread waits for what comes piece by piece.
pub(crate) fn streamed(response: Response<Body>) -> Response<ResponseBody> {
    response.map(|body| match body {
        Body::Bytes(bytes) => ResponseBody::full(bytes),
        Body::Package(reader) => {
            let left = reader.len();
            let (send, pieces) = mpsc::channel(PIECES_WAITING_MAX);
            spawn_blocking(move || read(reader, &send));
            ResponseBody::Arriving { pieces, left: Some(left) }
        }
        Body::Arriving(arriving) => {
            let (send, pieces) = mpsc::channel(PIECES_WAITING_MAX);
            spawn_blocking(move || pass_on(arriving, &send));
            ResponseBody::Arriving { pieces, left: None }
        }
    })
}

fn pass_on(arriving: Pieces, send: &mpsc::Sender<io::Result<Bytes>>) {
    for piece in arriving {
        if let Err(error) = &piece {
            tracing::error!(%error, "an answer broke off");
        }
        // The client may be gone.
        if send.blocking_send(piece).is_err() {
            return;
        }
    }
}

fn read(mut reader: PackageReader, send: &mpsc::Sender<io::Result<Bytes>>) {
    loop {
        let mut piece = Vec::with_capacity(PIECE_BYTES);
        let piece = match reader.by_ref().take(PIECE_BYTES as u64).read_to_end(&mut piece) {
            Ok(0) => return,
            Ok(_) => Ok(Bytes::from(piece)),
            Err(error) => {
                tracing::error!(%error, "a package cannot be read");
                Err(error)
            }
        };
        let ends = piece.is_err();
        // The client may be gone.
        if send.blocking_send(piece).is_err() || ends {
            return;
        }
    }
}
