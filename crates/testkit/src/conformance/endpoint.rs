//! A client of whatever listens at a URL.

use std::thread::sleep;
use std::time::{Duration, Instant};

use ureq::Agent;

use crate::conformance::{Answer, Client, ClientError, Request, Wait};

/// The longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// A service behind a URL, asked over HTTP without TLS.
#[derive(Debug)]
pub struct Endpoint {
    url: String,
    agent: Agent,
    patience: Duration,
    pause: Duration,
}

impl Endpoint {
    /// Makes a client of the service at `url`, such as `http://127.0.0.1:9001`.
    #[must_use]
    pub fn new(url: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(120)))
            .build();
        Self {
            url: url.trim_end_matches('/').to_owned(),
            agent: config.into(),
            patience: Duration::from_secs(30),
            pause: Duration::from_millis(50),
        }
    }

    /// Sets how long a state is waited for; half a minute if not set.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    fn call(&self, request: &Request) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
        let url = format!("{}{}", self.url, request.target);
        let mut call = http::Request::builder().method(request.method.as_str()).uri(url);
        for (name, value) in &request.headers {
            call = call.header(name, value);
        }
        let response = if request.body.is_empty() {
            self.agent.run(call.body(())?)?
        } else {
            self.agent.run(call.body(request.body.as_slice())?)?
        };
        let (head, mut body) = response.into_parts();
        let headers = head.headers.iter();
        let headers = headers.map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        Ok(Answer {
            status: head.status.as_u16(),
            headers: headers.collect(),
            body: body.with_config().limit(ANSWER_BYTES_MAX).read_to_vec()?,
        })
    }
}

impl Client for Endpoint {
    fn send(&self, request: &Request) -> Result<Answer, ClientError> {
        self.call(request).map_err(ClientError::NoAnswer)
    }

    /// Looks again and again.
    fn wait(
        &self,
        wait: &Wait<'_>,
        reached: &mut dyn FnMut() -> Result<bool, ClientError>,
    ) -> Result<(), ClientError> {
        let until = Instant::now() + self.patience;
        while !reached()? {
            if Instant::now() >= until {
                let (waiter, function) = (wait.waiter.to_owned(), wait.function.to_owned());
                return Err(ClientError::NotReached { waiter, function });
            }
            sleep(self.pause);
        }
        Ok(())
    }

    fn offers(&self, requirement: &str) -> bool {
        matches!(requirement, "second-region" | "large-payload")
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use super::Endpoint;
    use crate::conformance::{Client as _, Request};

    #[test]
    fn requests_go_out_as_they_are_and_errors_are_answers() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let mut stream = listener.accept().unwrap().0;
            let mut request = Vec::new();
            while !request.ends_with(b"{}") {
                let mut piece = [0; 256];
                let length = stream.read(&mut piece).unwrap();
                assert!(length > 0, "the request ends early");
                request.extend(&piece[..length]);
            }
            stream
                .write_all(b"HTTP/1.1 404 Not Found\r\nx-amzn-ErrorType: Gone\r\ncontent-length: 2\r\n\r\nno")
                .unwrap();
            String::from_utf8(request).unwrap()
        });
        let answer = Endpoint::new(&url)
            .send(&Request {
                method: "PUT".into(),
                target: "/f%3A%24LATEST/code?a=b%2Fc".into(),
                headers: vec![("x-amz-date".into(), "d".into())],
                body: b"{}".to_vec(),
            })
            .unwrap();
        let request = server.join().unwrap();
        assert!(request.starts_with("PUT /f%3A%24LATEST/code?a=b%2Fc HTTP/1.1\r\n"), "{request}");
        assert!(request.to_lowercase().contains("\r\nx-amz-date: d\r\n"), "{request}");
        assert_eq!(
            (answer.status, answer.error_code(), answer.body.as_slice()),
            (404, Some("Gone"), &b"no"[..])
        );
    }
}
