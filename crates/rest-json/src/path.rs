//! Paths of the service: templates, and what they find in a request.

use percent_encoding::percent_decode_str;

/// The values that a template finds in a path, by the name of their label.
pub(crate) type Labels = Vec<(&'static str, String)>;

/// Compares a path with a template such as `/2015-03-31/functions/{FunctionName}/code`.
///
/// A label takes one segment, which is not empty, and is decoded after the path was cut: an encoded slash is part of it.
pub(crate) fn labels(template: &'static str, path: &str) -> Option<Labels> {
    let mut labels = Labels::new();
    let mut segments = path.split('/');
    for expected in template.split('/') {
        let segment = segments.next()?;
        match expected.strip_prefix('{').and_then(|label| label.strip_suffix('}')) {
            Some(label) if !segment.is_empty() => labels.push((label, decode(segment))),
            None if segment == expected => {}
            _ => return None,
        }
    }
    segments.next().is_none().then_some(labels)
}

fn decode(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::labels;

    fn check(template: &'static str, path: &str, expected: Option<&[&str]>) {
        let found = labels(template, path);
        let values = found.as_ref().map(|labels| labels.iter().map(|(_, v)| v.as_str()).collect::<Vec<_>>());
        assert_eq!(values.as_deref(), expected, "{template} {path}");
    }

    #[test]
    fn templates() {
        check("/f/{A}", "/f/x", Some(&["x"]));
        check("/f/{A}", "/f/arn%3Aaws%3Alambda%2F%24LATEST", Some(&["arn:aws:lambda/$LATEST"]));
        check("/f/{A}", "/f/arn:aws", Some(&["arn:aws"]));
        check("/f/{A}/v/{B}", "/f/x/v/y+%2B", Some(&["x", "y++"]));
        check("/f/{A}", "/f/%ff%zz", Some(&["\u{fffd}%zz"]));
        check("/f", "/f", Some(&[]));
        check("/f/", "/f/", Some(&[]));
        for path in ["", "/", "/f", "/f/", "/f/x/", "/f/x/y", "//f/x", "/g/x", "f/x"] {
            check("/f/{A}", path, None);
        }
    }
}
