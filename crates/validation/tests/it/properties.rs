//! Properties: what is printed can be read again, names are read as their patterns say, and a request that breaks k rules
//! gets exactly those k complaints.

use funclet_validation::{
    CodeSha256, CreateFunctionRequest, Document, EphemeralStorage, FromDocument, FunctionArn, FunctionCode,
    FunctionName, FunctionReference, FunctionSettings, GetFunctionRequest, LoggingConfig, Member,
    PackageType, Qualifier, RevisionId, Shape, SnapStart, Structure, TextRules, UpdateFunctionCodeRequest,
    UpdateFunctionConfigurationRequest, VpcConfig,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::subsequence;
use proptest::string::string_regex;

use crate::caller;

fn qualifiers() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("$LATEST".to_owned()),
        Just("$LATEST.PUBLISHED".to_owned()),
        any::<u64>().prop_map(|number| number.to_string()),
        "[a-zA-Z0-9_$-]{1,128}",
    ]
}

fn regions() -> impl Strategy<Value = String> {
    "(eusc-)?[a-z]{2}(-gov|-iso[a-z]?)?-[a-z]{1,9}-[0-9]"
}

/// Parts of names, right and slightly wrong, so that their combinations meet every branch of the grammar.
fn nearly_names() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("arn".to_owned()),
        Just("aws".to_owned()),
        Just("aws-cn".to_owned()),
        Just(String::new()),
        Just("lambda".to_owned()),
        Just("us-east-1".to_owned()),
        Just("111111111111".to_owned()),
        Just("function".to_owned()),
        Just("$LATEST".to_owned()),
        Just("$LATEST.PUBLISHED".to_owned()),
        Just("hello".to_owned()),
        Just("he.llo".to_owned()),
        Just("7".to_owned()),
        Just("no!".to_owned()),
    ];
    let in_order = (any::<[bool; 6]>(), part.clone()).prop_map(|(keep, last)| {
        let parts = ["arn:aws:lambda", "us-east-1", "111111111111", "function", "hello", "7"];
        let kept: Vec<_> = parts.iter().zip(keep).filter(|(_, keep)| *keep).map(|(part, _)| *part).collect();
        if kept.is_empty() { last } else { kept.join(":") }
    });
    prop_oneof![in_order, vec(part, 1..8).prop_map(|parts| parts.join(":"))]
}

/// The rules of `FunctionName` in a table, which are checked by a regular expression.
fn admits<S: Structure>(name: &str) -> bool {
    let Shape::String(text) = S::MEMBERS[0].shape else { panic!("a text") };
    text.admits(name)
}

proptest! {
    #[test]
    fn revision_ids_are_read_again(bytes: [u8; 16]) {
        let id = RevisionId::from_bytes(bytes);
        prop_assert_eq!(id.to_string().parse(), Ok(id));
        prop_assert_eq!(id.as_bytes(), &bytes);
        prop_assert_eq!(id.to_string().len(), 36);
    }

    #[test]
    fn code_digests_are_read_again(digest: [u8; 32], of_image: bool) {
        let code = if of_image { CodeSha256::from_image_digest(digest) } else { CodeSha256::from_zip_digest(digest) };
        prop_assert_eq!(code.to_string().parse(), Ok(code));
        prop_assert_eq!(code.to_string().len(), if of_image { 64 } else { 44 });
    }

    #[test]
    fn no_text_is_read_as_another(text: String) {
        prop_assert!(text.parse::<RevisionId>().map_or(true, |id| id.to_string() == text));
        prop_assert!(text.parse::<CodeSha256>().map_or(true, |code| code.to_string() == text));
        prop_assert!(text.parse::<FunctionName>().map_or(true, |name| name.to_string() == text));
        prop_assert!(text.parse::<FunctionArn>().map_or(true, |arn| arn.to_string() == text));
    }

    #[test]
    fn qualifiers_print_as_sent(text in qualifiers()) {
        prop_assert_eq!(text.parse::<Qualifier>().map(|qualifier| qualifier.to_string()), Ok(text));
    }

    #[test]
    fn arns_are_read_again(
        region in regions(),
        account in "[0-9]{12}",
        name in "[a-zA-Z0-9_.-]{1,64}",
        qualifier in proptest::option::of(qualifiers()),
    ) {
        let suffix = qualifier.map(|qualifier| format!(":{qualifier}")).unwrap_or_default();
        let text = format!("arn:aws:lambda:{region}:{account}:function:{name}{suffix}");
        let arn: FunctionArn = text.parse().unwrap();
        prop_assert_eq!(arn.to_string(), text);
        prop_assert_eq!(arn.unqualified().to_string(), format!("arn:aws:lambda:{region}:{account}:function:{name}"));
    }

    /// The hand-written grammar and the regular expression that the service prints admit the same names.
    #[test]
    fn names_are_read_as_the_pattern_says(name in nearly_names()) {
        let found = FunctionReference::resolve(&caller(), &name, None);
        prop_assert_eq!(found.is_ok(), admits::<GetFunctionRequest>(&name), "{} {:?}", name, found);
        if admits::<UpdateFunctionCodeRequest<()>>(&name) {
            prop_assert!(found.is_ok());
        }
    }

    #[test]
    fn every_form_of_a_name_means_the_same(name in "[a-z][a-zA-Z0-9_-]{0,63}", qualifier in "[0-9]{1,5}|live|\\$LATEST") {
        let plain = FunctionReference::resolve(&caller(), &name, Some(&qualifier)).unwrap();
        for prefix in ["", "function:", "111111111111:function:", "arn:aws:lambda:us-east-1:111111111111:function:"] {
            let inside = format!("{prefix}{name}:{qualifier}");
            prop_assert_eq!(&FunctionReference::resolve(&caller(), &inside, None).unwrap(), &plain);
            prop_assert_eq!(&FunctionReference::resolve(&caller(), &inside, Some(&qualifier)).unwrap(), &plain);
        }
    }

    #[test]
    fn every_broken_rule_is_complained_about_once(broken in subsequence((0..SPOILERS.len()).collect::<Vec<_>>(), 0..SPOILERS.len())) {
        let mut request = valid();
        let mut expected: Vec<_> = broken.iter().map(|index| {
            let (path, spoil) = SPOILERS[*index];
            spoil(&mut request);
            path
        }).collect();
        let outcome = request.validate(&caller());
        let mut found: Vec<_> = match &outcome {
            Ok(_) => Vec::new(),
            Err(funclet_validation::Rejection::Validation(error)) => {
                let text = error.to_string();
                prop_assert!(text.starts_with(&format!("{} validation error", broken.len())), "{}", text);
                error.complaints().iter().map(|complaint| complaint.path()).collect()
            }
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        };
        found.sort_unstable();
        expected.sort_unstable();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn every_broken_rule_of_a_configuration_is_complained_about_once(broken in subsequence((0..CONFIGURATION_SPOILERS.len()).collect::<Vec<_>>(), 1..CONFIGURATION_SPOILERS.len())) {
        let mut request = UpdateFunctionConfigurationRequest { function_name: Some("hello".into()), ..Default::default() };
        let mut expected: Vec<_> = broken.iter().map(|index| {
            let (path, spoil) = CONFIGURATION_SPOILERS[*index];
            spoil(&mut request);
            path
        }).collect();
        let Err(funclet_validation::Rejection::Validation(error)) = request.validate(&caller()) else {
            return Err(TestCaseError::fail("no complaint"));
        };
        let mut found: Vec<_> = error.complaints().iter().map(|complaint| complaint.path()).collect();
        found.sort_unstable();
        expected.sort_unstable();
        prop_assert_eq!(found, expected);
    }

    /// Whatever a client sends comes to a valid request or a rejection, and never to a panic.
    #[test]
    fn no_request_panics(document in documents(CreateFunctionRequest::<()>::MEMBERS)) {
        if let Ok(request) = CreateFunctionRequest::from_document(document) {
            let _ = request.validate(&caller());
        }
    }

    /// Nor does what the request configures, on a function of whichever kind.
    #[test]
    fn no_configuration_panics(document in documents(UpdateFunctionConfigurationRequest::MEMBERS)) {
        if let Ok(request) = UpdateFunctionConfigurationRequest::from_document(document)
            && let Ok(update) = request.validate(&caller())
        {
            for package_type in [PackageType::Zip, PackageType::Image] {
                let _ = update.settings.fit(package_type, update.layers.is_some());
            }
            let role = "arn:aws:iam::111111111111:role/role".parse().unwrap();
            let mut settings = FunctionSettings::default_of(&update.function.name, role);
            let _ = settings.apply(update.settings);
        }
    }
}

type Request = CreateFunctionRequest<()>;

fn valid() -> Request {
    Request {
        function_name: Some("hello".into()),
        handler: Some("index.handler".into()),
        code: Some(FunctionCode { zip_file: Some(()), ..FunctionCode::default() }),
        role: Some("arn:aws:iam::111111111111:role/role".into()),
        runtime: Some("python3.12".into()),
        ..Request::default()
    }
}

type Spoil = fn(&mut Request);

/// Ways to break exactly one rule, independent of one another, with the path of the complaint.
const SPOILERS: [(&str, Spoil); 12] = [
    ("functionName", |request| request.function_name = None),
    ("handler", |request| request.handler = Some("a b".into())),
    ("role", |request| request.role = Some("role".into())),
    ("description", |request| request.description = Some("d".repeat(257))),
    ("timeout", |request| request.timeout = Some(901)),
    ("memorySize", |request| request.memory_size = Some(0)),
    ("packageType", |request| request.package_type = Some("Tar".into())),
    ("kMSKeyArn", |request| request.kms_key_arn = Some("key".into())),
    ("architectures", |request| request.architectures = Some(Vec::new())),
    ("layers", |request| request.layers = Some(vec!["layer".into(), "other".into()])),
    ("code.s3Bucket", |request| {
        request.code.get_or_insert_default().s3_bucket = Some("bucket.".into());
    }),
    ("vpcConfig.subnetIds", |request| {
        request.vpc_config = Some(VpcConfig { subnet_ids: Some(vec!["net".into()]), ..VpcConfig::default() });
    }),
];

type SpoilConfiguration = fn(&mut UpdateFunctionConfigurationRequest);

/// The same for UpdateFunctionConfiguration.
const CONFIGURATION_SPOILERS: [(&str, SpoilConfiguration); 11] = [
    ("functionName", |request| request.function_name = Some("no name".into())),
    ("role", |request| request.role = Some("role".into())),
    ("handler", |request| request.handler = Some("a b".into())),
    ("description", |request| request.description = Some("d".repeat(257))),
    ("timeout", |request| request.timeout = Some(0)),
    ("memorySize", |request| request.memory_size = Some(127)),
    ("kMSKeyArn", |request| request.kms_key_arn = Some("key".into())),
    ("layers", |request| request.layers = Some(vec!["layer".into()])),
    ("ephemeralStorage.size", |request| {
        request.ephemeral_storage = Some(EphemeralStorage { size: Some(511) });
    }),
    ("loggingConfig.logFormat", |request| {
        request.logging_config =
            Some(LoggingConfig { log_format: Some("XML".into()), ..LoggingConfig::default() });
    }),
    ("snapStart.applyOn", |request| {
        request.snap_start = Some(SnapStart { apply_on: Some("All".into()) });
    }),
];

/// Documents for a table: members there or not, their values mostly fitting.
fn documents(members: &'static [Member]) -> BoxedStrategy<Document<()>> {
    let entries: Vec<_> = members
        .iter()
        .map(|member| {
            let expected = member.required || matches!(member.name, "Runtime" | "Handler" | "ZipFile");
            let present = if expected { 0.97 } else { 0.1 };
            let entry = values(member).prop_map(|value| (member.name.to_owned(), value));
            proptest::option::weighted(present, entry)
        })
        .collect();
    entries.prop_map(|entries| Document::Map(entries.into_iter().flatten().collect())).boxed()
}

fn values(member: &'static Member) -> BoxedStrategy<Document<()>> {
    match (member.name, member.shape) {
        ("FunctionName", _) => Just(Document::String("hello".into())).boxed(),
        ("Runtime", _) => Just(Document::String("python3.12".into())).boxed(),
        (_, shape) => values_of(shape),
    }
}

fn values_of(shape: Shape) -> BoxedStrategy<Document<()>> {
    match shape {
        Shape::String(text) => texts(&text).prop_map(Document::String).boxed(),
        Shape::Integer(bounds) => {
            let (min, max) = (bounds.min.unwrap_or(0), bounds.max.unwrap_or(i64::MAX - 1));
            prop_oneof![9 => min..=max, 1 => Just(max + 1)].prop_map(Document::Integer).boxed()
        }
        Shape::Double(_) => (1.9..8.1).prop_map(Document::Double).boxed(),
        Shape::Boolean => any::<bool>().prop_map(Document::Bool).boxed(),
        Shape::Blob => Just(Document::Blob(())).boxed(),
        Shape::List(list) => {
            let (min, max) = (list.length.min.unwrap_or(0), list.length.max.unwrap_or(3).min(3));
            vec(values_of(*list.item), min..=max).prop_map(Document::List).boxed()
        }
        Shape::Map(map) => vec((texts(&map.key), texts(&map.value).prop_map(Document::String)), 0..4)
            .prop_map(Document::Map)
            .boxed(),
        Shape::Structure(members) => documents(members),
    }
}

/// Texts of which most satisfy the rules: made from the pattern where the generator understands it.
fn texts(rules: &TextRules) -> BoxedStrategy<String> {
    let fitting = match (rules.values, rules.pattern) {
        (Some(values), _) => proptest::sample::select(values).prop_map(str::to_owned).boxed(),
        (None, Some(pattern)) => string_regex(&pattern.as_str().replace(r"\d", "[0-9]").replace("$|^", "|"))
            .map_or_else(|_| Just("my-bucket".to_owned()).boxed(), Strategy::boxed),
        (None, None) => "[a-z]{3,9}".boxed(),
    };
    prop_oneof![49 => fitting, 1 => any::<String>()].boxed()
}
