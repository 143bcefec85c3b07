//! Failures of the program itself, and code that is slow to come.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use funclet::{Caller, CodeSources, Funclet, ImageUri, PackageWriter, ResolvedImage, S3Object, SourceError};
use funclet_server::Config;

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
