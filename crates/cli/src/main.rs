//! The command `funclet`: serves the AWS Lambda control plane on this machine, checks stores, prints their logs.

mod address;
mod commands;
mod delay;
mod failure;
mod log_output;
mod log_queue;
mod output;
mod ready_file;
mod switch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::commands::{check, log, serve};

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
    /// Print the log of a closed store, one record after another
    Log(log::Arguments),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Serve(arguments) => serve::run(*arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Log(arguments) => log::run(&arguments),
    }
}
