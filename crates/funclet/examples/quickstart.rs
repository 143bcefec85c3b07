//! Creates a function, updates it under a RevisionId, loses a race, publishes a version, and reads everything back from
//! the store after opening it again.
//!
//! ```console
//! cargo run --example quickstart [DIRECTORY]
//! ```
//!
//! Without a directory it keeps its store in `quickstart-store`. It may run again on the same one.

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;

use funclet::{
    CreateFunctionRequest, Funclet, FunctionCode, FunctionConfiguration, GetFunctionConfigurationRequest,
    Lambda, PublishVersionRequest, ServiceError, UpdateFunctionCodeRequest,
};
use funclet_testkit::zip_with_content;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).unwrap_or_else(|| "quickstart-store".into());
    run(Path::new(&directory), &mut io::stdout().lock())
}

/// Does it in `directory` and tells about it.
pub(crate) fn run(directory: &Path, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let funclet = Funclet::open(directory)?;
    let lambda = funclet.lambda();
    match lambda.create_function(creation()) {
        Ok(created) => writeln!(out, "created: {}", created.function_arn)?,
        Err(funclet::Error::Refused(ServiceError::FunctionExists { name })) => {
            writeln!(out, "found: {name}")?
        }
        Err(other) => return Err(other.into()),
    }

    // Whoever wants to change the function says which revision of it was read.
    let current = read(&lambda, "hello")?;
    let update = |package: &str| UpdateFunctionCodeRequest {
        function_name: Some("hello".into()),
        zip_file: Some(zip_with_content(package).into()),
        revision_id: Some(current.revision_id.to_string()),
        ..Default::default()
    };
    let updated = lambda.update_function_code(update("def handler(event, context): return 'mine'"))?;
    writeln!(out, "updated: {} bytes, CodeSha256 {}", updated.code_size, updated.code_sha256)?;
    // Somebody else read the same revision and comes a moment later.
    match lambda.update_function_code(update("def handler(event, context): return 'theirs'")) {
        Err(funclet::Error::Refused(error @ ServiceError::RevisionMismatch)) => {
            writeln!(out, "lost the race: {error}")?;
        }
        other => return Err(format!("two updates under one RevisionId: {other:?}").into()),
    }

    let request = PublishVersionRequest { function_name: Some("hello".into()), ..Default::default() };
    let published = lambda.publish_version(request)?;
    writeln!(out, "published: version {}", published.version)?;
    drop((lambda, funclet));

    // Everything above was durable when it was answered; closing the store was no part of that.
    let lambda = Funclet::open(directory)?.lambda();
    let again = read(&lambda, &format!("hello:{}", published.version))?;
    if again != published {
        return Err(format!("{again:?} is not what was published").into());
    }
    writeln!(out, "opened again: {} is there", again.function_arn)?;
    Ok(())
}

fn creation() -> CreateFunctionRequest {
    CreateFunctionRequest {
        function_name: Some("hello".into()),
        runtime: Some("python3.13".into()),
        handler: Some("index.handler".into()),
        role: Some("arn:aws:iam::000000000000:role/any".into()),
        code: Some(FunctionCode {
            zip_file: Some(zip_with_content("def handler(event, context): return 'first'").into()),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn read(lambda: &Lambda, name: &str) -> Result<FunctionConfiguration, funclet::Error> {
    let request = GetFunctionConfigurationRequest { function_name: Some(name.into()), qualifier: None };
    lambda.get_function_configuration(request)
}
