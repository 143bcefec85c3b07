//! Code from elsewhere: objects in S3 and images, read when they are asked for.

use std::sync::Arc;

use funclet::{
    Caller, CodeLocation, CodeSources, CreateFunctionRequest, Error, Funclet, FunctionCode,
    GetFunctionRequest, ImageUri, Lambda, PackageWriter, ResolvedImage, S3Object, ServiceError, SourceError,
    UpdateFunctionCodeRequest,
};
use funclet_testkit::{MemorySources, zip_of_zipped_size, zip_with_content};

use crate::scene::{create_request, create_without_code, download, get, update_request};

fn engine() -> (Funclet, Lambda, Arc<MemorySources>) {
    let sources = Arc::new(MemorySources::new());
    let funclet = Funclet::builder().code_sources(sources.clone()).open_in_memory();
    let lambda = funclet.lambda();
    (funclet, lambda, sources)
}

fn object(key: &str) -> FunctionCode<funclet::Package> {
    FunctionCode { s3_bucket: Some("bucket".into()), s3_key: Some(key.into()), ..Default::default() }
}

fn create_from(name: &str, code: FunctionCode<funclet::Package>) -> CreateFunctionRequest {
    CreateFunctionRequest { code: Some(code), ..create_without_code(name) }
}

fn update_from(name: &str, bucket: &str, key: &str, version: Option<&str>) -> UpdateFunctionCodeRequest {
    UpdateFunctionCodeRequest {
        function_name: Some(name.into()),
        s3_bucket: Some(bucket.into()),
        s3_key: Some(key.into()),
        s3_object_version: version.map(Into::into),
        ..Default::default()
    }
}

fn create_image(name: &str, uri: &str) -> CreateFunctionRequest {
    CreateFunctionRequest {
        package_type: Some("Image".into()),
        runtime: None,
        handler: None,
        ..create_from(name, FunctionCode { image_uri: Some(uri.into()), ..Default::default() })
    }
}

fn text<T: std::fmt::Debug>(outcome: Result<T, Error>) -> String {
    match outcome {
        Err(Error::Refused(error)) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_object_is_read_when_the_operation_runs() {
    let (funclet, lambda, sources) = engine();
    let [first, second] = ["x = 1", "x = 2"].map(zip_with_content);
    let old = sources.put_object("bucket", "f.zip", first.clone());
    lambda.create_function(create_from("f", object("f.zip"))).unwrap();
    sources.put_object("bucket", "f.zip", second.clone());
    assert_eq!(download(&funclet, &lambda, "f"), first, "later changes have no effect");
    lambda.update_function_code(update_from("f", "bucket", "f.zip", None)).unwrap();
    assert_eq!(download(&funclet, &lambda, "f"), second);
    sources.delete_object("bucket", "f.zip");
    assert_eq!(download(&funclet, &lambda, "f"), second);
    lambda.update_function_code(update_from("f", "bucket", "f.zip", Some(&old))).unwrap();
    assert_eq!(download(&funclet, &lambda, "f"), first, "a version is there for good");
}

#[test]
fn what_s3_refuses_is_passed_on_in_its_words() {
    let (_, lambda, sources) = engine();
    lambda.create_function(create_request("f", zip_with_content("x = 1"))).unwrap();
    sources.put_object("bucket", "f.zip", zip_with_content("x = 1"));
    sources.put_object("bucket", "bad.zip", "no archive");
    sources.create_bucket_in("far-away", "eu-west-1");
    let before = "Error occurred while GetObject";
    for (bucket, key, version, expected) in [
        (
            "no-bucket",
            "f.zip",
            None,
            format!(
                "{before}. S3 Error Code: NoSuchBucket. S3 Error Message: The specified bucket does not exist"
            ),
        ),
        (
            "bucket",
            "g.zip",
            None,
            format!(
                "{before}. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist."
            ),
        ),
        (
            "far-away",
            "f.zip",
            None,
            format!(
                "{before}. S3 Error Code: PermanentRedirect. S3 Error Message: The bucket is in this region: eu-west-1. \
                 Please use this region to retry the request"
            ),
        ),
        (
            "far-away",
            "f.zip",
            Some("1"),
            format!(
                "{before}Version. S3 Error Code: PermanentRedirect. S3 Error Message: The bucket you are attempting to \
                 access must be addressed using the specified endpoint. Please send all future requests to this endpoint."
            ),
        ),
        (
            "bucket",
            "f.zip",
            Some("7"),
            format!(
                "{before}Version. S3 Error Code: NoSuchVersion. S3 Error Message: The specified version does not exist."
            ),
        ),
        (
            "bucket",
            "bad.zip",
            None,
            "Could not unzip uploaded file. Please check your file, then try to upload again.".into(),
        ),
    ] {
        assert_eq!(text(lambda.update_function_code(update_from("f", bucket, key, version))), expected);
    }
}

/// Whatever can be refused without the object is refused before it is read; what the object is refused for comes in its
/// turn.
#[test]
fn nothing_is_fetched_for_a_request_that_is_refused_anyway() {
    let (_, lambda, sources) = engine();
    sources.put_object("bucket", "f.zip", zip_with_content("x = 1"));
    let not_found = text(lambda.update_function_code(update_from("f", "no-bucket", "f.zip", None)));
    assert_eq!(not_found, "Function not found: arn:aws:lambda:us-east-1:000000000000:function:f");
    lambda.create_function(create_request("f", zip_with_content("x = 1"))).unwrap();
    let stale = UpdateFunctionCodeRequest {
        revision_id: Some("stale".into()),
        ..update_from("f", "bucket", "f.zip", None)
    };
    assert_eq!(text(lambda.update_function_code(stale)), ServiceError::RevisionMismatch.to_string());
    let two_sources = UpdateFunctionCodeRequest {
        s3_bucket: Some("bucket".into()),
        ..update_request("f", zip_with_content("x = 2"))
    };
    let beside = "Please do not provide other FunctionCode parameters when providing a ZipFile.";
    assert_eq!(text(lambda.update_function_code(two_sources)), beside);
    let none = UpdateFunctionCodeRequest { function_name: Some("f".into()), ..Default::default() };
    assert_eq!(text(lambda.update_function_code(none.clone())), "Please provide a source for function code.");
    let unknown = UpdateFunctionCodeRequest { function_name: Some("g".into()), ..none };
    assert!(text(lambda.update_function_code(unknown)).starts_with("Function not found"));
    assert_eq!(sources.objects_read(), 0);
    let taken = lambda.create_function(create_from("f", object("absent.zip")));
    assert_eq!(text(taken), "Function already exist: f", "the name is told before the object");
}

#[test]
fn a_dry_run_reads_the_object() {
    let (_, lambda, sources) = engine();
    lambda.create_function(create_request("f", zip_with_content("x = 1"))).unwrap();
    let bytes = zip_of_zipped_size(100_000);
    sources.put_object("bucket", "f.zip", bytes);
    let dry = UpdateFunctionCodeRequest { dry_run: Some(true), ..update_from("f", "bucket", "f.zip", None) };
    assert_eq!(lambda.update_function_code(dry).unwrap().code_size, 100_000);
    assert_eq!(sources.objects_read(), 1);
    assert_ne!(get(&lambda, "f").unwrap().code_size, 100_000);
}

/// The limit on the zipped size is one of requests; objects are bound by what they unzip to.
#[test]
fn an_object_may_be_larger_than_a_request() {
    let (funclet, lambda, sources) = engine();
    let bytes = zip_of_zipped_size(52_428_800 + 1);
    sources.put_object("bucket", "large.zip", bytes.clone());
    lambda.create_function(create_from("f", object("large.zip"))).unwrap();
    assert!(download(&funclet, &lambda, "f") == bytes);
}

#[test]
fn an_image_is_pinned_to_what_it_was() {
    let (_, lambda, sources) = engine();
    let uri = "111122223333.dkr.ecr.us-east-1.amazonaws.com/team/app:live";
    let missing = text(lambda.create_function(create_image("f", uri)));
    assert_eq!(missing, format!("Source image {uri} does not exist. Provide a valid source image."));
    sources.put_image(uri, [0xab; 32]);
    let created = lambda.create_function(create_image("f", uri)).unwrap();
    assert_eq!((created.code_size, created.code_sha256.to_string()), (0, "ab".repeat(32)));
    sources.put_image(uri, [0xcd; 32]);
    let location = || {
        let request = GetFunctionRequest { function_name: Some("f".into()), qualifier: None };
        lambda.get_function(request).unwrap().code
    };
    let pinned = |hex: &str| CodeLocation::Image {
        image_uri: uri.into(),
        resolved_image_uri: format!(
            "111122223333.dkr.ecr.us-east-1.amazonaws.com/team/app@sha256:{}",
            hex.repeat(32)
        ),
    };
    assert_eq!(location(), pinned("ab"));
    let update = UpdateFunctionCodeRequest {
        function_name: Some("f".into()),
        image_uri: Some(uri.into()),
        ..Default::default()
    };
    lambda.update_function_code(update).unwrap();
    assert_eq!(location(), pinned("cd"));
    let zip = lambda.update_function_code(update_request("f", zip_with_content("x = 1")));
    assert_eq!(text(zip), "Please provide ImageUri when updating a function with packageType Image.");
}

#[test]
fn without_sources_the_answer_says_so() {
    let lambda = Funclet::in_memory().lambda();
    assert_eq!(
        text(lambda.create_function(create_from("f", object("f.zip")))),
        "Error occurred while GetObject. Funclet has no source for S3 objects configured, so it cannot read f.zip from \
         bucket bucket."
    );
    assert_eq!(
        text(lambda.create_function(create_image("f", "repo:1"))),
        "Source image repo:1 cannot be resolved. Funclet has no source for images configured."
    );
}

/// A source that breaks is no fault of the caller's.
#[test]
fn a_source_that_fails_is_a_failure() {
    struct Broken;
    impl CodeSources for Broken {
        fn fetch_object(
            &self,
            _: &Caller,
            _: &S3Object,
            package: &mut PackageWriter,
        ) -> Result<(), SourceError> {
            package.push(b"the first piece")?;
            Err(SourceError::Failed("connection reset".into()))
        }
        fn resolve_image(&self, _: &Caller, _: &ImageUri) -> Result<ResolvedImage, SourceError> {
            Err(SourceError::Failed("connection reset".into()))
        }
    }
    let lambda = Funclet::builder().code_sources(Arc::new(Broken)).open_in_memory().lambda();
    for request in [create_from("f", object("f.zip")), create_image("f", "repo:1")] {
        let failed = lambda.create_function(request).unwrap_err();
        let Error::Failed { source } = failed else { panic!("{failed:?}") };
        assert_eq!(source.to_string(), "connection reset");
    }
    assert!(get(&lambda, "f").is_err());
}
