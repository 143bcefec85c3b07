//! One connection: its requests, one after another.

use std::sync::Arc;
use std::time::Instant;

use funclet_rest_json::{Exchange, WireError};
use http::{HeaderValue, Request, Response, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tracing::debug;

use crate::access_log::Line;
use crate::body::ResponseBody;
use crate::control::Fault;
use crate::panics::Caught;
use crate::receive::{self, Received};
use crate::server::Shared;
use crate::{control, download};

/// The read buffer: the bound of a request's head, and the size of the pieces that large bodies arrive in. A head that the
/// last read completes may be longer, but not twice as long.
const BUFFER_BYTES_MAX: usize = 128 << 10;

/// When a client should ask again that was refused as one that asks too often, in seconds.
const RETRY_AFTER_S: u32 = 1;

/// How many headers a request may have.
const HEADERS_MAX: usize = 100;

/// Answers the requests of a connection until either side ends it.
pub(crate) async fn serve(shared: Arc<Shared>, stream: TcpStream, mut stopping: watch::Receiver<()>) {
    let head_timeout = shared.head_timeout();
    let answer = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { answer(&shared, request).await }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(head_timeout)
        .max_buf_size(BUFFER_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        // A client may close its sending side before it reads the answer.
        .half_close(true);
    let connection = http.serve_connection(TokioIo::new(stream), answer);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        // The sender is dropped when the server stops; nothing is ever sent.
        _ = stopping.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        debug!(error = %crate::access_log::chain(&error), "a connection ended early");
    }
}

/// Somebody has asked that the connection ends instead of an answer.
#[derive(Debug, thiserror::Error)]
#[error("a fault that was asked for ends the connection")]
struct Dropped;

/// Answers one request, whatever happens.
async fn answer(shared: &Shared, request: Request<Incoming>) -> Result<Response<ResponseBody>, Dropped> {
    let line = Line::begin(&request, Instant::now());
    let response = match Caught::new(route(shared, request)).await {
        Ok(Ok(response)) => response,
        Ok(Err(dropped)) => {
            let _ = Caught::new(async { line.dropped() }).await;
            return Err(dropped);
        }
        Err(panic) => {
            let _ = Caught::new(async { tracing::error!(panic, "a request panicked") }).await;
            let id = shared.rest.funclet().new_request_id();
            download::streamed(WireError::internal().into_response(&id))
        }
    };
    // By now the request may have been carried out: a log that panics must not cost the client the answer.
    let _ = Caught::new(async { line.end(&response) }).await;
    Ok(if shared.is_crowded() { closing(response) } else { response })
}

async fn route(shared: &Shared, request: Request<Incoming>) -> Result<Response<ResponseBody>, Dropped> {
    let (parts, body) = request.into_parts();
    if let Some(command) = control::find(parts.uri.path()) {
        return Ok(control::run(shared, command, &parts, body).await.map(ResponseBody::full));
    }
    let exchange = shared.rest.begin(&parts);
    match shared.faults.take(exchange.operation()) {
        None => Ok(carry_out(shared, exchange, body).await),
        Some((Fault::Latency, latency)) => {
            tokio::time::sleep(latency).await;
            Ok(carry_out(shared, exchange, body).await)
        }
        Some((Fault::DroppedConnection, _)) => Err(Dropped),
        Some((Fault::DroppedAnswer, _)) => {
            carry_out(shared, exchange, body).await;
            Err(Dropped)
        }
        Some((Fault::ServiceException, _)) => {
            Ok(refuse(shared, &exchange, body, WireError::internal()).await)
        }
        Some((Fault::TooManyRequestsException, _)) => {
            Ok(refuse(shared, &exchange, body, WireError::too_many_requests(RETRY_AFTER_S)).await)
        }
    }
}

/// Answers with an error, once the client has sent its request.
async fn refuse(
    shared: &Shared,
    exchange: &Exchange,
    body: Incoming,
    error: WireError,
) -> Response<ResponseBody> {
    let is_whole = receive::pass_over(body, &shared.config).await;
    let response = download::streamed(error.into_response(exchange.request_id()));
    if is_whole { response } else { closing(response) }
}

async fn carry_out(shared: &Shared, exchange: Exchange, body: Incoming) -> Response<ResponseBody> {
    let request_id = exchange.request_id().to_owned();
    match receive::receive(exchange, body, &shared.config).await {
        Received::Whole(reply) => download::streamed(reply.into_response()),
        // What is left of the body is not read, so nothing can follow on this connection.
        Received::Cut(reply) => closing(download::streamed(reply.into_response())),
        Received::Late => {
            closing(download::streamed(WireError::request_timeout().into_response(&request_id)))
        }
        Received::Broken(error) => {
            debug!(error = %crate::access_log::chain(&error), request_id, "a body broke off");
            // A client that only closed its sending side, or sent a chunk that is none, still reads.
            closing(download::streamed(WireError::broken_body().into_response(&request_id)))
        }
        Received::Lost => download::streamed(WireError::internal().into_response(&request_id)),
    }
}

fn closing(mut response: Response<ResponseBody>) -> Response<ResponseBody> {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}
