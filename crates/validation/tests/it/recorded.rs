//! Names, qualifiers and create requests whose answers are recorded from AWS by LocalStack's test snapshots
//! (localstack/localstack, Apache-2.0, `tests/aws/services/lambda_`, recorded 2025-11 to 2026-01), as far as this crate
//! gives the answer alone. Account and region are replaced by those of the tests.

use funclet_validation::{
    Caller, CreateFunctionRequest, DeleteFunctionRequest, FunctionCode, GetFunctionConfigurationRequest,
    GetFunctionRequest, ListFunctionsRequest, Rejection, StringMap, VpcConfig,
};

use crate::caller;

const FUNCTION_NAME: &str = r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?";
const NAMESPACED_FUNCTION_NAME: &str = r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";
const QUALIFIER: &str = r"\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+";

#[derive(Debug, Clone, Copy)]
enum Operation {
    Create,
    Get,
    GetConfiguration,
    Delete,
}
use Operation::{Create, Delete, Get, GetConfiguration};

/// What AWS answered.
enum Answer {
    /// A ValidationException with these complaints: about the name or the qualifier, and which rule.
    Complaints(&'static [Rule]),
    /// Another error with this text.
    Text(&'static str),
    /// The function of this name was looked for.
    LookedFor(&'static str),
}
use Answer::{Complaints, LookedFor, Text};

#[derive(Clone, Copy)]
enum Rule {
    NamePattern,
    NameLength,
    QualifierPattern,
    QualifierLength,
}
use Rule::{NameLength, NamePattern, QualifierLength, QualifierPattern};

/// A valid CreateFunction request but for what a case changes.
fn create() -> CreateFunctionRequest<()> {
    CreateFunctionRequest {
        function_name: Some("fn".into()),
        handler: Some("index.handler".into()),
        code: Some(FunctionCode { zip_file: Some(()), ..FunctionCode::default() }),
        package_type: Some("Zip".into()),
        role: Some("arn:aws:iam::111111111111:role/role".into()),
        runtime: Some("python3.12".into()),
        ..CreateFunctionRequest::default()
    }
}

/// Asks for a function, and returns what is then looked for: the unqualified ARN, except for the getters.
fn ask(operation: Operation, name: &str, qualifier: Option<&str>) -> Result<String, Rejection> {
    let caller: Caller = caller();
    let function_name = Some(name.to_owned());
    let qualifier = qualifier.map(str::to_owned);
    match operation {
        Create => {
            let valid = CreateFunctionRequest { function_name, ..create() }.validate(&caller)?;
            Ok(caller.function_arn(&valid.function_name).to_string())
        }
        Get => {
            let valid = GetFunctionRequest { function_name, qualifier }.validate(&caller)?;
            Ok(valid.function.arn(&caller).to_string())
        }
        GetConfiguration => {
            let valid = GetFunctionConfigurationRequest { function_name, qualifier }.validate(&caller)?;
            Ok(valid.function.arn(&caller).to_string())
        }
        Delete => {
            let valid = DeleteFunctionRequest { function_name, qualifier }.validate(&caller)?;
            Ok(caller.function_arn(&valid.function_name).to_string())
        }
    }
}

fn complaint(operation: Operation, rule: Rule, name: &str, qualifier: Option<&str>) -> String {
    let pattern = |pattern: &str| format!("Member must satisfy regular expression pattern: {pattern}");
    let name_pattern = if let Create = operation { FUNCTION_NAME } else { NAMESPACED_FUNCTION_NAME };
    let (value, member, constraint) = match rule {
        NamePattern => (name, "functionName", pattern(name_pattern)),
        NameLength => (name, "functionName", "Member must have length less than or equal to 140".into()),
        QualifierPattern => (qualifier.unwrap(), "qualifier", pattern(QUALIFIER)),
        QualifierLength => {
            (qualifier.unwrap(), "qualifier", "Member must have length less than or equal to 128".into())
        }
    };
    format!("Value '{value}' at '{member}' failed to satisfy constraint: {constraint}")
}

/// Checks one recorded call. In a name `{a*N}` stands for N times the letter.
fn check(operation: Operation, name: &str, qualifier: Option<&str>, answer: &Answer) {
    let name = expand(name);
    let qualifier = qualifier.map(expand);
    let given = ask(operation, &name, qualifier.as_deref());
    match (answer, given) {
        (LookedFor(expected), Ok(arn)) => {
            let expected = expand(expected);
            assert_eq!(arn, format!("arn:aws:lambda:us-east-1:111111111111:function:{expected}"));
        }
        (Text(expected), Err(rejection)) => assert_eq!(rejection.to_string(), expand(expected)),
        (Complaints(rules), Err(Rejection::Validation(error))) => {
            let mut expected: Vec<_> =
                rules.iter().map(|rule| complaint(operation, *rule, &name, qualifier.as_deref())).collect();
            let mut found: Vec<_> = error.complaints().iter().map(ToString::to_string).collect();
            let plural = if found.len() == 1 { "" } else { "s" };
            let text = format!("{} validation error{plural} detected: {}", found.len(), found.join("; "));
            assert_eq!(error.to_string(), text);
            // The order on the wire is not recorded.
            expected.sort();
            found.sort();
            assert_eq!(found, expected, "{operation:?} {name} {qualifier:?}");
        }
        (_, given) => panic!("{operation:?} {name} {qualifier:?} gave {given:?}"),
    }
}

fn expand(text: &str) -> String {
    let mut parts = text.split("{a*");
    let mut expanded = parts.next().unwrap().to_owned();
    for part in parts {
        let (count, rest) = part.split_once('}').unwrap();
        expanded.push_str(&"a".repeat(count.parse().unwrap()));
        expanded.push_str(rest);
    }
    expanded
}

const MISMATCH: &str = "The derived qualifier from the function name does not match the specified qualifier.";

#[test]
fn names_and_qualifiers() {
    let arn = |rest: &str| format!("arn:aws:lambda:us-east-1:111111111111:function{rest}");
    let long = "arn:aws:lambda:invalid-region:111111111111:function:my-function-{a*170}";
    check(Create, &format!("{long}:{{a*129}}"), None, &Complaints(&[NameLength, NamePattern]));
    check(Delete, long, Some("{a*129}"), &Complaints(&[QualifierLength, NamePattern]));
    check(Create, long, None, &Complaints(&[NameLength, NamePattern]));
    check(Delete, "{a*65}", None, &LookedFor("{a*65}"));
    check(Get, &arn(""), None, &LookedFor("function"));
    check(Create, "my-function:invalid!", None, &Complaints(&[NamePattern]));
    check(Get, "my-function", Some("invalid!"), &Complaints(&[QualifierPattern]));
    check(Get, "my-function", Some("{a*129}"), &Complaints(&[QualifierLength]));
    check(Delete, "my-function", Some("{a*129}"), &Complaints(&[QualifierLength]));
    check(Create, "my-function:{a*129}", None, &Complaints(&[NameLength]));
    check(Create, &arn(":my-function:$LATEST:1"), None, &Complaints(&[NamePattern]));
    check(Get, &arn(":my-function:$LATEST"), Some("1"), &Text(MISMATCH));
    check(Get, &arn(":my-function"), Some("$latest"), &LookedFor("my-function:$latest"));
    check(Delete, &arn(":my-function"), Some("$latest"), &LookedFor("my-function"));
    check(Get, "i-exist", Some("1221"), &LookedFor("i-exist:1221"));
    check(Delete, "i-exist", Some("1233"), &LookedFor("i-exist"));
}

#[test]
fn names_that_fit_no_pattern() {
    for name in [
        "*",
        "invalid-account:function:my-function",
        "my-function!",
        "arn:aws:lambda:invalid-region:111111111111:function:my-function",
        "arn:aws:lambda:us-east-1:111111111111:function:my-function:1:2",
        "arn:aws:lambda:us-east-1::function:my-function",
        "arn:aws:lambda::111111111111:function:my-function",
        "arn:aws:lambda:us-east-1:111111111111:function:my-function:$LATES",
        "arn:aws:ec2:us-east-1:111111111111:instance:i-1234567890abcdef0",
        "function:my-function:$LATEST:extra",
        "invalid:function:name",
    ] {
        for operation in [Create, Get, GetConfiguration, Delete] {
            check(operation, name, None, &Complaints(&[NamePattern]));
        }
    }
}

#[test]
fn qualifiers_of_arns() {
    let arn = |rest: &str| format!("arn:aws:lambda:us-east-1:111111111111:function:some-function:{rest}");
    for operation in [Get, GetConfiguration, Delete] {
        check(operation, &arn("1"), Some("$LATEST"), &Text(MISMATCH));
    }
    check(Get, &arn("$LATEST"), Some("$LATEST"), &LookedFor("some-function:$LATEST"));
    check(GetConfiguration, &arn("$LATEST"), Some("$LATEST"), &LookedFor("some-function:$LATEST"));
    let latest = Text("$LATEST version cannot be deleted without deleting the function.");
    check(Delete, &arn("$LATEST"), Some("$LATEST"), &latest);
    check(Delete, "my-function", Some("live"), &Text("Deletion of aliases is not currently supported."));
}

#[test]
fn arns_of_functions_to_create() {
    check(Create, "arn:aws:lambda:us-east-1:111111111111:function:by-arn", None, &LookedFor("by-arn"));
    check(Create, "111111111111:function:by-partial-arn", None, &LookedFor("by-partial-arn"));
    check(Create, "{a*64}", None, &LookedFor("{a*64}"));
    let too_long = "1 validation error detected: Value '{a*65}' at 'functionName' failed to satisfy constraint: \
                    Member must have length less than or equal to 64";
    check(Create, "{a*65}", None, &Text(too_long));
    let rejection = ask(Create, &"a".repeat(65), None).unwrap_err();
    assert!(matches!(rejection, Rejection::InvalidParameterValue(_)), "no ValidationException");
    let arn = "arn:aws:lambda:us-east-1:111111111111:function:{a*94}";
    check(Create, arn, None, &Complaints(&[NameLength]));
    let elsewhere = "Functions from 'ap-southeast-1' are not reachable in this region ('us-east-1')";
    for operation in [Create, Get] {
        check(operation, "arn:aws:lambda:ap-southeast-1:111111111111:function:f", None, &Text(elsewhere));
    }
    let foreign = ask(Create, "arn:aws:lambda:us-east-1:123456789012:function:f", None);
    assert_eq!(foreign, Err(Rejection::OtherAccount));
}

/// Checks the answer to a create request that a case has spoilt.
fn check_create(spoil: impl FnOnce(&mut CreateFunctionRequest<()>), expected: &str) {
    let mut request = create();
    spoil(&mut request);
    assert_eq!(request.validate(&caller()).unwrap_err().to_string(), expected);
}

#[test]
fn create_exceptions() {
    check_create(
        |request| request.role = Some("r1".into()),
        r"1 validation error detected: Value 'r1' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+",
    );
    for runtime in ["non-existent-runtime", "PYTHON3.9"] {
        check_create(
            |request| request.runtime = Some(runtime.into()),
            &format!(
                "Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: \
                 [nodejs20.x, python3.14, provided.al2023, python3.12, python3.13, nodejs24.x, nodejs22.x, java25, \
                 python3.10, python3.11, java21, ruby3.3, ruby3.4, ruby3.2, python3.8, python3.9, java17, nodejs16.x, \
                 dotnet10, dotnet8, java11, dotnet6, nodejs18.x, provided.al2, java8.al2] or be a valid ARN"
            ),
        );
    }
    for runtime in ["java8", "go1.x", "nodejs14.x", "nodejs12.x", "python3.7"] {
        check_create(
            |request| request.runtime = Some(runtime.into()),
            &format!(
                "The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda \
                 functions. We recommend you use a supported runtime while creating or updating functions."
            ),
        );
    }
    check_create(
        |request| request.architectures = Some(vec!["x86_64".into(), "arm64".into()]),
        "1 validation error detected: Value '[x86_64, arm64]' at 'architectures' failed to satisfy constraint: Member \
         must have length less than or equal to 1",
    );
    check_create(
        |request| request.architectures = Some(vec!["X86_64".into()]),
        "1 validation error detected: Value '[X86_64]' at 'architectures' failed to satisfy constraint: Member must \
         satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]",
    );
    check_create(
        |request| {
            request.vpc_config = Some(VpcConfig {
                subnet_ids: Some(vec!["subnet-1".into()]),
                security_group_ids: Some(vec!["bad-format-1".into()]),
                ..VpcConfig::default()
            });
        },
        "1 validation error detected: Value '[bad-format-1]' at 'vpcConfig.securityGroupIds' failed to satisfy \
         constraint: Member must satisfy constraint: [Member must have length less than or equal to 1024, Member must \
         have length greater than or equal to 0, Member must satisfy regular expression pattern: sg-[0-9a-zA-Z]*]",
    );
}

#[test]
fn create_quotas() {
    let layer = |number| format!("arn:aws:lambda:us-east-1:111111111111:layer:l{number}:1");
    check_create(
        |request| request.layers = Some((0..6).map(layer).collect()),
        "Cannot reference more than 5 layers.",
    );
    let tags = |count: usize| -> StringMap {
        (0..count).map(|n| (format!("{n}_key"), format!("{n}_value"))).collect()
    };
    check_create(|request| request.tags = Some(tags(51)), "Number of tags exceeds resource tag limit.");
    let allowed = CreateFunctionRequest { tags: Some(tags(50)), ..create() };
    assert_eq!(allowed.validate(&caller()).unwrap().tags.len(), 50);
}

#[test]
fn list_functions() {
    let request = ListFunctionsRequest { function_version: Some("invalid".into()), ..Default::default() };
    assert_eq!(
        request.validate(&caller()).unwrap_err().to_string(),
        "1 validation error detected: Value 'invalid' at 'functionVersion' failed to satisfy constraint: Member must \
         satisfy enum value set: [ALL]"
    );
}
