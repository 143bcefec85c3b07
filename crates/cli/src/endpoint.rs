//! A server as its tools reach it: one request over HTTP/1.1, without TLS.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::str::FromStr;

use serde_json::Value;

/// The longest answer that is read, in bytes. Those of the server's own commands are far shorter.
const ANSWER_BYTES_MAX: u64 = 1 << 20;

/// A host and a port, as in `http://127.0.0.1:9001`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    host: String,
    port: u16,
}

impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected =
            || "expected the URL that the server printed, such as http://127.0.0.1:9001".to_owned();
        let authority = text.strip_prefix("http://").ok_or_else(expected)?;
        let authority = authority.strip_suffix('/').unwrap_or(authority);
        let (host, port) = authority.rsplit_once(':').ok_or_else(expected)?;
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
        if host.is_empty() || !host.bytes().all(is_host) {
            return Err(expected());
        }
        Ok(Self { host: host.to_owned(), port: port.parse().map_err(|_| expected())? })
    }
}

/// An answer: its status, and its body if that is JSON.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Endpoint {
    /// Sends JSON and waits for the answer, however long that takes.
    pub(crate) fn post(&self, path: &str, body: &Value) -> io::Result<Answer> {
        let Self { host, port } = self;
        let mut stream = TcpStream::connect((host.trim_matches(['[', ']']), *port))?;
        let body = body.to_string();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}:{port}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer)?;
        parse(&answer)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the answer is none of HTTP/1.1"))
    }
}

fn parse(answer: &[u8]) -> Option<Answer> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, body) = answer.split_at_checked(end + 4)?;
    let status_line = std::str::from_utf8(head).ok()?.lines().next()?;
    let status = status_line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    Some(Answer { status, body: serde_json::from_slice(body).unwrap_or_default() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Answer, Endpoint, parse};

    #[test]
    fn endpoints() {
        let endpoint = |text: &str| text.parse::<Endpoint>().ok().map(|found| (found.host, found.port));
        assert_eq!(endpoint("http://127.0.0.1:9001"), Some(("127.0.0.1".into(), 9001)));
        assert_eq!(endpoint("http://localhost:1/"), Some(("localhost".into(), 1)));
        assert_eq!(endpoint("http://[::1]:9001"), Some(("[::1]".into(), 9001)));
        for text in [
            "",
            "127.0.0.1:9001",
            "https://x:1",
            "http://x",
            "http://:1",
            "http://x:99999",
            "http://a\r\nb:1",
        ] {
            assert_eq!(endpoint(text), None, "{text:?}");
        }
    }

    #[test]
    fn answers() {
        let answer = parse(b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{\"Files\":1}");
        assert_eq!(answer, Some(Answer { status: 200, body: json!({ "Files": 1 }) }));
        assert_eq!(parse(b"HTTP/1.1 500 x\r\n\r\n").map(|answer| answer.status), Some(500));
        for text in ["", "HTTP/1.1 200 OK\r\n", "SSH-2.0\r\n\r\n", "HTTP/1.1 ok\r\n\r\n"] {
            assert_eq!(parse(text.as_bytes()), None, "{text:?}");
        }
    }
}
