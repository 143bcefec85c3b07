//! Properties: what is printed can be read again, and names are read as their patterns say.

use funclet_validation::{
    CodeSha256, FromDocument, FunctionArn, FunctionName, FunctionReference, FunctionSettings,
    GetFunctionRequest, PackageType, Qualifier, RevisionId, Shape, Structure, UpdateFunctionCodeRequest,
    UpdateFunctionConfigurationRequest,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::caller;
use crate::documents::valid;

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

    /// Nothing that a request configures comes to a panic, on a function of whichever kind.
    #[test]
    fn no_configuration_panics(document in valid(UpdateFunctionConfigurationRequest::MEMBERS)) {
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
