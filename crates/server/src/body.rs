//! Bodies of responses.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;

/// The body of a response: at hand, or arriving from a thread that reads it.
#[derive(Debug)]
pub(crate) enum ResponseBody {
    Full(Bytes),
    Arriving {
        pieces: mpsc::Receiver<io::Result<Bytes>>,
        /// How many bytes are missing, if somebody knows.
        left: Option<u64>,
    },
}

impl ResponseBody {
    pub(crate) fn full(bytes: Bytes) -> Self {
        Self::Full(bytes)
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.get_mut() {
            Self::Full(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Full(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Arriving { pieces, left } => pieces.poll_recv(context).map(|piece| match piece {
                Some(Ok(bytes)) => {
                    *left = left.map(|left| left.saturating_sub(bytes.len() as u64));
                    Some(Ok(Frame::data(bytes)))
                }
                Some(Err(error)) => Some(Err(error)),
                // An end before all bytes came is a failure: the client must not take what it has for the whole.
                None if left.is_some_and(|left| left > 0) => Some(Err(io::ErrorKind::UnexpectedEof.into())),
                None => None,
            }),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Full(bytes) => bytes.is_empty(),
            Self::Arriving { left, .. } => *left == Some(0),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Arriving { left, .. } => left.map_or_else(SizeHint::default, SizeHint::with_exact),
        }
    }
}
