//! The whole table, by example.

use funclet_validation::Shape;
use http::Method;

use super::{RequestBody, find, routes};
use crate::query::Query;

fn check(method: &str, path: &str, expected: Result<(&str, &[&str]), &str>) {
    let (without_query, query) =
        path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    let method_sent = Method::from_bytes(method.as_bytes()).unwrap();
    let found = find(&method_sent, without_query, &Query::parse(query));
    let found = found
        .map(|(route, labels)| (route.name, labels.into_iter().map(|(_, value)| value).collect::<Vec<_>>()));
    let expected = expected.map(|(name, labels)| (name, labels.iter().map(|l| (*l).to_owned()).collect()));
    assert_eq!(found.map_err(|error| error.code()), expected, "{method} {path}");
}

#[test]
fn operations() {
    check("POST", "/2015-03-31/functions", Ok(("CreateFunction", &[])));
    check("GET", "/2015-03-31/functions", Ok(("ListFunctions", &[])));
    check("GET", "/2015-03-31/functions/", Ok(("ListFunctions", &[])));
    check("GET", "/2015-03-31/functions/f", Ok(("GetFunction", &["f"])));
    check("DELETE", "/2015-03-31/functions/f%3A1", Ok(("DeleteFunction", &["f:1"])));
    check("PUT", "/2015-03-31/functions/f/code", Ok(("UpdateFunctionCode", &["f"])));
    check("GET", "/2015-03-31/functions/f/configuration", Ok(("GetFunctionConfiguration", &["f"])));
    check("PUT", "/2015-03-31/functions/f/configuration", Ok(("UpdateFunctionConfiguration", &["f"])));
    check("GET", "/2015-03-31/functions/f/versions", Ok(("ListVersionsByFunction", &["f"])));
    check("POST", "/2015-03-31/functions/f/versions", Ok(("PublishVersion", &["f"])));
    check("POST", "/2015-03-31/functions/f/invocations", Ok(("Invoke", &["f"])));
    check("POST", "/2017-03-31/tags/arn%3Aaws", Ok(("TagResource", &["arn:aws"])));
}

#[test]
fn what_is_not_offered() {
    check("GET", "/2015-03-31/functions/f/aliases/live", Err("UnknownOperationException"));
    for path in ["/", "//2015-03-31/functions/f", "/2015-03-31/functions/f/", "/2015-03-31/functions//code"] {
        check("GET", path, Err("AccessDeniedException"));
    }
    check("PATCH", "/2015-03-31/functions/f", Err("AccessDeniedException"));
}

/// The path to a package is written down once more than necessary; the request's table has the last word.
#[test]
fn packages_are_where_the_tables_have_them() {
    for route in routes() {
        let mut path = Vec::new();
        for member in route.members {
            match member.shape {
                Shape::Blob => path = vec![member.name],
                Shape::Structure(inner) => {
                    let blob = inner.iter().find(|member| member.shape == Shape::Blob);
                    if let Some(blob) = blob {
                        path = vec![member.name, blob.name];
                    }
                }
                _ => {}
            }
        }
        let stated = if let RequestBody::Package(path) = route.body { path } else { &[] };
        assert_eq!(path, stated, "{}", route.name);
    }
}

#[test]
fn members_outside_of_the_body_are_in_the_tables() {
    for route in routes() {
        let in_path =
            route.address.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let placed = route.query.iter().chain(route.headers).map(|(member, _)| *member);
        for name in in_path.chain(placed) {
            assert!(route.members.iter().any(|member| member.name == name), "{} {name}", route.name);
        }
    }
}
