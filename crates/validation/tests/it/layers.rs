//! Requests about layers: what is recorded from AWS, and which runtimes are known.

use funclet_validation::{
    AddLayerVersionPermissionRequest, DeleteLayerVersionRequest, Document, FromDocument,
    GetLayerVersionByArnRequest, LayerVersionContentInput, LayerVersionReference, ListLayersRequest,
    Principal, PublishLayerVersion, PublishLayerVersionRequest, Rejection,
};
use serde_json::Value;

use crate::caller;

const MODEL: &str = include_str!("../../../../testdata/service-model/lambda.json");

fn publish(
    change: impl FnOnce(&mut PublishLayerVersionRequest<()>),
) -> Result<PublishLayerVersion<()>, Rejection> {
    let mut request = PublishLayerVersionRequest {
        layer_name: Some("tools".into()),
        content: Some(LayerVersionContentInput { zip_file: Some(()), ..Default::default() }),
        ..PublishLayerVersionRequest::default()
    };
    change(&mut request);
    request.validate(&caller())
}

/// Recorded from AWS, or quoted in public reports.
#[test]
fn complaints() {
    let runtimes = "Value '[invalidruntime]' at 'compatibleRuntimes' failed to satisfy constraint: Member must satisfy enum \
                    value set: [nodejs20.x, python3.14, provided.al2023, python3.12, python3.13, nodejs24.x, nodejs22.x, \
                    java25, python3.10, python3.11, java21, ruby3.3, ruby3.4, ruby3.2, python3.8, python3.9, java17, \
                    nodejs16.x, dotnet10, dotnet8, java11, dotnet6, nodejs18.x, provided.al2, java8.al2]";
    let architectures = "Value '[invalidarch]' at 'compatibleArchitectures' failed to satisfy constraint: Member must satisfy \
                         constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]";
    let refused = publish(|request| {
        request.compatible_runtimes = Some(vec!["invalidruntime".into()]);
        request.compatible_architectures = Some(vec!["invalidarch".into()]);
    });
    assert_eq!(
        refused.unwrap_err().to_string(),
        format!("2 validation errors detected: {runtimes}; {architectures}")
    );
    let arn = "arn:aws:lambda:us-east-1:111111111111:layer:tools";
    let request = GetLayerVersionByArnRequest { arn: Some(arn.into()) };
    assert_eq!(
        request.validate(&caller()).unwrap_err().to_string(),
        format!(
            r"1 validation error detected: Value '{arn}' at 'arn' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{{2}}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{{1}}:\d{{12}}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)"
        )
    );
    for version_number in [0, -1, i64::MIN] {
        let layer_name = Some("tools".into());
        let request = DeleteLayerVersionRequest { layer_name, version_number: Some(version_number) };
        assert_eq!(
            request.validate(&caller()).unwrap_err().to_string(),
            "Layer Version Cannot be less than 1"
        );
    }
}

/// Every runtime of the model is accepted where it is sent, printed or not.
#[test]
fn runtimes() {
    let model: Value = serde_json::from_str(MODEL).unwrap();
    let known = model["shapes"]["Runtime"]["enum"].as_array().unwrap();
    assert!(known.len() > 40);
    for runtime in known {
        let runtime = runtime.as_str().unwrap().to_owned();
        let valid = publish(|request| request.compatible_runtimes = Some(vec![runtime.clone()])).unwrap();
        assert_eq!(valid.compatible_runtimes, Some(vec![runtime.clone()]));
        let filter = ListLayersRequest { compatible_runtime: Some(runtime), ..ListLayersRequest::default() };
        assert!(filter.validate(&caller()).is_ok());
    }
    let filter = ListLayersRequest {
        compatible_runtime: Some("bogus9.x".into()),
        compatible_architecture: Some("x86".into()),
        ..ListLayersRequest::default()
    };
    let text = filter.validate(&caller()).unwrap_err().to_string();
    let architecture = "2 validation errors detected: Value 'x86' at 'compatibleArchitecture' failed to satisfy constraint: \
                        Member must satisfy enum value set: [x86_64, arm64]; Value 'bogus9.x' at 'compatibleRuntime' failed to \
                        satisfy constraint: Member must satisfy enum value set: [ruby2.6, dotnetcore1.0, python3.7, ";
    assert!(text.starts_with(architecture), "{text}");
}

#[test]
fn whose_layer() {
    let named =
        |arn: &str| publish(|request| request.layer_name = Some(arn.into())).map(|layer| layer.layer_name);
    let arn = |region: &str, account: &str| format!("arn:aws:lambda:{region}:{account}:layer:tools");
    assert_eq!(named(&arn("us-east-1", "111111111111")).unwrap().as_str(), "tools");
    assert_eq!(named(&arn("us-east-1", "222222222222")), Err(Rejection::OtherAccount));
    assert!(matches!(named(&arn("eu-west-1", "111111111111")), Err(Rejection::OtherRegion { .. })));
    assert!(matches!(named(&"a".repeat(141)), Err(Rejection::Validation(_))));
}

#[test]
fn versions_by_arn() {
    let of = |arn: &str| LayerVersionReference::of_arn(&arn.parse().unwrap());
    let arn = "arn:aws:lambda:eu-west-1:222222222222:layer:tools:7";
    assert_eq!(of(arn).unwrap().to_string(), arn);
    for none in [
        "arn:aws:lambda:::awslayer:AmazonLinux1803",
        "arn:aws:lambda:eu-west-1:222222222222:layer:tools:0",
        "arn:aws:lambda:eu-west-1:222222222222:layer:tools:007",
        "arn:aws:lambda:eu-west-1:222222222222:layer:tools:18446744073709551616",
    ] {
        assert_eq!(of(none), None, "{none}");
    }
    let long = "a".repeat(1000);
    assert_eq!(of(&format!("arn:aws:lambda:eu-west-1:222222222222:layer:{long}:1")), None);
}

#[test]
fn permissions() {
    let text = |text: &str| Document::<()>::String(text.to_owned());
    let request = |action: &str, organization: Document<()>| {
        let members = [
            ("LayerName", text("tools")),
            ("VersionNumber", Document::Integer(1)),
            ("StatementId", text("s1")),
            ("Action", text(action)),
            ("Principal", text("*")),
            ("OrganizationId", organization),
        ];
        let members = members.map(|(name, value)| (name.to_owned(), value));
        AddLayerVersionPermissionRequest::from_document(Document::Map(members.into())).unwrap()
    };
    let added = request("lambda:GetLayerVersion", text("o-1234567890")).validate(&caller()).unwrap();
    assert_eq!(added.statement.principal, Principal::Everyone);
    assert_eq!(added.statement.conditions[0].key(), "aws:PrincipalOrgID");
    assert!(added.statement.conditions.len() == 1 && added.version.version == 1);
    // Recorded from AWS.
    assert_eq!(
        request("*", Document::Null).validate(&caller()).unwrap_err().to_string(),
        "1 validation error detected: Value '*' at 'action' failed to satisfy constraint: Member must satisfy regular \
         expression pattern: lambda:GetLayerVersion"
    );
}
