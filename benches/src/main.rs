//! Measures what durability costs, what a large store costs, and what requests cost. Without a subcommand: durable commits per second.

mod against;
mod arguments;
mod candidates;
mod checkpoints;
mod child;
mod commits;
mod functions;
mod inspection;
mod latency;
mod maintenance;
mod opening;
mod report;
mod requests;
mod resident;
mod watch;

use clap::{Parser, Subcommand};

/// What any error becomes: the program ends with it.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
#[command(about = "Measures what durability costs", args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(flatten)]
    commits: commits::Arguments,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Opens a large store: after a clean close, after a crash, without its table, with the table in memory.
    Open(opening::Arguments),
    /// Commits while checkpoints run.
    Checkpoint(checkpoints::Arguments),
    /// Compares a store that is maintained by its callers with one that has threads of its own.
    Maintenance(maintenance::Arguments),
    /// Validates requests, and reads in the process.
    Requests(requests::Arguments),
    /// Inspects packages, in times of what SHA-256 costs over the same bytes.
    Inspection(inspection::Arguments),
    /// Compares durable commits per second with another build of this program, in alternation.
    Against(against::Arguments),
    /// What the others run in a process of its own.
    #[command(hide = true)]
    Child(child::Arguments),
}

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    match &arguments.command {
        None => commits::run(&arguments.commits),
        Some(Command::Open(arguments)) => opening::run(arguments),
        Some(Command::Checkpoint(arguments)) => checkpoints::run(arguments),
        Some(Command::Maintenance(arguments)) => maintenance::run(arguments),
        Some(Command::Requests(arguments)) => requests::run(arguments),
        Some(Command::Inspection(arguments)) => inspection::run(arguments),
        Some(Command::Against(arguments)) => against::run(arguments),
        Some(Command::Child(arguments)) => child::run(arguments),
    }
}
