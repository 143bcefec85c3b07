//! Where operations are found.

use http::Method;

use crate::path::{Labels, labels};
use crate::query::Query;

/// The requests that ask for one operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Address {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    /// A parameter of the query and its value. A request without it is for another operation, which may have the same
    /// method and path.
    pub(crate) selector: Option<(&'static str, &'static str)>,
}

impl Address {
    /// Makes one of a method and a path as the service's model writes them: a path may end with a query such as
    /// `?find=LayerVersion`, which is the selector.
    pub(crate) const fn new(method: &'static str, uri: &'static str) -> Self {
        match split_once(uri, b'?') {
            Some((path, query)) => Self { method, path, selector: split_once(query, b'=') },
            None => Self { method, path: uri, selector: None },
        }
    }

    /// Compares it with a request, and finds the members in the path.
    fn admits(&self, method: &Method, path: &str, query: &Query) -> Option<Labels> {
        let selected =
            self.selector.is_none_or(|(parameter, value)| query.all(parameter).any(|sent| sent == value));
        if selected && self.method == method.as_str() { labels(self.path, path) } else { None }
    }
}

/// `str::split_once`, which is not const.
const fn split_once(text: &'static str, separator: u8) -> Option<(&'static str, &'static str)> {
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        if *byte == separator {
            let (before, from_separator) = text.split_at(text.len() - rest.len());
            return Some((before, from_separator.split_at(1).1));
        }
        rest = after;
    }
    None
}

/// Chooses among rows of a table: the first that is addressed, but one with a selector before all without.
pub(crate) fn choose<'t, T>(
    rows: impl Iterator<Item = (&'t Address, T)> + Clone,
    method: &Method,
    path: &str,
    query: &Query,
) -> Option<(T, Labels)> {
    let selective = rows.clone().filter(|(address, _)| address.selector.is_some());
    let mut rows = selective.chain(rows.filter(|(address, _)| address.selector.is_none()));
    rows.find_map(|(address, row)| Some((row, address.admits(method, path, query)?)))
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::{Address, choose};
    use crate::query::Query;

    const TABLE: &[(Address, &str)] = &[
        (Address::new("GET", "/layers"), "all"),
        (Address::new("GET", "/layers?find=LayerVersion"), "by ARN"),
        (Address::new("GET", "/f/{F}/pc?List=ALL"), "all of a function"),
        (Address::new("GET", "/f/{F}/pc"), "one"),
        (Address::new("PUT", "/f/{F}/pc"), "put"),
        (Address::new("GET", "/only?a=b"), "only"),
        (Address::new("GET", "/{Any}"), "any"),
    ];

    fn check(method: Method, uri: &str, expected: Option<&str>) {
        let (path, query) = uri.split_once('?').map_or((uri, None), |(path, query)| (path, Some(query)));
        let rows = TABLE.iter().map(|(address, name)| (address, *name));
        let found = choose(rows, &method, path, &Query::parse(query));
        assert_eq!(found.map(|(name, _)| name), expected, "{method} {uri}");
    }

    #[test]
    fn selectors() {
        check(Method::GET, "/layers", Some("all"));
        check(Method::GET, "/layers?Marker=x", Some("all"));
        check(Method::GET, "/layers?find=Layer", Some("all"));
        check(Method::GET, "/layers?find", Some("all"));
        check(Method::GET, "/layers?Find=LayerVersion", Some("all"));
        check(Method::GET, "/layers?find=LayerVersion", Some("by ARN"));
        check(Method::GET, "/layers?Arn=a%3Ab&find=Layer%56ersion", Some("by ARN"));
        check(Method::GET, "/f/x/pc?List=ALL", Some("all of a function"));
        check(Method::GET, "/f/x/pc?Qualifier=1", Some("one"));
        check(Method::PUT, "/f/x/pc?List=ALL", Some("put"));
        check(Method::GET, "/f/x/pc/?List=ALL", None);
        check(Method::GET, "/only?a=b", Some("only"));
        check(Method::GET, "/only", Some("any"));
        check(Method::POST, "/only?a=b", None);
    }
}
