//! Nothing that was acknowledged is lost when the process is killed, and nothing is there that nobody asked for.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use funclet_storage::Entropy as _;
use funclet_testkit::SeededEntropy;
use serde_json::Value;

use crate::support::{
    CODE, Connection, FUNCTIONS, HELLO, Running, command, create_body, run, update_body, zip,
};

/// How often the server is killed, unless `FUNCLET_KILL_ROUNDS` says otherwise.
const ROUNDS: u64 = 6;
const CLIENTS: usize = 4;
/// How many names each client has for functions of its own.
const NAMES: usize = 3;
/// How many acknowledgements a round has at least and at most.
const ACKNOWLEDGED: std::ops::Range<usize> = 20..150;

/// Goal: whenever the process ends, the store holds what was acknowledged, and of what was under way all or nothing.
/// Method: clients create, update, publish and delete functions of their own until the server is killed; then each
/// function is as its client believes it to be, or as the request makes it that got no answer. All rounds have the same
/// directory. Every second one has no syncs, which a process that ends does not need, and in every third the server is
/// killed once more while it opens.
#[test]
fn kill_loses_nothing_acknowledged() {
    let rounds = std::env::var("FUNCLET_KILL_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut clients: Vec<_> = (0..CLIENTS).map(Client::new).collect();
    for round in 0..rounds {
        let dice = Dice(SeededEntropy::new(round));
        let server = serve(folder.path(), round);
        let acknowledged = AtomicUsize::new(0);
        let kill_after = dice.below(ACKNOWLEDGED.len()) + ACKNOWLEDGED.start;
        std::thread::scope(|scope| {
            for client in &mut clients {
                let (connection, acknowledged) = (server.connect(), &acknowledged);
                scope.spawn(move || client.work(round, connection, acknowledged));
            }
            let begun = Instant::now();
            while acknowledged.load(Ordering::Relaxed) < kill_after
                && begun.elapsed() < Duration::from_secs(60)
            {
                std::thread::yield_now();
            }
            // Also when the clients have stopped early: their failure is told then.
            server.signal("-KILL");
        });
        assert!(acknowledged.into_inner() >= kill_after, "round {round}");
        drop(server);
        healthy(folder.path());
        if round % 3 == 2 {
            kill_while_opening(folder.path(), &dice);
            healthy(folder.path());
        }
        let server = serve(folder.path(), round + 1);
        let mut connection = server.connect();
        clients.iter_mut().for_each(|client| client.look(round, &mut connection));
        let believed: Vec<_> = clients.iter().flat_map(Client::names).collect();
        assert_eq!(listed(&mut connection), believed, "round {round}: the functions that are there");
        assert_eq!(server.end("-TERM").0, Some(0));
    }
    healthy(folder.path());
}

fn serve(data_dir: &Path, round: u64) -> Running {
    let arguments = ["--data-dir", data_dir.to_str().unwrap(), "--no-sync"];
    if round.is_multiple_of(2) {
        Running::with(&arguments[..2])
    } else {
        // It warns of what is wanted here.
        Running::logging(&arguments, "warn", Stdio::null())
    }
}

fn kill_while_opening(data_dir: &Path, dice: &Dice) {
    let mut opening = command()
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(data_dir)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (begun, patience) = (Instant::now(), Duration::from_millis(dice.below(60) as u64));
    while begun.elapsed() < patience {
        std::thread::yield_now();
    }
    opening.kill().unwrap();
    opening.wait().unwrap();
}

fn healthy(data_dir: &Path) {
    let checked = run(&["check", data_dir.to_str().unwrap()]);
    assert_eq!(checked.status.code(), Some(0), "{}", String::from_utf8_lossy(&checked.stdout));
}

/// The names of all functions, in order.
fn listed(connection: &mut Connection) -> Vec<String> {
    let (status, list) = connection.call("GET", FUNCTIONS, b"").unwrap();
    assert_eq!((status, &list["NextMarker"]), (200, &Value::Null), "one page is enough");
    let names = list["Functions"].as_array().unwrap().iter();
    names.map(|function| function["FunctionName"].as_str().unwrap().to_owned()).collect()
}

/// Draws what comes next.
struct Dice(SeededEntropy);

impl Dice {
    fn below(&self, bound: usize) -> usize {
        let [low, ..] = self.0.bytes();
        let bytes = self.0.bytes();
        (usize::from(low) << 16 | usize::from(bytes[0]) << 8 | usize::from(bytes[1])) % bound
    }
}

/// A function as a client sees it.
#[derive(Debug, Clone, PartialEq)]
struct Function {
    code: Code,
    versions: BTreeMap<u64, Code>,
}

#[derive(Debug, Clone, PartialEq)]
struct Code {
    sha256: String,
    size: u64,
}

impl Code {
    /// Computes what the service shows, with a store of its own.
    fn of(zip: &[u8]) -> Self {
        let digest = funclet::Package::from(zip.to_vec()).digest();
        let sha256 = funclet::CodeSha256::from_zip_digest(*digest.as_bytes()).to_string();
        Self { sha256, size: zip.len() as u64 }
    }

    fn shown(configuration: &Value) -> Self {
        let text = configuration["CodeSha256"].as_str().expect("a configuration");
        Self { sha256: text.to_owned(), size: configuration["CodeSize"].as_u64().unwrap() }
    }
}

/// What a client asked for and perhaps got no answer to.
#[derive(Debug, Clone)]
enum Asked {
    Create(Code),
    Update { code: Code, publish: bool },
    Publish,
    DeleteVersion(u64),
    Delete,
}

impl Asked {
    /// What it makes of a function, if a version that it publishes is `version`.
    fn outcome(&self, before: Option<&Function>, version: Option<u64>) -> Option<Function> {
        let Some(mut function) = before.cloned() else {
            let Self::Create(code) = self else { return None };
            return Some(Function { code: code.clone(), versions: BTreeMap::new() });
        };
        let publish = |function: &mut Function| {
            function.versions.extend(version.map(|version| (version, function.code.clone())))
        };
        match self {
            Self::Create(_) => unreachable!("its name is taken"),
            Self::Update { code, publish: published } => {
                function.code = code.clone();
                if *published {
                    publish(&mut function);
                }
            }
            Self::Publish => publish(&mut function),
            Self::DeleteVersion(version) => drop(function.versions.remove(version)),
            Self::Delete => return None,
        }
        Some(function)
    }
}

/// A client with functions of its own: as it was told they are, and what it asked last.
struct Client {
    number: usize,
    functions: [Option<Function>; NAMES],
    under_way: Option<(usize, Asked)>,
}

impl Client {
    fn new(number: usize) -> Self {
        Self { number, functions: Default::default(), under_way: None }
    }

    fn name(&self, index: usize) -> String {
        format!("c{}f{index}", self.number)
    }

    fn names(&self) -> Vec<String> {
        let there = (0..NAMES).filter(|index| self.functions[*index].is_some());
        there.map(|index| self.name(index)).collect()
    }

    /// Asks for one thing after another until the server is gone.
    fn work(&mut self, round: u64, mut connection: Connection, acknowledged: &AtomicUsize) {
        let dice = Dice(SeededEntropy::new(round * 100 + self.number as u64 + 1));
        for step in 0.. {
            let index = dice.below(NAMES);
            // Those of 90 KB become files, the others ride in the log.
            let filler = "x".repeat([10, 10, 50_000, 90_000][dice.below(4)]);
            let zip = zip(&format!("{round} {} {step} {filler}", self.number));
            let asked = self.choose(index, Code::of(&zip), &dice);
            let (method, path, body) = request(&self.name(index), &asked, &zip);
            self.under_way = Some((index, asked.clone()));
            let Some((status, answer)) = connection.call(method, &path, body.as_bytes()) else { return };
            assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
            let version = answer["Version"].as_str().and_then(|version| version.parse().ok());
            self.functions[index] = asked.outcome(self.functions[index].as_ref(), version);
            if let (Some(function), true) = (&self.functions[index], answer["CodeSha256"].is_string()) {
                assert_eq!(Code::shown(&answer), function.code, "{method} {path}");
            }
            self.under_way = None;
            acknowledged.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn choose(&self, index: usize, code: Code, dice: &Dice) -> Asked {
        let Some(function) = &self.functions[index] else { return Asked::Create(code) };
        let first = function.versions.keys().next();
        match (dice.below(10), first) {
            (0, _) => Asked::Delete,
            (1 | 2, Some(version)) => Asked::DeleteVersion(*version),
            (3, _) => Asked::Publish,
            (4, _) => Asked::Update { code, publish: true },
            _ => Asked::Update { code, publish: false },
        }
    }

    /// Compares what is there with what has to be, and takes what was under way as it went.
    fn look(&mut self, round: u64, connection: &mut Connection) {
        let under_way = self.under_way.take();
        for index in 0..NAMES {
            let seen = shown(&self.name(index), connection);
            let before = self.functions[index].take();
            let asked = under_way.as_ref().filter(|(of, _)| *of == index).map(|(_, asked)| asked);
            let done = asked.is_some_and(|asked| {
                let newest = seen.as_ref().and_then(|seen| seen.versions.keys().last().copied());
                seen == asked.outcome(before.as_ref(), newest)
            });
            assert!(
                seen == before || done,
                "round {round}, {}: acknowledged {before:?}, under way {asked:?}, found {seen:?}",
                self.name(index)
            );
            self.functions[index] = seen;
        }
    }
}

/// How a client asks: method, path and body.
fn request(name: &str, asked: &Asked, zip: &[u8]) -> (&'static str, String, String) {
    let path = format!("{FUNCTIONS}/{name}");
    match asked {
        Asked::Create(_) => ("POST", FUNCTIONS.to_owned(), create_body(name, zip)),
        Asked::Update { publish, .. } => {
            let mut body: Value = serde_json::from_str(&update_body(zip)).unwrap();
            body["Publish"] = (*publish).into();
            ("PUT", format!("{path}/code"), body.to_string())
        }
        Asked::Publish => ("POST", format!("{path}/versions"), "{}".to_owned()),
        Asked::DeleteVersion(version) => ("DELETE", format!("{path}?Qualifier={version}"), String::new()),
        Asked::Delete => ("DELETE", path, String::new()),
    }
}

/// Reads a function with all its versions; `None` if there is none.
fn shown(name: &str, connection: &mut Connection) -> Option<Function> {
    let (mut latest, mut versions, mut marker) = (None, BTreeMap::new(), String::new());
    loop {
        let path = format!("{FUNCTIONS}/{name}/versions{marker}");
        let (status, page) = connection.call("GET", &path, b"").unwrap();
        if status == 404 {
            return None;
        }
        assert_eq!(status, 200, "{page}");
        for configuration in page["Versions"].as_array().unwrap() {
            match configuration["Version"].as_str().unwrap() {
                "$LATEST" => latest = Some(Code::shown(configuration)),
                version => drop(versions.insert(version.parse().unwrap(), Code::shown(configuration))),
            }
        }
        let Some(next) = page["NextMarker"].as_str() else { break };
        marker = format!("?Marker={next}");
    }
    Some(Function { code: latest.expect("every function has one"), versions })
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
    healthy(folder.path());
}
