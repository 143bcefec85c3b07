//! Answers that come piece by piece.

use std::fmt;
use std::sync::mpsc::{self, Receiver, Sender};

use bytes::Bytes;

use crate::error::Error;
use crate::invoker::InvokerError;

/// The most bytes of a streamed answer: 200 MiB, the service's quota
/// (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html>).
const RESPONSE_BYTES_MAX: u64 = 200 << 20;

/// What an answer in pieces consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamEvent {
    /// The next piece of the payload.
    Piece(Bytes),
    /// The end.
    Complete(StreamEnd),
}

/// How an answer in pieces ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StreamEnd {
    /// Why it ends early.
    pub error: Option<StreamError>,
    /// The log of the invocation, or its end: the caller sees the last 4 KiB, if it asks for them.
    pub log: Bytes,
}

/// Why an answer in pieces ends early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamError {
    /// For example `Runtime.UserCodeError`.
    pub code: String,
    /// More about it.
    pub details: String,
}

/// Nobody takes more of the answer: the client is gone, or the answer is too large. The invocation may as well end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nobody takes more of the answer")]
pub struct StreamClosed;

/// The pieces of an answer, as they come. An end without [`StreamEvent::Complete`] says that the invoker panicked.
pub struct ResponseStream(Receiver<StreamEvent>);

impl Iterator for ResponseStream {
    type Item = StreamEvent;

    /// Waits for the next piece.
    fn next(&mut self) -> Option<StreamEvent> {
        self.0.recv().ok()
    }
}

impl fmt::Debug for ResponseStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseStream")
    }
}

type Begin = Box<dyn FnOnce(Result<ResponseStream, Error>) + Send>;

/// Takes the pieces of an answer. The first one begins the answer to the client; before it an invocation can still be
/// refused.
///
/// Pieces that the client has not taken yet wait in memory, at most 200 MiB of an answer.
pub struct ResponseSink {
    /// Not there once the answer has begun.
    waiting: Option<(Begin, Receiver<StreamEvent>)>,
    events: Sender<StreamEvent>,
    bytes: u64,
    bytes_max: u64,
}

impl ResponseSink {
    pub(crate) fn new(begin: Begin) -> Self {
        Self::with_bytes_max(begin, RESPONSE_BYTES_MAX)
    }

    fn with_bytes_max(begin: Begin, bytes_max: u64) -> Self {
        let (events, receiver) = mpsc::channel();
        Self { waiting: Some((begin, receiver)), events, bytes: 0, bytes_max }
    }

    /// Hands out the next piece.
    ///
    /// # Errors
    /// [`StreamClosed`] if it is not taken, and so none that follow.
    pub fn push(&mut self, piece: Bytes) -> Result<(), StreamClosed> {
        self.begin();
        self.bytes = self.bytes.saturating_add(piece.len() as u64);
        if self.bytes > self.bytes_max {
            return Err(StreamClosed);
        }
        self.events.send(StreamEvent::Piece(piece)).map_err(|_| StreamClosed)
    }

    fn begin(&mut self) {
        if let Some((begin, events)) = self.waiting.take() {
            begin(Ok(ResponseStream(events)));
        }
    }

    /// Ends the answer, or refuses it if it has not begun. What clients are told of the end of one that has is chosen.
    pub(crate) fn finish(mut self, outcome: Result<StreamEnd, InvokerError>) {
        let end = match (outcome, self.waiting.take()) {
            (Err(error), Some((begin, _))) => return begin(Err(error.into())),
            (outcome, waiting) => {
                self.waiting = waiting;
                outcome
            }
        };
        self.begin();
        let end = match end {
            _ if self.bytes > self.bytes_max => {
                StreamEnd { error: Some(self.too_large()), log: Bytes::new() }
            }
            Ok(end) => end,
            Err(_) => StreamEnd { error: Some(failed()), log: Bytes::new() },
        };
        // The client may be gone.
        let _ = self.events.send(StreamEvent::Complete(end));
    }

    fn too_large(&self) -> StreamError {
        let details = format!(
            "Response payload size exceeded maximum allowed payload size ({} bytes).",
            self.bytes_max
        );
        StreamError { code: "Function.ResponseSizeTooLarge".into(), details }
    }
}

fn failed() -> StreamError {
    StreamError { code: "ServiceException".into(), details: "The invocation failed.".into() }
}

impl fmt::Debug for ResponseSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseSink").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sink(bytes_max: u64) -> (ResponseSink, Receiver<Result<ResponseStream, Error>>) {
        let (tell, told) = mpsc::channel();
        (ResponseSink::with_bytes_max(Box::new(move |begun| tell.send(begun).unwrap()), bytes_max), told)
    }

    fn piece(text: &'static str) -> StreamEvent {
        StreamEvent::Piece(Bytes::from(text))
    }

    #[test]
    fn the_first_piece_begins_the_answer() {
        let (mut sink, told) = sink(10);
        assert!(told.try_recv().is_err());
        sink.push("ab".into()).unwrap();
        let mut stream = told.recv().unwrap().unwrap();
        assert_eq!(stream.next(), Some(piece("ab")));
        sink.push("c".into()).unwrap();
        sink.finish(Ok(StreamEnd::default()));
        let end = StreamEvent::Complete(StreamEnd::default());
        assert_eq!(stream.collect::<Vec<_>>(), [piece("c"), end]);
    }

    #[test]
    fn an_answer_may_have_no_pieces() {
        let (sink, told) = sink(10);
        sink.finish(Ok(StreamEnd::default()));
        let stream = told.recv().unwrap().unwrap();
        assert_eq!(stream.collect::<Vec<_>>(), [StreamEvent::Complete(StreamEnd::default())]);
    }

    #[test]
    fn a_failure_is_told_at_once_or_at_the_end() {
        let (unbegun, told) = sink(10);
        unbegun.finish(Err(InvokerError::Failed("no".into())));
        assert!(matches!(told.recv().unwrap(), Err(Error::Failed { .. })));
        let (mut begun, told) = sink(10);
        begun.push("a".into()).unwrap();
        begun.finish(Err(InvokerError::Failed("no".into())));
        let end = StreamEnd { error: Some(failed()), log: Bytes::new() };
        let stream = told.recv().unwrap().unwrap();
        assert_eq!(stream.collect::<Vec<_>>(), [piece("a"), StreamEvent::Complete(end)]);
    }

    #[test]
    fn what_is_too_large_is_cut_and_says_so() {
        let (mut sink, told) = sink(3);
        assert_eq!(
            ["abc", "d", ""].map(|text| sink.push(text.into())),
            [Ok(()), Err(StreamClosed), Err(StreamClosed)]
        );
        sink.finish(Ok(StreamEnd::default()));
        let events: Vec<_> = told.recv().unwrap().unwrap().collect();
        let [first, StreamEvent::Complete(StreamEnd { error: Some(error), .. })] = &events[..] else {
            panic!("{events:?}")
        };
        assert_eq!((first, error.code.as_str()), (&piece("abc"), "Function.ResponseSizeTooLarge"));
    }

    #[test]
    fn who_answers_nobody_is_told() {
        let (mut sink, told) = sink(10);
        sink.push("a".into()).unwrap();
        drop(told);
        assert_eq!(sink.push("b".into()), Err(StreamClosed));
    }
}
