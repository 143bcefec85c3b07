//! The command `funclet-conformance`: plays recorded cases against an endpoint and tells where it differs from AWS.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser;
use funclet_testkit::conformance::{Client, Endpoint, InProcess, Options, Suite, run};

/// Play recorded cases and compare every answer with that of live AWS.
///
/// Exits with 0 if no case failed, 1 if one did, 2 if the cases cannot be read.
#[derive(Parser)]
#[command(name = "funclet-conformance", version)]
struct Arguments {
    /// The service that is asked, such as http://127.0.0.1:9001
    #[arg(long, value_name = "URL", required_unless_present = "in_process")]
    endpoint: Option<String>,
    /// Ask an engine in this process, whose transitions happen when a case waits
    #[arg(long, conflicts_with = "endpoint")]
    in_process: bool,
    /// The folder with index.json, operations.json, zips.json and the cases
    #[arg(long, value_name = "DIR")]
    cases: PathBuf,
    /// Play only the cases of this topic
    #[arg(long)]
    topic: Option<String>,
    /// Play all cases in this account, for services that do not take it from the access key
    #[arg(long)]
    account: Option<String>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    match play(Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            let causes = std::iter::successors(error.source(), |error| error.source());
            let causes: String = causes.map(|cause| format!(": {cause}")).collect();
            let _ = writeln!(io::stderr(), "funclet-conformance: {error}{causes}");
            ExitCode::from(2)
        }
    }
}

fn play(arguments: Arguments) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let suite = Suite::load(&arguments.cases)?;
    let client: Box<dyn Client> = match &arguments.endpoint {
        Some(url) => Box::new(Endpoint::new(url)),
        None => Box::new(InProcess::new()),
    };
    // An endpoint may still have what an earlier run has left.
    let seed = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let options = Options { topic: arguments.topic, account: arguments.account, seed };
    let report = run(client.as_ref(), &suite, &options);
    let mut out = io::stdout().lock();
    if arguments.json {
        writeln!(out, "{:#}", report.to_json())?;
    } else {
        write!(out, "{report}")?;
    }
    Ok(if report.total().failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
