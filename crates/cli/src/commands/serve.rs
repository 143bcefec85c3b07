//! `funclet serve`.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use funclet::{
    AccountId, ArchPolicy, Clock, Durability, Framing, Funclet, Inspection, Maintenance, Region, RequestRate,
    ShiftedClock, Transitions, parse_framing,
};
use funclet_server::{Config, Ended, Server};
use tracing_subscriber::EnvFilter;

use crate::delay::TransitionDelay;
use crate::log_output::{self, LogFormat};
use crate::ready_file::{self, ReadyFile};
use crate::switch::Switch;
use crate::{address, failure, output};

/// How many threads answer requests. Commits wait in none of them.
const WORKERS: usize = 2;

/// How long the end of the log may take to be written.
const LOG_PATIENCE: Duration = Duration::from_secs(1);

#[derive(Args)]
pub(crate) struct Arguments {
    /// The directory that keeps everything; created if nothing is there
    #[arg(long, env = "FUNCLET_DATA_DIR", default_value = ".funclet")]
    data_dir: PathBuf,
    /// Keep everything in memory and forget it at the end
    #[arg(long, env = "FUNCLET_IN_MEMORY", value_parser = Switch)]
    in_memory: bool,
    /// The address, or name of a host, and port to listen on; port 0 lets the system choose one
    #[arg(long, env = "FUNCLET_LISTEN", default_value = "127.0.0.1:9001", value_parser = address::resolve)]
    listen: SocketAddr,
    /// Allow to listen on an address that other machines reach. Requests are not authenticated
    #[arg(long, env = "FUNCLET_ALLOW_REMOTE", value_parser = Switch)]
    allow_remote: bool,
    /// The URL under which clients reach the server, if it is not the one in their requests
    #[arg(long, env = "FUNCLET_BASE_URL")]
    base_url: Option<String>,
    /// The region of requests that name none
    #[arg(long, env = "FUNCLET_REGION", default_value = "us-east-1")]
    region: Region,
    /// The account of requests that name none
    #[arg(long, env = "FUNCLET_ACCOUNT", default_value = "000000000000")]
    account: AccountId,
    /// A file to write the endpoint to when the server is ready; removed at the end
    #[arg(long, env = "FUNCLET_READY_FILE")]
    ready_file: Option<PathBuf>,
    /// How long creations and updates stay in progress: 0, a time such as 250ms or 1s, or `manual`
    #[arg(long, env = "FUNCLET_TRANSITION_DELAY", default_value = "0")]
    transition_delay: TransitionDelay,
    /// Do not wait for the disk: faster, but acknowledged updates survive only the end of the process, not of the machine
    #[arg(long, env = "FUNCLET_NO_SYNC", value_parser = Switch)]
    no_sync: bool,
    /// Allow `POST /_funclet/reset` to delete everything, for test suites
    #[arg(long, env = "FUNCLET_ALLOW_RESET", value_parser = Switch)]
    allow_reset: bool,
    /// Allow `POST /_funclet/backup` to write a copy of the store to any directory, for `funclet backup --endpoint`
    #[arg(long, env = "FUNCLET_ALLOW_BACKUP", value_parser = Switch)]
    allow_backup: bool,
    /// Allow `POST /_funclet/transitions` to complete or fail what is pending of a function
    #[arg(long, env = "FUNCLET_ALLOW_TRANSITIONS", value_parser = Switch)]
    allow_transitions: bool,
    /// Allow `POST /_funclet/clock` to put the clock of the server forward
    #[arg(long, env = "FUNCLET_ALLOW_CLOCK", value_parser = Switch)]
    allow_clock: bool,
    /// Allow `POST /_funclet/faults` to let requests fail, wait or get no answer
    #[arg(long, env = "FUNCLET_ALLOW_FAULTS", value_parser = Switch)]
    allow_faults: bool,
    /// How many requests a second an account may send in a region, for tests of clients; AWS allows 15. Default: no limit
    #[arg(long, env = "FUNCLET_REQUEST_RATE", value_parser = clap::value_parser!(u32).range(1..))]
    request_rate: Option<u32>,
    /// How many executions at a time an account has in a region; functions can reserve all but 100 of them
    #[arg(long, env = "FUNCLET_CONCURRENT_EXECUTIONS", default_value_t = 1000)]
    concurrent_executions: u32,
    /// What is done about native code that does not run on the function's architecture: off, warn or enforce
    #[arg(long, env = "FUNCLET_ARCH_POLICY", default_value_t = ArchPolicy::Warn)]
    arch_policy: ArchPolicy,
    /// Which archives are taken: lenient as by AWS, or strict, only those that all readers read alike
    #[arg(long, env = "FUNCLET_FRAMING", default_value = "lenient", value_parser = parse_framing)]
    framing: Framing,
    /// The form of the log on standard error
    #[arg(long, env = "FUNCLET_LOG_FORMAT", value_enum, default_value = "text")]
    log_format: LogFormat,
    /// What is logged: error, warn, info, debug or trace
    #[arg(long, env = "FUNCLET_LOG_LEVEL", default_value = "info", value_parser = log_output::filter)]
    log_level: EnvFilter,
}

/// Serves until a signal ends it. Failures are one sentence on standard error and exit code 1.
pub(crate) fn run(arguments: Arguments) -> ExitCode {
    failure::exit(serve(arguments))
}

fn serve(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    warn_about(&arguments)?;
    if let Some(path) = &arguments.ready_file {
        // A server that was killed left its file, and opening the store may take a while.
        ready_file::clear(path).map_err(|error| ready_file_failed(path, &error))?;
    }
    let clock = arguments.allow_clock.then(Arc::<ShiftedClock>::default);
    let funclet = open(&arguments, clock.as_ref())?;
    let log = log_output::start(arguments.log_format, arguments.log_level.clone())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build()?;
    let served = runtime.block_on(until_signal(&arguments, funclet.clone(), clock));
    // What is still running was cut; nobody waits for it.
    runtime.shutdown_background();
    let closed = funclet.close();
    log.flush(LOG_PATIENCE);
    let ended = served?;
    if ended.connections_cut > 0 {
        output::complain(format_args!("{} connections were cut", ended.connections_cut));
    }
    closed.map_err(Into::into)
}

/// Says what is dangerous, or refuses it.
fn warn_about(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let Arguments { listen, allow_remote, no_sync, in_memory, .. } = arguments;
    if !listen.ip().is_loopback() {
        if !allow_remote {
            return Err(format!(
                "{listen} is not a loopback address: other machines could reach it, and requests are not authenticated. \
                 Add --allow-remote if that is wanted."
            )
            .into());
        }
        output::complain(format_args!(
            "WARNING: listening on {listen}: everybody who reaches it can read, change and delete all functions"
        ));
    }
    if *no_sync && !in_memory {
        output::complain(
            "WARNING: --no-sync: acknowledged updates survive a crash of this process, but NOT a power failure or a \
             crash of the machine",
        );
    }
    Ok(())
}

fn open(arguments: &Arguments, clock: Option<&Arc<ShiftedClock>>) -> Result<Funclet, Box<dyn Error>> {
    let TransitionDelay(transitions) = arguments.transition_delay;
    let builder = Funclet::builder()
        .account(arguments.account.clone())
        .region(arguments.region.clone())
        .transitions(transitions)
        .concurrent_executions_max(arguments.concurrent_executions)
        .inspection(Inspection { arch_policy: arguments.arch_policy, framing: arguments.framing })
        .durability(if arguments.no_sync { Durability::Process } else { Durability::Disk })
        .maintenance(Maintenance::Thread);
    let builder = match arguments.request_rate {
        Some(per_second) => builder.request_rate(RequestRate { per_second, ..RequestRate::AWS }),
        None => builder,
    };
    let builder = match clock {
        Some(clock) => builder.clock(Arc::clone(clock) as Arc<dyn Clock>),
        None => builder,
    };
    if arguments.in_memory {
        Ok(builder.open_in_memory())
    } else {
        Ok(builder.path(&arguments.data_dir).open()?)
    }
}

async fn until_signal(
    arguments: &Arguments,
    funclet: Funclet,
    clock: Option<Arc<ShiftedClock>>,
) -> Result<Ended, Box<dyn Error>> {
    let mut config = Config {
        listen: arguments.listen,
        allow_reset: arguments.allow_reset,
        allow_backup: arguments.allow_backup,
        allow_transitions: arguments.allow_transitions,
        clock,
        allow_faults: arguments.allow_faults,
        ..Config::default()
    };
    config.rest.base_url.clone_from(&arguments.base_url);
    // Signals are caught before anybody can know that the server is there to be signalled.
    let signal = signal()?;
    let server = Server::bind(config, funclet).await?;
    let endpoint = server.endpoint();
    let ready = |path| ReadyFile::write(path, &endpoint).map_err(|error| ready_file_failed(path, &error));
    let _ready_file = arguments.ready_file.as_deref().map(ready).transpose()?;
    // The server serves whether or not somebody reads this.
    let _ = greet(arguments, &endpoint);
    Ok(server.serve(signal).await)
}

fn ready_file_failed(path: &Path, error: &io::Error) -> String {
    format!("cannot write the ready file {}: {error}", path.display())
}

/// Prints what a person needs to begin.
fn greet(arguments: &Arguments, endpoint: &str) -> io::Result<()> {
    let place =
        if arguments.in_memory { "memory".to_owned() } else { arguments.data_dir.display().to_string() };
    let transitions = match arguments.transition_delay.0 {
        Transitions::Immediate => String::new(),
        Transitions::After(delay) => format!(", transitions take {delay:?}"),
        Transitions::Manual => ", transitions are finished by hand".to_owned(),
    };
    output::line(format_args!("Funclet serves {endpoint} from {place}{transitions}\n"))?;
    output::line(format_args!(
        "export AWS_ENDPOINT_URL_LAMBDA={endpoint} AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY=any \
         AWS_DEFAULT_REGION={}",
        arguments.account, arguments.region
    ))?;
    output::line("aws lambda list-functions")
}

/// Waits for Ctrl-C or SIGTERM.
#[cfg(unix)]
fn signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
fn signal() -> io::Result<impl Future<Output = ()>> {
    // Without a way to wait, the server runs until it is ended from outside.
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}
