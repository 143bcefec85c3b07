//! Failures of the program itself, and code that is slow to come.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use funclet::{Caller, CodeSources, Funclet, ImageUri, PackageWriter, ResolvedImage, S3Object, SourceError};
use funclet_server::{Config, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::{TestServer, head, zip};

const CODE: &str = "/2015-03-31/functions/hello/code";

/// Panics when it is asked for an image, and takes its time with objects: until the test lets it go on.
struct Troublesome {
    asked: Sender<()>,
    go_on: Mutex<Receiver<()>>,
}

impl CodeSources for Troublesome {
    fn fetch_object(&self, _: &Caller, _: &S3Object, package: &mut PackageWriter) -> Result<(), SourceError> {
        self.asked.send(()).unwrap();
        self.go_on.lock().unwrap().recv().unwrap();
        Ok(package.push(&zip("2"))?)
    }

    fn resolve_image(&self, _: &Caller, _: &ImageUri) -> Result<ResolvedImage, SourceError> {
        panic!("no such luck")
    }
}

fn server() -> (TestServer, Receiver<()>, Sender<()>) {
    let ((asked, was_asked), (let_go_on, go_on)) = (channel(), channel());
    let sources = Troublesome { asked, go_on: Mutex::new(go_on) };
    let funclet = Funclet::builder().code_sources(Arc::new(sources)).open_in_memory();
    (TestServer::with(Config::default(), funclet), was_asked, let_go_on)
}

#[test]
fn a_panic_ends_the_request_and_not_the_connection() {
    let (server, ..) = server();
    let mut connection = server.connect();
    let body = r#"{"FunctionName":"image","Role":"arn:aws:iam::000000000000:role/r","PackageType":"Image",
        "Code":{"ImageUri":"registry.test/repository:latest"}}"#;
    let answer = connection.call("POST", "/2015-03-31/functions", body);
    assert_eq!((answer.status, answer.header("x-amzn-errortype")), (500, "ServiceException"));
    assert_eq!(answer.header("x-amzn-requestid").len(), 36);
    assert_eq!(connection.call("GET", "/2015-03-31/functions", "").status, 200);
}

#[test]
fn slow_code_holds_nobody_else_up() {
    let (server, was_asked, let_go_on) = server();
    server.create("hello", &zip("1"));
    // More than the runtime has workers.
    let mut waiting: Vec<_> = (0..8).map(|_| server.connect()).collect();
    let body = r#"{"S3Bucket":"bucket","S3Key":"key"}"#;
    for connection in &mut waiting {
        connection.write(head("PUT", CODE, body.len()));
        connection.write(body);
    }
    was_asked.recv().unwrap();
    assert_eq!(server.call("GET", "/2015-03-31/functions/hello", "").status, 200);
    for _ in &waiting {
        let_go_on.send(()).unwrap();
    }
    for mut connection in waiting {
        assert_eq!(connection.answer().status, 200);
    }
}

/// A log that panics whenever something is written to it.
struct Broken;

impl tracing::Subscriber for Broken {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, _: &tracing::Event<'_>) {
        panic!("nobody reads this")
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

#[test]
fn a_broken_log_keeps_no_answer_back() {
    // In this thread alone, so that the other tests keep their logs.
    let _log = tracing::subscriber::set_default(Broken);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let text = runtime.block_on(async {
        let config = Config { listen: ([127, 0, 0, 1], 0).into(), ..Config::default() };
        let server = Server::bind(config, Funclet::in_memory()).await.unwrap();
        let address = server.local_addr();
        let client = async {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(b"GET /_funclet/health HTTP/1.0\r\n\r\n").await.unwrap();
            let mut text = String::new();
            stream.read_to_string(&mut text).await.unwrap();
            text
        };
        tokio::select! {
            _ = server.serve(std::future::pending()) => unreachable!("it is never told to stop"),
            text = client => text,
        }
    });
    assert!(text.starts_with("HTTP/1.0 200 OK"), "{text:?}");
}
