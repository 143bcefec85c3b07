//! An engine for a test, and short ways to say requests.

use std::io::Read as _;
use std::sync::Arc;

use funclet::{
    Builder, CodeLocation, CreateFunctionRequest, DeleteFunctionRequest, Error, Funclet, FunctionCode,
    FunctionConfiguration, GetFunctionRequest, Lambda, ListFunctionsRequest, ListVersionsByFunctionRequest,
    Package, PackageReader, PublishVersionRequest, Timestamp, UpdateFunctionCodeRequest,
};
use funclet_testkit::{ManualClock, SeededEntropy};

pub(crate) const NOON_MS: u64 = 1_700_000_000_123;

/// An engine of which nothing depends on the machine, and its clock.
pub(crate) fn builder() -> (Builder, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(NOON_MS));
    let builder = Funclet::builder().clock(clock.clone()).ids(Arc::new(SeededEntropy::new(1)));
    (builder, clock)
}

pub(crate) fn create_request(name: &str, package: impl Into<Package>) -> CreateFunctionRequest {
    let code = FunctionCode { zip_file: Some(package.into()), ..Default::default() };
    CreateFunctionRequest { code: Some(code), ..create_without_code(name) }
}

pub(crate) fn create_without_code(name: &str) -> CreateFunctionRequest {
    CreateFunctionRequest {
        function_name: Some(name.into()),
        runtime: Some("python3.13".into()),
        handler: Some("index.handler".into()),
        role: Some("arn:aws:iam::000000000000:role/any".into()),
        ..Default::default()
    }
}

pub(crate) fn update_request(name: &str, package: impl Into<Package>) -> UpdateFunctionCodeRequest {
    let zip_file = Some(package.into());
    UpdateFunctionCodeRequest { function_name: Some(name.into()), zip_file, ..Default::default() }
}

pub(crate) fn update_published(
    lambda: &Lambda,
    name: &str,
    package: impl Into<Package>,
) -> FunctionConfiguration {
    let request = UpdateFunctionCodeRequest { publish: Some(true), ..update_request(name, package) };
    lambda.update_function_code(request).unwrap()
}

pub(crate) fn publish(lambda: &Lambda, name: &str) -> FunctionConfiguration {
    let request = PublishVersionRequest { function_name: Some(name.into()), ..Default::default() };
    lambda.publish_version(request).unwrap()
}

pub(crate) fn get(lambda: &Lambda, name: &str) -> Result<FunctionConfiguration, Error> {
    let request = GetFunctionRequest { function_name: Some(name.into()), qualifier: None };
    lambda.get_function(request).map(|detail| detail.configuration)
}

pub(crate) fn delete(lambda: &Lambda, name: &str) -> Result<(), Error> {
    lambda.delete_function(DeleteFunctionRequest { function_name: Some(name.into()), qualifier: None })
}

pub(crate) fn functions(lambda: &Lambda) -> Vec<String> {
    let page = lambda.list_functions(ListFunctionsRequest::default()).unwrap();
    page.functions.iter().map(|function| function.function_name.to_string()).collect()
}

pub(crate) fn versions(lambda: &Lambda, name: &str) -> Vec<FunctionConfiguration> {
    let request = ListVersionsByFunctionRequest { function_name: Some(name.into()), ..Default::default() };
    lambda.list_versions_by_function(request).unwrap().versions
}

/// Reads the package of a function as somebody does who follows a link.
pub(crate) fn download(funclet: &Funclet, lambda: &Lambda, name: &str) -> Vec<u8> {
    let request = GetFunctionRequest { function_name: Some(name.into()), qualifier: None };
    let CodeLocation::Package { digest, size, .. } = lambda.get_function(request).unwrap().code else {
        panic!("{name} is an image");
    };
    let link = funclet.sign_package_link(&digest, Timestamp(funclet.now().0 + 600_000));
    let bytes = read(funclet.open_package_link(&link).unwrap());
    assert_eq!(bytes.len() as u64, size);
    bytes
}

pub(crate) fn read(mut reader: PackageReader) -> Vec<u8> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).unwrap();
    bytes
}
