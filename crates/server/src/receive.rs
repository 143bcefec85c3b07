//! The body of a request, on its way to the engine.

use bytes::Bytes;
use funclet_rest_json::{Call, Exchange, Reply};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::sync::{mpsc, oneshot};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::config::Config;

/// How a request came in.
pub(crate) enum Received {
    /// All of it.
    Whole(Reply),
    /// More than is ever read; what was read got a reply.
    Cut(Reply),
    /// The client took too long.
    Late,
    /// The body ended early, or was framed wrongly.
    Broken(hyper::Error),
    /// This program failed, and said so in the log.
    Lost,
}

/// How many pieces of a body may wait for the thread that takes them in.
const PIECES_WAITING_MAX: usize = 8;

/// How reading a body went on.
enum Piece {
    Data(Bytes),
    End,
    TooMuch,
    Late,
    Broken(hyper::Error),
}

/// Reads a body piece by piece within the limits.
struct Pieces<'a> {
    body: Incoming,
    read: u64,
    config: &'a Config,
}

impl Pieces<'_> {
    async fn next(&mut self) -> Piece {
        loop {
            let Ok(frame) = timeout(self.config.body_timeout, self.body.frame()).await else {
                return Piece::Late;
            };
            let data = match frame {
                None => return Piece::End,
                Some(Err(error)) => return Piece::Broken(error),
                Some(Ok(frame)) => frame.into_data(),
            };
            // Trailers are ignored.
            let Ok(data) = data else { continue };
            self.read += data.len() as u64;
            return if self.read > self.config.body_bytes_max { Piece::TooMuch } else { Piece::Data(data) };
        }
    }
}

/// Reads the body and carries the request out.
///
/// Small bodies are taken in right here; large ones go on in a blocking thread of their own, which also stores the package.
pub(crate) async fn receive(mut exchange: Exchange, body: Incoming, config: &Config) -> Received {
    let mut pieces = Pieces { body, read: 0, config };
    loop {
        if exchange.is_large() {
            return receive_large(exchange, pieces).await;
        }
        match pieces.next().await {
            Piece::Data(data) => exchange.push(&data),
            Piece::End => return carry_out(exchange.finish()).await.map_or(Received::Lost, Received::Whole),
            Piece::TooMuch => {
                return carry_out(exchange.finish()).await.map_or(Received::Lost, Received::Cut);
            }
            Piece::Late => return Received::Late,
            Piece::Broken(error) => return Received::Broken(error),
        }
    }
}

/// Reads a body that nobody wants, so that the client gets to reading the answer. Tells whether that was all of it.
pub(crate) async fn pass_over(body: Incoming, config: &Config) -> bool {
    let mut pieces = Pieces { body, read: 0, config };
    loop {
        match pieces.next().await {
            Piece::Data(_) => {}
            Piece::End => return true,
            Piece::TooMuch | Piece::Late | Piece::Broken(_) => return false,
        }
    }
}

/// Submits a call and waits for its reply without a thread.
async fn carry_out(call: Call) -> Option<Reply> {
    let (tell, told) = oneshot::channel();
    if call.blocks() {
        spawn_blocking(move || submit(call, tell));
    } else {
        submit(call, tell);
    }
    // The sender is dropped unused only if the engine panicked.
    told.await.ok()
}

fn submit(call: Call, tell: oneshot::Sender<Reply>) {
    call.submit(move |reply| {
        // The client may be gone.
        let _ = tell.send(reply);
    });
}

/// What the thread gets that takes a large body in. If nothing more comes, and no end, the request is forgotten.
enum Message {
    Data(Bytes),
    End,
}

async fn receive_large(exchange: Exchange, mut pieces: Pieces<'_>) -> Received {
    let (send, arriving) = mpsc::channel(PIECES_WAITING_MAX);
    let (tell, told) = oneshot::channel();
    spawn_blocking(move || take_in(exchange, arriving, tell));
    let cut = loop {
        let (message, cut) = match pieces.next().await {
            Piece::Data(data) => (Message::Data(data), false),
            Piece::End => (Message::End, false),
            Piece::TooMuch => (Message::End, true),
            Piece::Late => return Received::Late,
            Piece::Broken(error) => return Received::Broken(error),
        };
        let ends = matches!(message, Message::End);
        if send.send(message).await.is_err() {
            return Received::Lost;
        }
        if ends {
            break cut;
        }
    };
    match told.await {
        Ok(reply) if cut => Received::Cut(reply),
        Ok(reply) => Received::Whole(reply),
        Err(_) => Received::Lost,
    }
}

fn take_in(mut exchange: Exchange, mut arriving: mpsc::Receiver<Message>, tell: oneshot::Sender<Reply>) {
    while let Some(message) = arriving.blocking_recv() {
        match message {
            Message::Data(data) => exchange.push(&data),
            Message::End => return submit(exchange.finish(), tell),
        }
    }
}
