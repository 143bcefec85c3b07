//! Requests about the policies of functions: what is recorded from AWS, and the statements they come to.

use funclet_validation::{AddPermission, AddPermissionRequest, Rejection};

use crate::caller;

fn request() -> AddPermissionRequest {
    AddPermissionRequest {
        function_name: Some("hello".into()),
        statement_id: Some("s3".into()),
        action: Some("lambda:InvokeFunction".into()),
        principal: Some("s3.amazonaws.com".into()),
        ..AddPermissionRequest::default()
    }
}

fn add(change: impl FnOnce(&mut AddPermissionRequest)) -> Result<AddPermission, Rejection> {
    let mut request = request();
    change(&mut request);
    request.validate(&caller())
}

fn refused(change: impl FnOnce(&mut AddPermissionRequest), expected: &str) {
    assert_eq!(add(change).unwrap_err().to_string(), expected);
}

/// Recorded from AWS, but for the last, which is quoted in public reports.
#[test]
fn refusals() {
    refused(
        |request| request.statement_id = Some("example.com".into()),
        "1 validation error detected: Value 'example.com' at 'statementId' failed to satisfy constraint: Member must satisfy \
         regular expression pattern: ([a-zA-Z0-9-_]+)",
    );
    refused(
        |request| request.qualifier = Some("invalid-qualifier-with-?-char".into()),
        r"1 validation error detected: Value 'invalid-qualifier-with-?-char' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: \$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+",
    );
    refused(
        |request| {
            request.function_name = Some("hello:live".into());
            request.qualifier = Some("42".into());
        },
        "The derived qualifier from the function name does not match the specified qualifier.",
    );
    let latest = "We currently do not support adding policies for $LATEST.";
    refused(|request| request.qualifier = Some("$LATEST".into()), latest);
    refused(|request| request.function_name = Some("hello:$LATEST".into()), latest);
    refused(
        |request| request.principal = Some("invalid.nonaws.com".into()),
        "The provided principal was invalid. Please check the principal and try again.",
    );
    refused(
        |request| request.function_url_auth_type = Some("NONE".into()),
        "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action",
    );
}

#[test]
fn conditions() {
    let of = |change: fn(&mut AddPermissionRequest)| {
        let found = add(change).unwrap().statement.conditions;
        let texts = found.iter().map(|one| format!("{} {} {}", one.operator(), one.key(), one.value()));
        texts.collect::<Vec<_>>()
    };
    assert_eq!(of(|_| {}), Vec::<String>::new());
    let all = of(|request| {
        request.action = Some("lambda:InvokeFunctionUrl".into());
        request.source_arn = Some("arn:aws:s3:::bucket".into());
        request.source_account = Some("111111111111".into());
        request.function_url_auth_type = Some("AWS_IAM".into());
        request.event_source_token = Some("token".into());
        request.principal_org_id = Some("o-1234567890".into());
        request.invoked_via_function_url = Some(true);
    });
    assert_eq!(
        all,
        [
            "StringEquals AWS:SourceAccount 111111111111",
            "StringEquals lambda:FunctionUrlAuthType AWS_IAM",
            "StringEquals lambda:EventSourceToken token",
            "StringEquals aws:PrincipalOrgID o-1234567890",
            "ArnLike AWS:SourceArn arn:aws:s3:::bucket",
            "Bool lambda:InvokedViaFunctionUrl true",
        ]
    );
}
