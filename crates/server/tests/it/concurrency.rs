//! Many at once.

use std::sync::Barrier;

use crate::client::{TestServer, base64, zip};

/// Of any number of updates with one RevisionId exactly one wins.
#[test]
fn one_revision_has_one_winner() {
    let folder = tempfile::tempdir().unwrap();
    let (server, funclet) = TestServer::on_disk(folder.path());
    server.create("hello", &zip("0"));
    for round in 0..20 {
        let current = server.call("GET", "/2015-03-31/functions/hello/configuration", "").json(200);
        let begin = Barrier::new(8);
        let mut outcomes: Vec<(u16, String)> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|writer| {
                    let (server, begin, revision) = (&server, &begin, &current["RevisionId"]);
                    scope.spawn(move || {
                        // Small and large packages take different ways through the server.
                        let zip = if writer % 2 == 0 {
                            zip(&format!("{round} {writer}"))
                        } else {
                            funclet_testkit::zip_of_zipped_size(100_000 + round * 8 + writer)
                        };
                        let body = format!(r#"{{"ZipFile":"{}","RevisionId":{revision}}}"#, base64(&zip));
                        let mut connection = server.connect();
                        begin.wait();
                        let answer = connection.call("PUT", "/2015-03-31/functions/hello/code", body);
                        (answer.status, answer.json(answer.status)["CodeSha256"].to_string())
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        outcomes.sort();
        let statuses: Vec<_> = outcomes.iter().map(|(status, _)| *status).collect();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412], "round {round}");
        let after = server.call("GET", "/2015-03-31/functions/hello/configuration", "").json(200);
        assert_eq!(after["CodeSha256"].to_string(), outcomes[0].1, "the winner's code is there");
    }
    server.ended();
    funclet.close().unwrap();
}

#[test]
fn many_connections_create_functions_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let (server, funclet) = TestServer::on_disk(folder.path());
    std::thread::scope(|scope| {
        for writer in 0..16 {
            let server = &server;
            scope.spawn(move || {
                for index in 0..4 {
                    server.create(&format!("f-{writer}-{index}"), &zip("1"));
                }
            });
        }
    });
    let mut connection = server.connect();
    let (mut names, mut query) = (Vec::new(), "?MaxItems=50".to_owned());
    loop {
        let page = connection.call("GET", &format!("/2015-03-31/functions{query}"), "").json(200);
        names.extend(page["Functions"].as_array().unwrap().iter().map(|f| f["FunctionName"].to_string()));
        let Some(marker) = page["NextMarker"].as_str() else { break };
        query = format!("?MaxItems=50&Marker={}", marker.replace('+', "%2B").replace('=', "%3D"));
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 64);
    server.ended();
    funclet.close().unwrap();
}
