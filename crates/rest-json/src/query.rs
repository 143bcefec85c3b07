//! The query of a request.

use percent_encoding::percent_decode_str;

/// The parameters of a query, in its order, without their encoding.
#[derive(Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(query: Option<&str>) -> Self {
        let parts = query.unwrap_or_default().split('&').filter(|part| !part.is_empty());
        Self(
            parts
                .map(|part| {
                    let (name, value) = part.split_once('=').unwrap_or((part, ""));
                    (decode(name), decode(value))
                })
                .collect(),
        )
    }

    /// Returns the first value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Returns every value of a parameter, in its order.
    pub(crate) fn all<'q>(&'q self, name: &str) -> impl Iterator<Item = &'q str> {
        self.0.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// Decodes a name or value of a query, where a plus sign stands for a space.
fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::Query;

    #[test]
    fn parameters() {
        let query = Query::parse(Some(
            "Qualifier=%24LATEST&Marker=a%2Bb+c%3D&MaxItems=&flag&&Qualifier=2&bad=%zz%ff",
        ));
        assert_eq!(query.get("Qualifier"), Some("$LATEST"));
        assert_eq!(query.all("Qualifier").collect::<Vec<_>>(), ["$LATEST", "2"]);
        assert_eq!(query.get("Marker"), Some("a+b c="));
        assert_eq!(query.get("MaxItems"), Some(""));
        assert_eq!(query.get("flag"), Some(""));
        assert_eq!(query.get("bad"), Some("%zz\u{fffd}"));
        assert_eq!(query.get("other"), None);
        assert_eq!(Query::parse(None).get(""), None);
    }
}
