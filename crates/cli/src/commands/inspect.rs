//! `funclet inspect`.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal as _, stdin, stdout};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use clap::{Args, ValueEnum};
use funclet_package_inspection::{
    Architecture, Facts, Framing, InspectOptions, Level, Limits, Report, Usage, Verdict, inspect,
    pack_directory,
};

use crate::paint::Paint;
use crate::report_text::{ReportText, grouped, printable};
use crate::{failure, output};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The package: an archive, a folder, which is zipped for this into a temporary file, or - for an archive from
    /// standard input
    file: PathBuf,
    /// The architecture of the function that it is for
    #[arg(long, value_enum)]
    arch: Option<Arch>,
    /// The runtime of the function, such as python3.13: what it starts, and which C library it has
    #[arg(long)]
    runtime: Option<String>,
    /// The handler of the function, such as app.handler
    #[arg(long)]
    handler: Option<String>,
    /// It is a layer, not a function
    #[arg(long)]
    layer: bool,
    /// How deep to look
    #[arg(long, value_enum, default_value_t = Depth::Verify)]
    level: Depth,
    /// Judge by the strict profile, which refuses whatever two readers of archives could read differently, instead of
    /// the lenient one, which takes what AWS Lambda takes
    #[arg(long)]
    strict: bool,
    /// From which severity on a finding makes the exit code 1
    #[arg(long, value_enum, default_value_t = Severity::Warn)]
    severity: Severity,
    /// Print the report as one JSON object
    ///
    /// Its members:
    ///   level              how deep it looked: frame, heads, verify
    ///   profile            by which it is judged: lenient, strict
    ///   asked              what the command was told: architecture, runtime and handler, or null; layer
    ///   code_sha256        in base64, as CodeSha256; code_size in bytes
    ///   entries, files     how many; unzipped, their declared bytes
    ///   strict, lenient    what each profile makes of it: accept, warn, reject
    ///   refusal            why the profile rejects it; only if it does
    ///   architectures      for x86_64 and arm64: ok, mismatch, no_native (as good as ok), unknown
    ///   offenders          for each architecture, the first files that do not run on it
    ///   findings           each with code, severity (info, warn, reject), entry and detail
    ///   finding_counts     how many of each code; of no code are more than 64 listed
    ///   kinds              how many files of each kind
    ///   natives            each with path, kind, machine or machines, size, malformed if it is;
    ///                      after verify with interp, needed, run_path, glibc, musl and static
    ///   natives_left_out   how many more there are; only if some are
    ///   wheels             each with path and tags; only if there are some
    ///   predicted_failure  error_type and message; only if one is foreseen
    #[arg(long, verbatim_doc_comment)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Arch {
    #[value(name = "x86_64")]
    X86_64,
    Arm64,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Depth {
    /// The digest, and how the archive is framed
    Frame,
    /// And the first bytes of each file: what it is, and for which machine
    Heads,
    /// And the whole content: its checksums, and what native code needs
    Verify,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Severity {
    /// Likely not what the author wants
    Warn,
    /// A reason to refuse the package
    Reject,
}

/// Exit code for findings.
const FOUND: u8 = 1;

/// Exit code for what could not be inspected.
const NOT_INSPECTED: u8 = 2;

/// Inspects a package and prints the report.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let facts = match facts(arguments) {
        Ok(facts) => facts,
        Err(error) => {
            output::complain(failure::sentence(&*error));
            return NOT_INSPECTED.into();
        }
    };
    let usage = usage(arguments);
    let report = facts.report(&usage);
    if let Err(error) = output::unless_seen_enough(print(&report, &usage, arguments)) {
        output::complain(error);
        return NOT_INSPECTED.into();
    }
    let severity = match arguments.severity {
        Severity::Warn => Verdict::Warn,
        Severity::Reject => Verdict::Reject,
    };
    if report.verdict(framing(arguments)) >= severity { FOUND.into() } else { ExitCode::SUCCESS }
}

fn framing(arguments: &Arguments) -> Framing {
    if arguments.strict { Framing::Strict } else { Framing::Lenient }
}

/// An archive may be larger than an upload; larger ones come from S3.
fn limits() -> Limits {
    Limits { zipped_bytes_max: u64::MAX, ..Limits::default() }
}

fn usage(arguments: &Arguments) -> Usage {
    Usage {
        architecture: arguments.arch.map(|arch| match arch {
            Arch::X86_64 => Architecture::X86_64,
            Arch::Arm64 => Architecture::Arm64,
        }),
        runtime: arguments.runtime.clone(),
        handler: arguments.handler.clone(),
        is_layer: arguments.layer,
        limits: limits(),
    }
}

fn facts(Arguments { file, level, .. }: &Arguments) -> Result<Facts, Box<dyn Error>> {
    let level = match level {
        Depth::Frame => Level::Frame,
        Depth::Heads => Level::Heads,
        Depth::Verify => Level::Verify,
    };
    let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let archive = open(file)?;
    let inspected =
        inspect(&archive, &InspectOptions { level, limits: limits(), threads, ..InspectOptions::default() });
    Ok(inspected.map_err(|error| format!("{}: {}", name(file), failure::sentence(&error)))?)
}

fn is_stdin(file: &Path) -> bool {
    file == Path::new("-")
}

fn name(file: &Path) -> String {
    if is_stdin(file) { "standard input".to_owned() } else { printable(&file.to_string_lossy()) }
}

/// Returns the archive; the one of a folder or of standard input lies in a file that nobody else sees.
fn open(file: &Path) -> Result<File, Box<dyn Error>> {
    let unreadable = |error| format!("cannot read {}: {error}", name(file));
    if is_stdin(file) {
        let mut archive = temporary()?;
        io::copy(&mut stdin().lock(), &mut archive)
            .map_err(|error| format!("cannot copy standard input to a temporary file: {error}"))?;
        return Ok(archive);
    }
    // Before it is opened, which for a pipe takes until somebody writes.
    let found = fs::metadata(file).map_err(unreadable)?;
    if found.is_dir() {
        let archive = pack_directory(file, BufWriter::new(temporary()?))?;
        return Ok(archive.into_inner().map_err(|error| error.into_error())?);
    }
    if !found.is_file() {
        let name = name(file);
        return Err(format!("{name} is neither a file nor a folder; for standard input say -").into());
    }
    Ok(File::open(file).map_err(unreadable)?)
}

fn temporary() -> Result<File, String> {
    tempfile::tempfile().map_err(|error| format!("cannot make a temporary file: {error}"))
}

fn print(report: &Report<'_>, usage: &Usage, arguments: &Arguments) -> io::Result<()> {
    let framing = framing(arguments);
    if arguments.json {
        let written = report.written(framing).asked(usage);
        let pretty = stdout().is_terminal();
        let text =
            if pretty { serde_json::to_string_pretty(&written) } else { serde_json::to_string(&written) };
        return output::line(text?);
    }
    let text = ReportText { name: &name(&arguments.file), report, framing, notes: &notes(report, arguments) };
    output::line(text.describe(Paint::for_stdout()))
}

/// What is no fault of the package, but good to know.
fn notes(report: &Report<'_>, arguments: &Arguments) -> Vec<String> {
    let mut notes = Vec::new();
    if arguments.file.is_dir() && !is_stdin(&arguments.file) {
        notes.push("the folder was zipped for this; another archive of it has another digest".to_owned());
    }
    let direct = Limits::default().zipped_bytes_max;
    if report.facts().code_size > direct {
        let direct = grouped(direct);
        notes.push(format!("larger than the {direct} bytes of a direct upload: it has to come from S3"));
    }
    notes.extend(unasked(arguments));
    if let Some(runtime) =
        arguments.runtime.as_deref().filter(|text| text.parse::<funclet::Runtime>().is_err())
    {
        notes.push(format!("no function can be created with the runtime {}", printable(runtime)));
    }
    notes
}

/// What was asked in vain.
fn unasked(arguments: &Arguments) -> Vec<String> {
    let Arguments { arch, runtime, handler, layer, level, .. } = arguments;
    let mut notes = Vec::new();
    if *layer && handler.is_some() {
        notes.push("a layer has no handler: what --handler names was not looked for".to_owned());
    }
    let handler = handler.as_ref().filter(|_| !layer);
    if matches!(level, Depth::Frame) {
        let asked =
            [arch.map(|_| "--arch"), runtime.as_ref().map(|_| "--runtime"), handler.map(|_| "--handler")];
        if let Some(asked) = series(&asked.into_iter().flatten().collect::<Vec<_>>()) {
            notes.push(format!("the level frame looks into no file: it says nothing about {asked}"));
        }
    } else if handler.is_some() && runtime.is_none() {
        notes.push(
            "which file --handler names depends on the runtime: without --runtime none was looked for"
                .to_owned(),
        );
    }
    notes
}

/// Writes words one after the other, as a sentence has them.
fn series(words: &[&str]) -> Option<String> {
    let (last, before) = words.split_last()?;
    Some(if before.is_empty() { (*last).to_owned() } else { format!("{} and {last}", before.join(", ")) })
}
