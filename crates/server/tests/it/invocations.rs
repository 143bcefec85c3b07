//! Invocations over a socket.

use std::sync::{Arc, Mutex, mpsc};

use funclet::{
    Funclet, Invocation, InvocationOutcome, Invoker, InvokerError, ResponseSink, StreamClosed, StreamEnd,
};
use funclet_server::Config;

use crate::client::{TestServer, head, zip};

/// Streams a piece each time that the test lets it, and says what became of it. An invocation that does not stream answers
/// once it may.
struct Paced {
    go: Mutex<mpsc::Receiver<Option<&'static str>>>,
    pushed: mpsc::Sender<Result<(), StreamClosed>>,
}

impl Invoker for Paced {
    fn invoke(&self, invocation: Invocation) -> Result<InvocationOutcome, InvokerError> {
        self.go.lock().unwrap().recv().unwrap();
        Ok(InvocationOutcome { payload: invocation.payload, ..Default::default() })
    }

    fn invoke_with_response_stream(
        &self,
        _: Invocation,
        response: &mut ResponseSink,
    ) -> Result<StreamEnd, InvokerError> {
        while let Some(piece) = self.go.lock().unwrap().recv().unwrap() {
            self.pushed.send(response.push(piece.into())).unwrap();
        }
        Ok(StreamEnd::default())
    }
}

type Go = mpsc::Sender<Option<&'static str>>;

fn server() -> (TestServer, Go, mpsc::Receiver<Result<(), StreamClosed>>) {
    let (go, waiting) = mpsc::channel();
    let (pushed, told) = mpsc::channel();
    let invoker = Arc::new(Paced { go: Mutex::new(waiting), pushed });
    let server = TestServer::with(Config::default(), Funclet::builder().invoker(invoker).open_in_memory());
    server.create("f", &zip("one"));
    (server, go, told)
}

const STREAM: &str = "/2021-11-15/functions/f/response-streaming-invocations";

#[test]
fn pieces_are_sent_as_they_come() {
    let (server, go, _pushed) = server();
    let mut connection = server.connect();
    connection.write(head("POST", STREAM, 0));
    go.send(Some("first")).unwrap();
    let answer = connection.answer();
    assert_eq!((answer.status, answer.header("transfer-encoding")), (200, "chunked"));
    // The function still runs.
    assert!(connection.chunk().ends_with("first", "PayloadChunk"));
    go.send(Some("second")).unwrap();
    assert!(connection.chunk().ends_with("second", "PayloadChunk"));
    go.send(None).unwrap();
    assert!(connection.chunk().ends_with("{}", "InvokeComplete"));
    assert!(connection.chunk().0.is_empty(), "the end of the body");
    assert_eq!(connection.call("GET", "/2015-03-31/functions/f", "").status, 200, "the connection goes on");
}

#[test]
fn a_function_whose_client_is_gone_learns_it() {
    let (server, go, pushed) = server();
    let mut connection = server.connect();
    connection.write(head("POST", STREAM, 0));
    go.send(Some("first")).unwrap();
    connection.answer();
    drop(connection);
    // How many pieces are still taken depends on the buffers on the way.
    let mut tries = 0..100_000;
    let closed = tries.any(|_| {
        go.send(Some("more")).unwrap();
        pushed.recv().unwrap().is_err()
    });
    assert!(closed);
    go.send(None).unwrap();
}

/// Other requests are answered while a function runs.
#[test]
fn a_function_that_runs_stops_nobody() {
    let (server, go, _pushed) = server();
    let mut connections: Vec<_> = (0..20).map(|_| server.connect()).collect();
    for connection in &mut connections {
        connection.write(head("POST", "/2015-03-31/functions/f/invocations", 3));
        connection.write("[1]");
    }
    assert_eq!(server.call("GET", "/2015-03-31/functions/f", "").status, 200);
    for _ in &connections {
        go.send(None).unwrap();
    }
    for connection in &mut connections {
        let answer = connection.answer();
        assert_eq!((answer.status, answer.text().as_str()), (200, "[1]"));
    }
}
