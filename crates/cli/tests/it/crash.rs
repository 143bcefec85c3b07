//! Nothing that was acknowledged is lost when the process is killed.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{CODE, FUNCTIONS, HELLO, Running, create_body, update_body, zip};

/// Several clients update functions of their own, with packages that ride in the log and packages that are files, until
/// the server is killed in the middle. Each function then has the code of its last acknowledged update, or of the one
/// that was under way.
#[test]
fn kill_loses_nothing_acknowledged() {
    const CLIENTS: usize = 4;
    let folder = tempfile::tempdir().unwrap();
    for round in 0..3 {
        let server = Running::on(folder.path());
        for client in 0..CLIENTS {
            let status =
                server.call("POST", FUNCTIONS, create_body(&format!("r{round}c{client}"), &zip("0"))).0;
            assert_eq!(status, 201);
        }
        let last = Mutex::new(vec![(Value::Null, Value::Null); CLIENTS]);
        let acknowledged = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for client in 0..CLIENTS {
                let (server, last, acknowledged) = (&server, &last, &acknowledged);
                scope.spawn(move || {
                    let mut connection = server.connect();
                    let path = format!("{FUNCTIONS}/r{round}c{client}/code");
                    for index in 1.. {
                        let zip = if index % 4 == 0 {
                            funclet_testkit::zip_of_zipped_size(80_000 + index * CLIENTS + client)
                        } else {
                            zip(&format!("{round} {client} {index}"))
                        };
                        let sha = Value::String(code_sha256(&zip));
                        last.lock().unwrap()[client].1 = sha.clone();
                        let Some((status, answer)) =
                            connection.call("PUT", &path, update_body(&zip).as_bytes())
                        else {
                            return;
                        };
                        assert_eq!((status, &answer["CodeSha256"]), (200, &sha));
                        last.lock().unwrap()[client].0 = sha;
                        acknowledged.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            let begun = Instant::now();
            while acknowledged.load(Ordering::Relaxed) < 100 && begun.elapsed() < Duration::from_secs(60) {
                std::thread::yield_now();
            }
            // Also when the clients have stopped early: their failure is told then.
            server.signal("-KILL");
        });
        assert!(acknowledged.into_inner() >= 100);
        drop(server);
        let server = Running::on(folder.path());
        for (client, (acknowledged, under_way)) in last.into_inner().unwrap().into_iter().enumerate() {
            let (status, now) =
                server.call("GET", &format!("{FUNCTIONS}/r{round}c{client}/configuration"), "");
            assert_eq!(status, 200);
            let now = &now["CodeSha256"];
            assert!(
                *now == acknowledged || *now == under_way,
                "{now}: neither {acknowledged} nor {under_way}"
            );
        }
        assert_eq!(server.end("-TERM").0, Some(0));
    }
}

/// Computes what the service shows, with a store of its own.
fn code_sha256(zip: &[u8]) -> String {
    let digest = funclet::Package::from(zip.to_vec()).digest();
    funclet::CodeSha256::from_zip_digest(*digest.as_bytes()).to_string()
}

#[test]
fn packages_survive_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::on(folder.path());
    server.call("POST", FUNCTIONS, create_body("hello", &zip("1")));
    let large = funclet_testkit::zip_of_zipped_size(2_000_000);
    let (status, updated) = server.call("PUT", CODE, update_body(&large));
    assert_eq!(status, 200);
    server.signal("-KILL");
    drop(server);
    let server = Running::on(folder.path());
    let (_, function) = server.call("GET", HELLO, "");
    assert_eq!(function["Configuration"]["CodeSha256"], updated["CodeSha256"]);
    assert_eq!(function["Configuration"]["CodeSize"], 2_000_000);
    server.end("-TERM");
    let checked = crate::support::run(&["check", folder.path().to_str().unwrap()]);
    assert_eq!(checked.status.code(), Some(0), "{}", String::from_utf8_lossy(&checked.stdout));
}
