//! Goal: over sockets the answers are those of the engine.
//!
//! Method: the recorded cases, as `funclet-conformance` plays them, but with transitions completed where a case waits.

use funclet_server::Config;
use funclet_testkit::conformance::{
    Answer, Client, ClientError, Endpoint, InProcess, Options, Request, Suite, Verdicts, Wait, run,
};

use crate::client::TestServer;

/// Asks the server, and has hold of its engine.
struct Served {
    endpoint: Endpoint,
    engine: InProcess,
}

impl Client for Served {
    fn send(&self, request: &Request) -> Result<Answer, ClientError> {
        self.endpoint.send(request)
    }

    fn wait(
        &self,
        wait: &Wait<'_>,
        reached: &mut dyn FnMut() -> Result<bool, ClientError>,
    ) -> Result<(), ClientError> {
        self.engine.wait(wait, reached)
    }

    fn put_object(&self, bucket: &str, key: &str, object: Vec<u8>) -> Result<(), ClientError> {
        self.engine.put_object(bucket, key, object)
    }

    fn put_image(&self, uri: &str, digest: [u8; 32]) -> Result<(), ClientError> {
        self.engine.put_image(uri, digest)
    }

    fn offers(&self, requirement: &str) -> bool {
        self.engine.offers(requirement)
    }
}

#[test]
fn every_case_is_as_listed() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/conformance");
    let suite = Suite::load(folder).unwrap();
    let engine = InProcess::new();
    let server = TestServer::with(Config::default(), engine.funclet().clone());
    let endpoint = Endpoint::new(&format!("http://{}", server.address));
    let report = run(&Served { endpoint, engine }, &suite, &Options::default());
    let contradictions = Verdicts::load(folder).unwrap().contradictions(&report);
    assert!(contradictions.is_empty(), "{contradictions:#?}\n{report}");
    drop(server);
}
