//! Who calls, and under which URL.

use bytes::Bytes;
use funclet::Funclet;
use funclet_rest_json::{Options, RestJson};
use http::Request;

use crate::client::{Answer, Client, create_body, zip};

fn signed(client: &Client, method: &str, path: &str, scope: &str, body: String) -> Answer {
    let authorization = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0");
    let request = Request::builder().method(method).uri(path).header("authorization", authorization);
    client.send(request.body(Bytes::from(body)).unwrap())
}

#[test]
fn accounts_and_regions_are_worlds_of_their_own() {
    let client = Client::new();
    let scope = "111122223333/20260101/eu-central-1/lambda/aws4_request";
    let body = create_body("hello", &zip("1"));
    let created = signed(&client, "POST", "/2015-03-31/functions", scope, body).json(201);
    assert_eq!(created["FunctionArn"], "arn:aws:lambda:eu-central-1:111122223333:function:hello");
    let path = "/2015-03-31/functions/hello";
    assert_eq!(signed(&client, "GET", path, scope, String::new()).status, 200);
    for elsewhere in [
        "111122223333/20260101/us-east-1/lambda/aws4_request",
        "444455556666/20260101/eu-central-1/lambda/aws4_request",
        "AKIAIOSFODNN7EXAMPLE/20260101/eu-central-1/lambda/aws4_request",
    ] {
        assert_eq!(signed(&client, "GET", path, elsewhere, String::new()).status, 404, "{elsewhere}");
    }
    assert_eq!(client.get(path).status, 404);
}

#[test]
fn names_in_paths_are_decoded() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    for name in [
        "arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Ahello",
        "arn:aws:lambda:us-east-1:000000000000:function:hello",
        "000000000000:function:hello",
        "hello%3A%24LATEST",
        "hello?Qualifier=%24LATEST",
        "%68ello",
    ] {
        let answer = client.get(&format!("/2015-03-31/functions/{name}"));
        assert_eq!(answer.json(200)["Configuration"]["FunctionName"], "hello", "{name}");
    }
}

#[test]
fn links_lead_where_the_options_say() {
    let options = Options { base_url: Some("https://lambda.example.test/".to_owned()), ..Options::default() };
    let client = Client { rest: RestJson::new(Funclet::in_memory(), options), ..Client::new() };
    client.create("hello", &zip("1"));
    let function = client.get("/2015-03-31/functions/hello").json(200);
    let location = function["Code"]["Location"].as_str().unwrap();
    assert!(location.starts_with("https://lambda.example.test/_funclet/packages/"), "{location}");
}

#[test]
fn links_lead_to_no_place_that_is_smuggled_into_the_host() {
    let location = |options: Options, host: Option<&str>| {
        let client = Client { rest: RestJson::new(Funclet::in_memory(), options), ..Client::new() };
        client.create("hello", &zip("1"));
        let mut request = Request::builder().uri("/2015-03-31/functions/hello");
        if let Some(host) = host {
            request = request.header("host", host);
        }
        let function = client.send(request.body(Bytes::new()).unwrap()).json(200);
        function["Code"]["Location"].as_str().unwrap().to_owned()
    };
    let listening = || Options { listen_url: Some("http://127.0.0.1:9001".to_owned()), ..Options::default() };
    for host in ["localhost", "127.0.0.1:1", "[::1]:9001", "lambda.example.test:80"] {
        let link = location(listening(), Some(host));
        assert!(link.starts_with(&format!("http://{host}/_funclet/packages/")), "{link}");
    }
    for host in
        ["evil.test/x?", "evil.test?", "evil.test#", "evil.test/", "user@evil.test", "", " ", "a b", ":80"]
    {
        let link = location(listening(), Some(host));
        assert!(link.starts_with("http://127.0.0.1:9001/_funclet/packages/"), "{host}: {link}");
    }
    let link = location(listening(), None);
    assert!(link.starts_with("http://127.0.0.1:9001/_funclet/packages/"), "{link}");
    let link = location(Options::default(), Some("evil.test/x?"));
    assert!(link.starts_with("http://localhost/_funclet/packages/"), "{link}");
}
