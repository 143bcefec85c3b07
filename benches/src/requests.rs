//! What a request costs before the disk: validation, and a read from beginning to end without a wire.
//!
//! Every candidate runs for the same time in each round, one after another, in batches that are short enough to fall between
//! what else the machine does. The table has the least mean of a batch and the median. Requests are made before the clock
//! starts.

use std::path::Path;
use std::time::{Duration, Instant};

use clap::Args;
use funclet::{
    CreateFunctionRequest, Environment, Funclet, FunctionCode, GetFunctionConfigurationRequest,
    LoggingConfig, UpdateFunctionCodeRequest, VpcConfig,
};

use crate::Failure;
use crate::arguments::{Place, Turns};
use crate::report::spread;

/// How many requests are in a batch.
const BATCH: usize = 100;
const FUNCTION: &str = "arn:aws:lambda:us-east-1:000000000000:function:orders-service-handler";

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    turns: Turns,
    #[command(flatten)]
    place: Place,
}

/// Carries a batch of requests out and tells how long that took.
type Batch<'a> = Box<dyn Fn() -> Result<Duration, Failure> + 'a>;

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let directory = tempfile::tempdir_in(arguments.place.path())?;
    let (on_disk, in_memory) = (with_function(Some(directory.path()))?, with_function(None)?);
    let caller = on_disk.lambda().caller().clone();
    let candidates: [(&str, Batch<'_>); 4] = [
        ("validate UpdateFunctionCode", batch(update(), |request| request.validate(&caller).map(drop))),
        ("validate CreateFunction", batch(creation(), |request| request.validate(&caller).map(drop))),
        ("GetFunctionConfiguration, in memory", reads(&in_memory)),
        ("GetFunctionConfiguration, table in sled", reads(&on_disk)),
    ];
    println!("| | us, least | us, median |");
    println!("| --- | ---: | ---: |");
    let mut measured = candidates.each_ref().map(|_| Vec::new());
    for _ in 0..arguments.turns.rounds {
        for ((_, batch), means) in candidates.iter().zip(&mut measured) {
            let begin = Instant::now();
            while begin.elapsed() < arguments.turns.time() {
                means.push(batch()?.as_secs_f64() * 1e6 / BATCH as f64);
            }
        }
    }
    for ((name, _), means) in candidates.iter().zip(&measured) {
        let means = spread(means);
        println!("| {name} | {:.2} | {:.2} |", means.min, means.median);
    }
    Ok(())
}

fn batch<'a, R: Clone + 'a, E: Into<Failure>>(
    request: R,
    call: impl Fn(R) -> Result<(), E> + 'a,
) -> Batch<'a> {
    Box::new(move || {
        let requests = vec![request.clone(); BATCH];
        let begin = Instant::now();
        requests.into_iter().try_for_each(&call).map_err(Into::into)?;
        Ok(begin.elapsed())
    })
}

fn reads(funclet: &Funclet) -> Batch<'_> {
    let lambda = funclet.lambda();
    let request =
        GetFunctionConfigurationRequest { function_name: Some(FUNCTION.into()), ..Default::default() };
    batch(request, move |request| lambda.get_function_configuration(request).map(drop))
}

/// An update from S3, of which nothing but its members is looked at.
fn update() -> UpdateFunctionCodeRequest {
    UpdateFunctionCodeRequest {
        function_name: Some(FUNCTION.into()),
        s3_bucket: Some("orders-service-releases".into()),
        s3_key: Some("2026/11/handler.zip".into()),
        architectures: Some(vec!["arm64".into()]),
        publish: Some(true),
        revision_id: Some("30313233-3435-3637-3839-616263646566".into()),
        ..Default::default()
    }
}

/// A creation with what functions commonly have.
fn creation() -> CreateFunctionRequest {
    let variables = (0..8).map(|number| (format!("VARIABLE_{number}"), format!("value {number}"))).collect();
    let ids = |prefix: &str| Some((0..3).map(|number| format!("{prefix}-0123456789abcde{number}")).collect());
    CreateFunctionRequest {
        function_name: Some(FUNCTION.into()),
        runtime: Some("python3.13".into()),
        handler: Some("index.handler".into()),
        role: Some("arn:aws:iam::000000000000:role/orders-service".into()),
        code: Some(FunctionCode { zip_file: Some(package().into()), ..Default::default() }),
        description: Some("Takes the orders of the shop.".into()),
        memory_size: Some(512),
        timeout: Some(30),
        environment: Some(Environment { variables: Some(variables) }),
        vpc_config: Some(VpcConfig {
            subnet_ids: ids("subnet"),
            security_group_ids: ids("sg"),
            ..Default::default()
        }),
        logging_config: Some(LoggingConfig { log_format: Some("JSON".into()), ..Default::default() }),
        tags: Some([("team", "orders"), ("stage", "production")].into_iter().collect()),
        ..Default::default()
    }
}

/// A store with the function in it.
fn with_function(path: Option<&Path>) -> Result<Funclet, Failure> {
    let funclet = match path {
        Some(path) => Funclet::open(path)?,
        None => Funclet::in_memory(),
    };
    funclet.lambda().create_function(creation())?;
    Ok(funclet)
}

/// A zip archive with an empty file.
fn package() -> Vec<u8> {
    const NAME: &[u8] = b"index.py";
    const ABOUT_FILE: [u8; 26] =
        [20, 0, 0, 0, 0, 0, 0, 0, 33, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NAME.len() as u8, 0, 0, 0];
    let entry = [b"PK\x03\x04", &ABOUT_FILE[..], NAME].concat();
    let listed = [b"PK\x01\x02\x14\0", &ABOUT_FILE[..], &[0; 14], NAME].concat();
    let end = [0, 0, 0, 0, 1, 0, 1, 0, listed.len() as u8, 0, 0, 0, entry.len() as u8, 0, 0, 0, 0, 0];
    [&entry[..], &listed, b"PK\x05\x06", &end].concat()
}
