//! Answers, byte for byte.

use serde_json::{Value, json};

use crate::client::{Client, zip};

/// The members that depend on the package or on drawn ids are replaced by their names, so that the rest is exact.
fn masked(mut answer: Value) -> String {
    for member in ["CodeSha256", "RevisionId", "RuntimeVersionConfig"] {
        if let Some(value) = answer.get_mut(member).filter(|value| !value.is_null()) {
            *value = Value::String(member.to_uppercase());
        }
    }
    answer["CodeSize"] = json!(0);
    answer.to_string()
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_new_function_has_every_member_and_every_null() {
    let client = Client::new();
    let created = client.create("hello", &zip("1"));
    let expected = r#"{
        "FunctionName":"hello","FunctionArn":"arn:aws:lambda:us-east-1:000000000000:function:hello",
        "Runtime":"python3.13","Role":"arn:aws:iam::000000000000:role/r","Handler":"index.handler",
        "CodeSize":0,"Description":"","Timeout":3,"MemorySize":128,
        "LastModified":"2024-03-28T12:56:56.583+0000","CodeSha256":"CODESHA256","Version":"$LATEST",
        "VpcConfig":null,"DeadLetterConfig":null,"Environment":null,"KMSKeyArn":null,
        "TracingConfig":{"Mode":"PassThrough"},"MasterArn":null,"RevisionId":"REVISIONID","Layers":null,
        "State":"Pending","StateReason":"The function is being created.","StateReasonCode":"Creating",
        "LastUpdateStatus":null,"LastUpdateStatusReason":null,"LastUpdateStatusReasonCode":null,
        "FileSystemConfigs":null,"PackageType":"Zip","ImageConfigResponse":null,
        "SigningProfileVersionArn":null,"SigningJobArn":null,"Architectures":["x86_64"],
        "EphemeralStorage":{"Size":512},"SnapStart":{"ApplyOn":"None","OptimizationStatus":"Off"},
        "RuntimeVersionConfig":"RUNTIMEVERSIONCONFIG",
        "LoggingConfig":{"LogFormat":"Text","LogGroup":"/aws/lambda/hello"}
    }"#;
    assert_eq!(masked(created), masked(parsed(expected)));
}

#[test]
fn settings_are_spelled_as_they_were_set() {
    let client = Client::new();
    let body = format!(
        r#"{{"FunctionName":"hello","Runtime":"python3.13","Role":"arn:aws:iam::000000000000:role/r",
            "Handler":"index.handler","Code":{{"ZipFile":"{}"}},"Description":"d","Timeout":7.0,"MemorySize":256,
            "Environment":{{"Variables":{{"ZED":"1","ALPHA":"2"}}}},
            "VpcConfig":{{"SubnetIds":["subnet-1"],"SecurityGroupIds":["sg-1"]}},
            "DeadLetterConfig":{{"TargetArn":"arn:aws:sqs:us-east-1:000000000000:q"}},
            "KMSKeyArn":"arn:aws:kms:us-east-1:000000000000:key/k","TracingConfig":{{"Mode":"Active"}},
            "Architectures":["arm64"],"EphemeralStorage":{{"Size":1024}},
            "LoggingConfig":{{"LogFormat":"JSON"}},"Tags":{{"b":"2","a":"1"}}}}"#,
        crate::client::base64(&zip("1"))
    );
    let created = client.post("/2015-03-31/functions", body);
    for part in [
        r#""Environment":{"Variables":{"ZED":"1","ALPHA":"2"},"Error":null}"#,
        r#""VpcConfig":{"SubnetIds":["subnet-1"],"SecurityGroupIds":["sg-1"],"VpcId":"","Ipv6AllowedForDualStack":false}"#,
        r#""DeadLetterConfig":{"TargetArn":"arn:aws:sqs:us-east-1:000000000000:q"}"#,
        r#""KMSKeyArn":"arn:aws:kms:us-east-1:000000000000:key/k""#,
        r#""TracingConfig":{"Mode":"Active"}"#,
        r#""Architectures":["arm64"]"#,
        r#""EphemeralStorage":{"Size":1024}"#,
        r#""LoggingConfig":{"LogFormat":"JSON","ApplicationLogLevel":"INFO","SystemLogLevel":"INFO","LogGroup":"/aws/lambda/hello"}"#,
        r#""Description":"d","Timeout":7,"MemorySize":256"#,
    ] {
        assert!(created.text().contains(part), "{part} is not in {}", created.text());
    }
    let function = client.get("/2015-03-31/functions/hello").json(200);
    assert_eq!(function["Tags"].to_string(), r#"{"a":"1","b":"2"}"#);
}

#[test]
fn get_function_shows_code_and_only_what_there_is() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    let function = client.get("/2015-03-31/functions/hello").json(200);
    let members: Vec<_> = function.as_object().unwrap().keys().collect();
    assert_eq!(members, ["Code", "Configuration"]);
    assert_eq!(function["Code"]["RepositoryType"], "S3");
    assert_eq!(function["Code"].get("SourceKMSKeyArn"), None);
    assert_eq!(function["Configuration"]["State"], "Active");
    assert_eq!(function["Configuration"]["LastUpdateStatus"], "Successful");
    assert_eq!(function["Configuration"]["StateReason"], Value::Null);
}

/// The key is a member of the model's `FunctionCodeLocation`; that it stays with the code of a version, and until an update
/// names another one, is chosen.
#[test]
fn get_function_shows_the_key_of_the_archive() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    let zip_file = crate::client::base64(&zip("2"));
    let update = |members: &str| {
        let body = format!(r#"{{"ZipFile":"{zip_file}"{members}}}"#);
        client.put("/2015-03-31/functions/hello/code", body).json(200);
    };
    let key = |qualifier: &str| {
        let function = client.get(&format!("/2015-03-31/functions/hello{qualifier}")).json(200);
        function["Code"]["SourceKMSKeyArn"].as_str().unwrap().to_owned()
    };
    let [first, second] = ["1", "2"].map(|id| format!("arn:aws:kms:us-east-1:000000000000:key/{id}"));
    update(&format!(r#","SourceKMSKeyArn":"{first}","Publish":true"#));
    assert_eq!(key(""), first);
    update("");
    assert_eq!(key(""), first);
    update(&format!(r#","SourceKMSKeyArn":"{second}""#));
    assert_eq!((key(""), key("?Qualifier=1")), (second, first));
}

#[test]
fn updates_publications_lists_and_deletions() {
    let client = Client::new();
    client.create("hello", &zip("1"));
    client.clock.advance(60_000);
    let current = client.get("/2015-03-31/functions/hello/configuration").json(200);
    let body = format!(
        r#"{{"ZipFile":"{}","RevisionId":{},"Publish":false}}"#,
        crate::client::base64(&zip("2")),
        current["RevisionId"]
    );
    let updated = client.put("/2015-03-31/functions/hello/code", body).json(200);
    assert_eq!(updated["LastModified"], "2024-03-28T12:57:56.000+0000");
    assert_eq!(updated["State"], "Active");
    assert_eq!(updated["LastUpdateStatus"], "InProgress");
    assert_eq!(updated["LastUpdateStatusReason"], "The function is being created.");
    assert_eq!(updated["LastUpdateStatusReasonCode"], "Creating");
    assert_ne!(updated["CodeSha256"], current["CodeSha256"]);

    let published = client.post("/2015-03-31/functions/hello/versions", "").json(201);
    assert_eq!(published["Version"], "1");
    assert_eq!(published["FunctionArn"], "arn:aws:lambda:us-east-1:000000000000:function:hello:1");

    let versions = client.get("/2015-03-31/functions/hello/versions").json(200);
    assert_eq!(versions["NextMarker"], Value::Null);
    let listed: Vec<_> =
        versions["Versions"].as_array().unwrap().iter().map(|v| v["Version"].clone()).collect();
    assert_eq!(listed, ["$LATEST", "1"]);
    for member in ["State", "StateReason", "LastUpdateStatus", "RuntimeVersionConfig"] {
        assert_eq!(versions["Versions"][0].get(member), Some(&Value::Null), "{member}");
    }

    for path in ["/2015-03-31/functions", "/2015-03-31/functions/?MaxItems=10"] {
        let functions = client.get(path).json(200);
        assert_eq!(functions["Functions"][0]["FunctionName"], "hello");
        assert_eq!(functions["NextMarker"], Value::Null);
    }

    let deleted = client.delete("/2015-03-31/functions/hello");
    assert_eq!((deleted.status, deleted.text()), (204, ""));
    assert_eq!(deleted.header("content-type"), "application/json");
    assert_eq!(client.get("/2015-03-31/functions/hello").status, 404);
}

#[test]
fn every_answer_has_an_id_of_its_own() {
    let client = Client::new();
    let ids: Vec<_> =
        ["/2015-03-31/functions", "/2015-03-31/functions/absent", "/nowhere", "/_funclet/packages/x"]
            .map(|path| client.get(path).header("x-amzn-requestid").to_owned())
            .into();
    for (index, id) in ids.iter().enumerate() {
        assert_eq!(id.len(), 36, "{id}");
        assert!(!ids[..index].contains(id), "{id} came twice");
    }
}

#[test]
fn an_absent_member_and_an_empty_one_differ() {
    let client = Client::new();
    let body = crate::client::create_body("hello", &zip("1"));
    let body = body.replacen('{', r#"{"Environment":{"Variables":{}},"VpcConfig":{},"#, 1);
    let created = client.post("/2015-03-31/functions", body).json(201);
    assert_eq!(created["Environment"], json!({ "Variables": {}, "Error": null }));
    assert_eq!(
        created["VpcConfig"],
        json!({ "SubnetIds": [], "SecurityGroupIds": [], "VpcId": "", "Ipv6AllowedForDualStack": false })
    );
}
