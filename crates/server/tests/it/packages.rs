//! Packages up and down.

use crate::client::{TestServer, base64, create_body, zip};

fn location(server: &TestServer) -> String {
    let function = server.call("GET", "/2015-03-31/functions/hello", "").json(200);
    let location = function["Code"]["Location"].as_str().unwrap();
    location.strip_prefix("http://localhost").unwrap().to_owned()
}

#[test]
fn what_comes_down_is_what_went_up() {
    let folder = tempfile::tempdir().unwrap();
    let (server, funclet) = TestServer::on_disk(folder.path());
    let sizes = [1000, 60_000, 70_000, 1_000_000, 3_000_000];
    let mut connection = server.connect();
    for (index, size) in sizes.into_iter().enumerate() {
        let zip = funclet_testkit::zip_of_zipped_size(size);
        let answer = if index == 0 {
            connection.call("POST", "/2015-03-31/functions", create_body("hello", &zip))
        } else {
            let body = format!(r#"{{"ZipFile":"{}"}}"#, base64(&zip));
            connection.call("PUT", "/2015-03-31/functions/hello/code", body)
        };
        assert_eq!(answer.status, if index == 0 { 201 } else { 200 }, "{}", answer.text());
        let package = connection.call("GET", &location(&server), "");
        assert_eq!((package.status, package.header("content-type")), (200, "application/zip"));
        assert!(package.body == zip, "{size}");
    }
    assert_eq!(server.ended().connections_cut, 0);
    funclet.close().unwrap();
}

#[test]
fn a_client_that_leaves_during_a_download_harms_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let (server, funclet) = TestServer::on_disk(folder.path());
    server.create("hello", &funclet_testkit::zip_of_zipped_size(20_000_000));
    let link = location(&server);
    for _ in 0..5 {
        let mut connection = server.connect();
        connection.write(crate::client::head("GET", &link, 0));
        assert!(connection.answers_within(std::time::Duration::from_secs(10)));
    }
    assert_eq!(server.call("GET", &link, "").body.len(), 20_000_000);
    server.ended();
    funclet.close().unwrap();
}

#[test]
fn forged_links_are_refused() {
    let server = TestServer::start();
    server.create("hello", &zip("1"));
    let link = location(&server);
    let forged = link.replace("signature=", "signature=0");
    let answer = server.call("GET", &forged, "");
    assert_eq!(answer.status, 403);
    assert!(answer.text().contains("SignatureDoesNotMatch"), "{}", answer.text());
}

#[test]
fn links_of_requests_without_a_host_lead_here() {
    let server = TestServer::start();
    server.create("hello", &zip("1"));
    for host in ["", "host: evil.test/x?\r\n"] {
        let mut connection = server.connect();
        connection.write(format!("GET /2015-03-31/functions/hello HTTP/1.1\r\n{host}\r\n"));
        let function = connection.answer().json(200);
        let location = function["Code"]["Location"].as_str().unwrap();
        let here = format!("http://{}/_funclet/packages/", server.address);
        assert!(location.starts_with(&here), "{location}");
    }
}
