//! A client of an engine in this process.

use std::sync::Arc;

use funclet::{Builder, Caller, Funclet, FunctionName, Transitions};
use funclet_rest_json::{Body, Options, RestJson};

use crate::conformance::{Answer, Client, ClientError, Request, Wait};
use crate::{MemoryNetworks, MemorySources, SeededEntropy};

/// An engine in memory behind the wire form, without sockets. Transitions happen when a case waits, and not before.
///
/// It has buckets and images in memory, so that it offers `s3` and `ecr`. It knows no subnets and no security groups.
pub struct InProcess {
    rest: RestJson,
    sources: Arc<MemorySources>,
}

impl InProcess {
    /// Makes an engine of its own.
    #[must_use]
    pub fn new() -> Self {
        Self::with(|builder| builder)
    }

    /// Makes an engine that is described further by `change`.
    #[must_use]
    pub fn with(change: impl FnOnce(Builder) -> Builder) -> Self {
        let sources = Arc::new(MemorySources::new());
        let builder = Funclet::builder()
            .ids(Arc::new(SeededEntropy::new(1)))
            .code_sources(sources.clone())
            .networks(Arc::new(MemoryNetworks::new()))
            .transitions(Transitions::Manual);
        let funclet = change(builder).open_in_memory();
        Self { rest: RestJson::new(funclet, Options::default()), sources }
    }

    /// Returns the engine, for a server in front of it.
    #[must_use]
    pub fn funclet(&self) -> &Funclet {
        self.rest.funclet()
    }

    fn call(&self, request: &Request) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
        let mut call = http::Request::builder()
            .method(request.method.as_str())
            .uri(request.target.as_str())
            .header("host", "localhost:9001");
        for (name, value) in &request.headers {
            call = call.header(name, value);
        }
        let (head, body) = self.rest.handle(call.body(request.body.clone().into())?).into_parts();
        let body = match body {
            Body::Bytes(bytes) => bytes,
            Body::Package(reader) => reader.read_whole()?,
            Body::Arriving(pieces) => pieces.collect::<Result<Vec<_>, _>>()?.concat().into(),
        };
        let headers = head.headers.iter();
        let headers = headers.map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        Ok(Answer { status: head.status.as_u16(), headers: headers.collect(), body: body.to_vec() })
    }

    fn complete(&self, wait: &Wait<'_>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let caller = Caller { account: wait.setting.account.parse()?, region: wait.setting.region.parse()? };
        let name: FunctionName = name_of(wait.function).parse()?;
        self.rest.funclet().lambda_in(caller).complete_transitions(&name, None)?;
        Ok(())
    }
}

impl Default for InProcess {
    fn default() -> Self {
        Self::new()
    }
}

/// The name in a name, a partial ARN or an ARN, each with or without a qualifier.
fn name_of(function: &str) -> &str {
    let name = function.split_once("function:").map_or(function, |(_, name)| name);
    name.split(':').next().unwrap_or(name)
}

impl Client for InProcess {
    fn send(&self, request: &Request) -> Result<Answer, ClientError> {
        self.call(request).map_err(ClientError::NoAnswer)
    }

    /// Completes what is pending, then looks once.
    fn wait(
        &self,
        wait: &Wait<'_>,
        reached: &mut dyn FnMut() -> Result<bool, ClientError>,
    ) -> Result<(), ClientError> {
        self.complete(wait).map_err(ClientError::NoAnswer)?;
        if reached()? {
            return Ok(());
        }
        let (waiter, function) = (wait.waiter.to_owned(), wait.function.to_owned());
        Err(ClientError::NotReached { waiter, function })
    }

    fn put_object(&self, bucket: &str, key: &str, object: Vec<u8>) -> Result<(), ClientError> {
        self.sources.put_object(bucket, key, object);
        Ok(())
    }

    fn put_image(&self, uri: &str, digest: [u8; 32]) -> Result<(), ClientError> {
        self.sources.put_image(uri, digest);
        Ok(())
    }

    fn offers(&self, requirement: &str) -> bool {
        matches!(requirement, "s3" | "ecr" | "second-region" | "large-payload")
    }
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn names() {
        for function in [
            "f",
            "f:1",
            "111122223333:function:f",
            "function:f:live",
            "arn:aws:lambda:us-east-1:111122223333:function:f",
            "arn:aws:lambda:us-east-1:111122223333:function:f:$LATEST",
        ] {
            assert_eq!(name_of(function), "f", "{function}");
        }
    }
}
