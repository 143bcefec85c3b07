//! The tables as data: well-formed, and walkable by others.

use std::collections::HashSet;

use funclet_validation::{
    CreateFunctionRequest, DeleteFunctionRequest, GetFunctionCodeSigningConfigRequest,
    GetFunctionConcurrencyRequest, GetFunctionConfigurationRequest, GetFunctionEventInvokeConfigRequest,
    GetFunctionRequest, GetFunctionUrlConfigRequest, InvokeRequest, ListFunctionsRequest, ListTagsRequest,
    ListVersionsByFunctionRequest, Member, PublishVersionRequest, Shape, Structure, TagResourceRequest,
    TextRules, UntagResourceRequest, UpdateFunctionCodeRequest, UpdateFunctionConfigurationRequest,
};

pub(crate) const TABLES: [(&str, &[Member]); 17] = [
    ("CreateFunction", CreateFunctionRequest::<()>::MEMBERS),
    ("UpdateFunctionCode", UpdateFunctionCodeRequest::<()>::MEMBERS),
    ("UpdateFunctionConfiguration", UpdateFunctionConfigurationRequest::MEMBERS),
    ("GetFunction", GetFunctionRequest::MEMBERS),
    ("GetFunctionConfiguration", GetFunctionConfigurationRequest::MEMBERS),
    ("PublishVersion", PublishVersionRequest::MEMBERS),
    ("ListVersionsByFunction", ListVersionsByFunctionRequest::MEMBERS),
    ("ListFunctions", ListFunctionsRequest::MEMBERS),
    ("DeleteFunction", DeleteFunctionRequest::MEMBERS),
    ("GetFunctionCodeSigningConfig", GetFunctionCodeSigningConfigRequest::MEMBERS),
    ("GetFunctionConcurrency", GetFunctionConcurrencyRequest::MEMBERS),
    ("GetFunctionEventInvokeConfig", GetFunctionEventInvokeConfigRequest::MEMBERS),
    ("GetFunctionUrlConfig", GetFunctionUrlConfigRequest::MEMBERS),
    ("Invoke", InvokeRequest::MEMBERS),
    ("ListTags", ListTagsRequest::MEMBERS),
    ("TagResource", TagResourceRequest::MEMBERS),
    ("UntagResource", UntagResourceRequest::MEMBERS),
];

fn walk(shape: &Shape, visit: &mut dyn FnMut(&TextRules)) {
    match shape {
        Shape::String(text) => visit(text),
        Shape::List(list) => walk(list.item, visit),
        Shape::Map(map) => {
            visit(&map.key);
            visit(&map.value);
        }
        Shape::Structure(members) => members.iter().for_each(|member| walk(&member.shape, visit)),
        Shape::Integer(_) | Shape::Double(_) | Shape::Boolean | Shape::Blob => {}
    }
}

#[test]
fn every_pattern_compiles() {
    let mut patterns = HashSet::new();
    for (_, members) in TABLES {
        walk(&Shape::Structure(members), &mut |text| {
            if let Some(pattern) = text.pattern {
                // Compiles at the first use, and panics if it cannot.
                let _ = pattern.matches("x");
                patterns.insert(pattern.as_str());
            }
        });
    }
    assert!(patterns.len() > 10, "{patterns:#?}");
}

#[test]
fn no_member_is_there_twice() {
    for (name, members) in TABLES {
        let names: HashSet<_> = members.iter().map(|member| member.name).collect();
        assert_eq!(names.len(), members.len(), "{name}");
    }
}
