//! A server in a thread, and a client that writes bytes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

use funclet::{Funclet, Maintenance};
use funclet_server::{Config, Ended, Server};
use serde_json::Value;
use tokio::sync::oneshot;

pub(crate) use funclet_testkit::{base64, create_function_body as create_body, zip_with_content as zip};

/// A server that runs until it is stopped or dropped.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Ended>>,
}

impl TestServer {
    pub(crate) fn start() -> Self {
        Self::with(Config::default(), Funclet::in_memory())
    }

    pub(crate) fn with(config: Config, funclet: Funclet) -> Self {
        let config = Config { listen: ([127, 0, 0, 1], 0).into(), ..config };
        let (tell, told) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            runtime.unwrap().block_on(async {
                let server = Server::bind(config, funclet).await.unwrap();
                tell.send(server.local_addr()).unwrap();
                server.serve(async { drop(stopped.await) }).await
            })
        });
        Self { address: told.recv().unwrap(), stop: Some(stop), thread: Some(thread) }
    }

    /// A server on a store in a directory.
    pub(crate) fn on_disk(path: &std::path::Path) -> (Self, Funclet) {
        let funclet = Funclet::builder().path(path).maintenance(Maintenance::Thread).open().unwrap();
        (Self::with(Config::default(), funclet.clone()), funclet)
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection::new(TcpStream::connect(self.address).unwrap())
    }

    /// Sends one request on a connection of its own.
    pub(crate) fn call(&self, method: &str, path: &str, body: impl AsRef<[u8]>) -> Answer {
        self.connect().call(method, path, body)
    }

    #[track_caller]
    pub(crate) fn create(&self, name: &str, zip: &[u8]) -> Value {
        self.call("POST", "/2015-03-31/functions", create_body(name, zip)).json(201)
    }

    /// Begins to stop.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
    }

    /// Waits until the server has stopped.
    pub(crate) fn ended(mut self) -> Ended {
        self.stop();
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A chunk of a body.
pub(crate) struct Chunk(pub(crate) Vec<u8>);

impl Chunk {
    /// Tells whether it is a message of an event stream, of a type, with a payload.
    pub(crate) fn ends_with(&self, payload: &str, event_type: &str) -> bool {
        let Some((message, _crc)) = self.0.split_last_chunk::<4>() else { return false };
        message.ends_with(payload.as_bytes()) && String::from_utf8_lossy(message).contains(event_type)
    }
}

/// A connection.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    fn new(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    /// Writes bytes; tells whether the server still took them.
    pub(crate) fn write(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.get_mut().write_all(bytes.as_ref()).is_ok()
    }

    #[track_caller]
    pub(crate) fn call(&mut self, method: &str, path: &str, body: impl AsRef<[u8]>) -> Answer {
        self.try_call(method, path, body).expect("a response")
    }

    /// Like [`Connection::call`]; `None` if the connection ends instead.
    pub(crate) fn try_call(&mut self, method: &str, path: &str, body: impl AsRef<[u8]>) -> Option<Answer> {
        let body = body.as_ref();
        self.write(head(method, path, body.len()));
        self.write(body);
        self.try_answer()
    }

    /// Reads a response.
    #[track_caller]
    pub(crate) fn answer(&mut self) -> Answer {
        self.try_answer().expect("a response")
    }

    /// Reads a response; `None` if the connection ends before one begins.
    pub(crate) fn try_answer(&mut self) -> Option<Answer> {
        let status_line = self.line()?;
        let status = status_line.split(' ').nth(1).unwrap().parse().unwrap();
        if status == 100 {
            self.line();
            return self.try_answer();
        }
        let mut headers = Vec::new();
        while let Some(line) = self.line().filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':').unwrap();
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        let mut answer = Answer { status, headers, body: Vec::new() };
        let length: u64 = answer.header("content-length").parse().unwrap_or(0);
        self.stream.by_ref().take(length).read_to_end(&mut answer.body).unwrap();
        assert_eq!(answer.body.len() as u64, length, "the whole body");
        Some(answer)
    }

    /// Reads a chunk of a body that comes in chunks; an empty one is its end.
    pub(crate) fn chunk(&mut self) -> Chunk {
        let length = u64::from_str_radix(&self.line().unwrap(), 16).unwrap();
        let mut bytes = Vec::new();
        self.stream.by_ref().take(length).read_to_end(&mut bytes).unwrap();
        assert_eq!(self.line().as_deref(), Some(""));
        Chunk(bytes)
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.stream.read_line(&mut line) {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(line.trim_end().to_owned()),
        }
    }

    /// Tells whether something comes within a time.
    pub(crate) fn answers_within(&mut self, time: Duration) -> bool {
        self.stream.get_mut().set_read_timeout(Some(time)).unwrap();
        let came = self.stream.fill_buf().is_ok_and(|bytes| !bytes.is_empty());
        self.stream.get_mut().set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        came
    }

    /// Ends the sending side.
    pub(crate) fn close_sending(&mut self) {
        self.stream.get_mut().shutdown(std::net::Shutdown::Write).unwrap();
    }

    /// Tells whether the server has closed the connection.
    pub(crate) fn is_closed(&mut self) -> bool {
        match self.stream.fill_buf() {
            Ok(bytes) => bytes.is_empty(),
            // One that was never accepted is reset instead.
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    }
}

pub(crate) fn head(method: &str, path: &str, length: usize) -> String {
    format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n\r\n")
}
