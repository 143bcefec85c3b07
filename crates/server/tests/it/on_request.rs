//! What a test asks the server for: transitions that end, time that passes, things that go wrong.

use std::sync::Arc;
use std::time::{Duration, Instant};

use funclet::{Clock, Funclet, RequestRate, ShiftedClock, Transitions};
use funclet_server::Config;
use serde_json::{Value, json};

use crate::client::{TestServer, base64, zip};

const HELLO: &str = "/2015-03-31/functions/hello";
const CODE: &str = "/2015-03-31/functions/hello/code";

fn configuration(server: &TestServer) -> Value {
    server.call("GET", &format!("{HELLO}/configuration"), "").json(200)
}

fn update(content: &str) -> String {
    json!({ "ZipFile": base64(&zip(content)) }).to_string()
}

#[test]
fn each_needs_its_flag_and_no_web_page() {
    let commands = [
        ("transitions", "Ending transitions", "--allow-transitions", r#"{"FunctionName":"hello"}"#),
        ("clock", "Moving the clock", "--allow-clock", r#"{"AdvanceMs":1}"#),
        ("faults", "Asking for faults", "--allow-faults", r#"{"Fault":"ServiceException"}"#),
    ];
    let closed = TestServer::start();
    let config = Config {
        allow_transitions: true,
        clock: Some(Arc::default()),
        allow_faults: true,
        ..Config::default()
    };
    let open = TestServer::with(config, Funclet::in_memory());
    open.create("hello", &zip("1"));
    for (command, what, flag, body) in commands {
        let path = format!("/_funclet/{command}");
        let text = closed.call("POST", &path, body).json(403)["Message"].as_str().unwrap().to_owned();
        assert_eq!(text, format!("{what} is not allowed: the server was not started with {flag}."));
        let mut connection = open.connect();
        let length = body.len();
        connection.write(format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nOrigin: http://evil.example\r\nContent-Length: {length}\r\n\r\n{body}"
        ));
        assert_eq!(connection.answer().status, 403, "{command}");
        assert_eq!(open.call("PUT", &path, body).status, 404);
        let text = open.call("POST", &path, "{").json(400)["message"].as_str().unwrap().to_owned();
        assert!(text.starts_with("The request for ") && text.contains(" is not valid: "), "{text}");
        assert_eq!(open.call("POST", &path, body).status, 200, "{command}");
    }
}

#[test]
fn transitions_are_completed_and_failed_by_hand() {
    let funclet = Funclet::builder().transitions(Transitions::Manual).open_in_memory();
    let server = TestServer::with(Config { allow_transitions: true, ..Config::default() }, funclet);
    let end = |body: Value, status: u16| {
        server.call("POST", "/_funclet/transitions", body.to_string()).json(status)
    };
    assert_eq!(server.create("hello", &zip("1"))["State"], "Pending");
    assert_eq!(server.call("PUT", CODE, update("2")).status, 409);
    assert_eq!(end(json!({ "FunctionName": "hello" }), 200), json!({ "Transitions": 1 }));
    assert_eq!(configuration(&server)["State"], "Active");
    assert_eq!(end(json!({ "FunctionName": "hello" }), 200), json!({ "Transitions": 0 }));

    assert_eq!(server.call("PUT", CODE, update("2")).json(200)["LastUpdateStatus"], "InProgress");
    let failure = json!({ "Code": "InvalidSubnet", "Reason": "There is no such subnet." });
    let answer = end(json!({ "FunctionName": "hello", "Account": "000000000000", "Failure": failure }), 200);
    assert_eq!(answer, json!({ "Transitions": 1 }));
    let failed = configuration(&server);
    assert_eq!(
        [
            &failed["LastUpdateStatus"],
            &failed["LastUpdateStatusReasonCode"],
            &failed["LastUpdateStatusReason"]
        ],
        ["Failed", "InvalidSubnet", "There is no such subnet."]
    );
    assert_eq!(end(json!({ "FunctionName": "hello", "Account": "111122223333" }), 404)["Type"], "User");
}

#[test]
fn time_passes_on_request() {
    let clock = Arc::<ShiftedClock>::default();
    let funclet = Funclet::builder()
        .transitions(Transitions::After(Duration::from_secs(3_600)))
        .clock(Arc::clone(&clock) as Arc<dyn Clock>)
        .open_in_memory();
    let server = TestServer::with(Config { clock: Some(clock), ..Config::default() }, funclet.clone());
    server.create("hello", &zip("1"));
    assert_eq!(configuration(&server)["State"], "Pending");
    let before = funclet.now().0;
    let advance = |ms: u64| server.call("POST", "/_funclet/clock", json!({ "AdvanceMs": ms }).to_string());
    let now = advance(3_600_000).json(200)["NowMs"].as_u64().unwrap();
    assert!(now >= before + 3_600_000 && now < before + 3_700_000, "{before} to {now}");
    assert_eq!(configuration(&server)["State"], "Active");
    let text = advance(u64::MAX).json(400)["message"].as_str().unwrap().to_owned();
    assert!(text.contains("beyond the year 9999"), "{text}");
    assert!(funclet.now().0 < now + 60_000);
}

#[test]
fn faults_happen_as_often_as_asked() {
    let server = TestServer::with(Config { allow_faults: true, ..Config::default() }, Funclet::in_memory());
    server.create("hello", &zip("1"));
    let ask = |fault: Value| server.call("POST", "/_funclet/faults", fault.to_string()).json(200);
    let get = || server.call("GET", HELLO, "");

    ask(json!({ "Operation": "GetFunction", "Fault": "ServiceException", "Times": 2 }));
    let answer = ask(json!({ "Operation": "UpdateFunctionCode", "Fault": "TooManyRequestsException" }));
    assert_eq!(answer["Faults"].as_array().unwrap().len(), 2);
    assert_eq!(get().json(500)["Type"], "Service");
    // On one connection: it goes on, and the body was read.
    let mut connection = server.connect();
    let refused = connection.call("PUT", CODE, update(&"x".repeat(100_000)));
    assert_eq!(refused.json(429)["Reason"], "CallerRateLimitExceeded");
    assert_eq!(
        (refused.header("retry-after"), refused.header("x-amzn-errortype")),
        ("1", "TooManyRequestsException")
    );
    assert_eq!(connection.call("GET", HELLO, "").status, 500);
    assert_eq!(connection.call("GET", HELLO, "").status, 200);
    assert_eq!(server.call("GET", "/_funclet/faults", "").json(200), json!({ "Faults": [] }));

    ask(json!({ "Operation": "GetFunction", "Fault": "Latency", "LatencyMs": 300 }));
    let begun = Instant::now();
    assert_eq!(get().status, 200);
    assert!(begun.elapsed() >= Duration::from_millis(300));

    ask(json!({ "Fault": "DroppedConnection", "Times": 1_000 }));
    assert_eq!(server.call("GET", "/_funclet/health", "").status, 200, "commands are no operations");
    assert!(server.connect().try_call("GET", HELLO, "").is_none());
    server.call("DELETE", "/_funclet/faults", "").json(200);
    assert_eq!(get().status, 200);
}

/// What a lost acknowledgement looks like: the update happened, and nobody was told.
#[test]
fn an_answer_may_get_lost_but_not_the_update() {
    let server = TestServer::with(Config { allow_faults: true, ..Config::default() }, Funclet::in_memory());
    server.create("hello", &zip("1"));
    let before = configuration(&server);
    let fault = json!({ "Operation": "UpdateFunctionCode", "Fault": "DroppedAnswer" }).to_string();
    server.call("POST", "/_funclet/faults", fault).json(200);
    assert!(server.connect().try_call("PUT", CODE, update("2")).is_none());
    let after = configuration(&server);
    assert_ne!(before["CodeSha256"], after["CodeSha256"]);
    assert_ne!(before["RevisionId"], after["RevisionId"]);
}

#[test]
fn who_asks_too_often_is_told_so() {
    let rate = RequestRate { per_second: 1, get_function_per_second: 1_000 };
    let server = TestServer::with(Config::default(), Funclet::builder().request_rate(rate).open_in_memory());
    let list = || server.call("GET", "/2015-03-31/functions", "");
    let refused = (0..10).map(|_| list()).find(|answer| answer.status != 200).expect("a second holds one");
    assert_eq!((refused.status, refused.header("retry-after")), (429, "1"));
    // Counted for itself.
    assert_eq!(server.call("GET", HELLO, "").status, 404);
}
