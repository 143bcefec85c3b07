//! Runs the binary and talks to it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) use funclet_testkit::{
    create_function_body as create_body, update_function_code_body as update_body, zip_with_content as zip,
};

/// Runs the binary to its end, without any of the caller's settings.
pub(crate) fn run(arguments: &[&str]) -> Output {
    command().args(arguments).output().unwrap()
}

/// The binary, deaf to the environment of whoever runs the tests.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_funclet"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("FUNCLET_") {
            command.env_remove(name);
        }
    }
    command
}

/// Standard error of a run that had to fail with this exit code, and in one line.
#[track_caller]
pub(crate) fn refusal(output: &Output, code: i32) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert_eq!(text.lines().count(), 1, "one sentence: {text}");
    text
}

/// A server of its own, killed when it is dropped.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) endpoint: String,
    pub(crate) ready_file: PathBuf,
    _folder: TempDir,
}

impl Running {
    /// Serves a data directory on a free port.
    pub(crate) fn on(data_dir: &Path) -> Self {
        Self::with(&["--data-dir", data_dir.to_str().unwrap()])
    }

    /// Serves with these arguments on a free port, and waits until it is ready.
    pub(crate) fn with(arguments: &[&str]) -> Self {
        Self::logging(arguments, "warn", Stdio::inherit())
    }

    /// Serves with these arguments and log level, and waits until it is ready.
    pub(crate) fn logging(arguments: &[&str], level: &str, stderr: Stdio) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ready_file = folder.path().join("ready");
        let mut child = command()
            .args(["serve", "--listen", "127.0.0.1:0", "--log-level", level, "--ready-file"])
            .arg(&ready_file)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let endpoint = wait_for(&mut child, &ready_file);
        Self { child, endpoint, ready_file, _folder: folder }
    }

    pub(crate) fn connect(&self) -> Connection {
        let address = self.endpoint.strip_prefix("http://").unwrap();
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.set_nodelay(true).unwrap();
        Connection { stream: BufReader::new(stream) }
    }

    pub(crate) fn call(&self, method: &str, path: &str, body: impl AsRef<[u8]>) -> (u16, Value) {
        self.connect().call(method, path, body.as_ref()).expect("an answer")
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Sends a signal and returns the exit code and what was printed.
    pub(crate) fn end(mut self, signal: &str) -> (Option<i32>, String) {
        self.signal(signal);
        let code = self.child.wait().unwrap().code();
        let mut printed = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
        (code, printed)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait_for(child: &mut Child, ready_file: &Path) -> String {
    let begun = Instant::now();
    loop {
        if let Ok(endpoint) = std::fs::read_to_string(ready_file) {
            return endpoint.strip_suffix('\n').expect("the whole line").to_owned();
        }
        if let Some(status) = child.try_wait().unwrap() {
            panic!("the server ended with {status} before it was ready");
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "the server is not ready after a minute");
        std::thread::yield_now();
    }
}

/// A connection to a server.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    /// Sends a request and reads the answer; `None` if the connection breaks.
    pub(crate) fn call(&mut self, method: &str, path: &str, body: &[u8]) -> Option<(u16, Value)> {
        let head =
            format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n", body.len());
        let stream = self.stream.get_mut();
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body)).ok()?;
        let status = self.line()?.split(' ').nth(1)?.parse().ok()?;
        let mut length = 0;
        while let Some(line) = self.line().filter(|line| !line.is_empty()) {
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
                length = value.parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).ok()?;
        Some((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).ok()?;
        (read > 0).then(|| line.trim_end().to_owned())
    }
}

pub(crate) const FUNCTIONS: &str = "/2015-03-31/functions";
pub(crate) const HELLO: &str = "/2015-03-31/functions/hello";
pub(crate) const CODE: &str = "/2015-03-31/functions/hello/code";
