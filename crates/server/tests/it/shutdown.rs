//! Stopping.

use std::time::{Duration, Instant};

use funclet::Funclet;
use funclet_server::Config;

use crate::client::{TestServer, create_body, head, zip};

#[test]
fn a_request_in_flight_is_finished() {
    let mut server = TestServer::start();
    let body = create_body("hello", &zip("1"));
    let mut connection = server.connect();
    connection.write(head("POST", "/2015-03-31/functions", body.len()));
    connection.write(&body.as_bytes()[..100]);
    // A second request proves that the server has read the first one's head before it is told to stop.
    assert_eq!(server.call("GET", "/2015-03-31/functions", "").status, 200);
    server.stop();
    connection.write(&body.as_bytes()[100..]);
    assert_eq!(connection.answer().status, 201);
    assert!(connection.is_closed());
    assert_eq!(server.ended().connections_cut, 0);
}

#[test]
fn idle_connections_do_not_hold_it_up() {
    let server = TestServer::start();
    let mut used = server.connect();
    assert_eq!(used.call("GET", "/2015-03-31/functions", "").status, 200);
    let mut fresh = server.connect();
    let address = server.address;
    let begun = Instant::now();
    assert_eq!(server.ended().connections_cut, 0);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert!(used.is_closed());
    assert!(fresh.is_closed());
    assert!(std::net::TcpStream::connect(address).is_err(), "nobody listens any more");
}

#[test]
fn a_request_that_never_ends_is_cut() {
    let config = Config { shutdown_grace: Duration::from_millis(200), ..Config::default() };
    let server = TestServer::with(config, Funclet::in_memory());
    let mut connection = server.connect();
    connection.write(head("POST", "/2015-03-31/functions", 1000));
    connection.write("{");
    assert_eq!(server.call("GET", "/2015-03-31/functions", "").status, 200);
    assert_eq!(server.ended().connections_cut, 1);
    assert!(connection.try_answer().is_none());
}
