//! Functions whose code is a container image.

use std::sync::Arc;

use funclet::{Caller, CodeSources, ImageUri, PackageWriter, ResolvedImage, S3Object, SourceError};
use serde_json::{Value, json};

use crate::client::Client;

/// A registry with every image, and no bucket.
struct Registry;

impl CodeSources for Registry {
    fn fetch_object(&self, _: &Caller, _: &S3Object, _: &mut PackageWriter) -> Result<(), SourceError> {
        Err(SourceError::Refused("no bucket".to_owned()))
    }

    fn resolve_image(&self, _: &Caller, image: &ImageUri) -> Result<ResolvedImage, SourceError> {
        let repository = image.as_str().split(':').next().unwrap_or_default();
        let resolved_image_uri = format!("{repository}@sha256:{}", "ab".repeat(32));
        Ok(ResolvedImage { digest: [0xab; 32], resolved_image_uri })
    }
}

#[test]
fn an_image_shows_where_it_is_and_what_it_overrides() {
    let client = Client::with(|builder| builder.code_sources(Arc::new(Registry)));
    let body = r#"{"FunctionName":"hello","Role":"arn:aws:iam::000000000000:role/r","PackageType":"Image",
        "Code":{"ImageUri":"registry.test/repository:latest"},"ImageConfig":{"Command":["run"]}}"#;
    let created = client.post("/2015-03-31/functions", body).json(201);
    assert_eq!(created["PackageType"], "Image");
    assert_eq!((&created["CodeSize"], &created["CodeSha256"]), (&json!(0), &json!("ab".repeat(32))));
    for member in ["Handler", "Runtime", "RuntimeVersionConfig"] {
        assert_eq!(created.get(member), Some(&Value::Null), "{member}");
    }
    assert_eq!(
        created["ImageConfigResponse"],
        json!({ "ImageConfig": { "EntryPoint": null, "Command": ["run"], "WorkingDirectory": null }, "Error": null })
    );
    let function = client.get("/2015-03-31/functions/hello").json(200);
    assert_eq!(
        function["Code"],
        json!({
            "RepositoryType": "ECR",
            "ImageUri": "registry.test/repository:latest",
            "ResolvedImageUri": format!("registry.test/repository@sha256:{}", "ab".repeat(32)),
        })
    );
}

#[test]
fn code_from_elsewhere_may_block() {
    let client = Client::with(|builder| builder.code_sources(Arc::new(Registry)));
    let call = |body: &str| {
        let request = http::Request::put("/2015-03-31/functions/hello/code").body(()).unwrap();
        let mut exchange = client.rest.begin(&request.into_parts().0);
        exchange.push(body.as_bytes());
        exchange.finish()
    };
    assert!(call(r#"{"ImageUri":"registry.test/repository:latest"}"#).blocks());
    assert!(call(r#"{"S3Bucket":"bucket","S3Key":"key"}"#).blocks());
    assert!(!call(r#"{"ZipFile":"UEs="}"#).blocks());
    assert!(!call("no json").blocks());
}
