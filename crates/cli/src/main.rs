//! The command `funclet`: serves the AWS Lambda control plane on this machine, and has the tools for its stores.

mod address;
mod beside;
mod commands;
mod delay;
mod endpoint;
mod export_file;
mod failure;
mod leftovers;
mod log_output;
mod log_queue;
mod output;
mod paint;
mod progress;
mod ready_file;
mod report_text;
mod switch;
mod vacant;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::commands::{backup, check, export, import, inspect, log, restore, serve};

/// The AWS Lambda control plane on this machine: what `aws lambda` and the SDKs ask for, kept in a crash-safe store.
#[derive(Parser)]
#[command(name = "funclet", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API over HTTP until Ctrl-C or SIGTERM
    Serve(Box<serve::Arguments>),
    /// Check a closed store: every record, every package. Exits with 0 if it is healthy, 1 if it is damaged, 2 if it
    /// cannot be checked
    Check(check::Arguments),
    /// Print the log of a closed store, one record after another; a damaged one up to the damage, with exit code 1
    Log(log::Arguments),
    /// Copy a closed store, or have the server that serves one copy it; the copy opens like any store
    Backup(backup::Arguments),
    /// Check a backup and make a store of it
    ///
    /// A damaged backup is not restored.
    Restore(restore::Arguments),
    /// Write functions, versions and packages of a closed store as JSON lines
    ///
    /// The store is opened as a server opens it, so that nobody else writes: its log may be tidied, but what it holds is
    /// not changed.
    Export(export::Arguments),
    /// Make a store of what `export` wrote
    ///
    /// It gets its name when it is whole. Everything is there as it was, but for links to packages, which are signed anew,
    /// and for the feed of events, which begins.
    Import(import::Arguments),
    /// Say what a package is, whether it would be accepted, and where it runs
    ///
    /// Nothing is extracted or run, and no store is needed. Exits with 0 if all is well, 1 if something was found, 2 if the
    /// package cannot be read.
    Inspect(inspect::Arguments),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Serve(arguments) => serve::run(*arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Log(arguments) => log::run(&arguments),
        Command::Backup(arguments) => backup::run(&arguments),
        Command::Restore(arguments) => restore::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Inspect(arguments) => inspect::run(&arguments),
    }
}
