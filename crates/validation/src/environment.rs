//! Environment variables.

use std::fmt::Write;

use crate::constraint::{Bounds, MapRules, Shape, TextRules};
use crate::pattern::Pattern;
use crate::rejection::Rejection;
use crate::string_map::StringMap;
use crate::structure::structure;

static VARIABLE_NAME: Pattern = Pattern::regex("[a-zA-Z]([a-zA-Z0-9_])+");

structure! {
    /// The member `Environment` of a request.
    pub struct Environment {
        /// The variables, in the order of the request.
        secret variables: StringMap = "Variables", Shape::Map(MapRules {
            key: TextRules::ANY.pattern(&VARIABLE_NAME),
            value: TextRules::ANY,
            length: Bounds::NONE,
        });
    }
}

/// The greatest size of the variables, written as compact JSON (recorded from AWS).
const VARIABLES_BYTES_MAX: usize = 4096;

impl Environment {
    /// Takes the variables, unless they are too many.
    ///
    /// # Errors
    /// If their JSON has more than 4096 bytes; the text repeats it (recorded from AWS).
    pub(crate) fn into_variables(self) -> Result<StringMap, Rejection> {
        let variables = self.variables.unwrap_or_default();
        let measured = to_json(&variables);
        if measured.len() > VARIABLES_BYTES_MAX {
            return Err(Rejection::invalid(format!(
                "Lambda was unable to configure your environment variables because the environment variables you \
                 have provided exceeded the 4KB limit. String measured: {measured}"
            )));
        }
        Ok(variables)
    }
}

/// Writes the variables as the service measures and repeats them: compact, in the order of the request.
fn to_json(variables: &StringMap) -> String {
    let mut json = String::from("{");
    for (index, (name, value)) in variables.iter().enumerate() {
        if index > 0 {
            json.push(',');
        }
        push_quoted(name, &mut json);
        json.push(':');
        push_quoted(value, &mut json);
    }
    json.push('}');
    json
}

fn push_quoted(text: &str, json: &mut String) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            control if control < ' ' => {
                write!(json, "\\u{:04X}", u32::from(control)).expect("a String takes every text");
            }
            other => json.push(other),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::{Environment, to_json};
    use crate::string_map::StringMap;

    #[test]
    fn json_of_the_variables() {
        for (pairs, json) in [
            (&[][..], "{}"),
            (&[("LARGE_VAR", "x")], r#"{"LARGE_VAR":"x"}"#),
            (&[("B", "2"), ("A", "1")], r#"{"B":"2","A":"1"}"#),
            (&[("Q", "a\"b\\c\n\u{1}/é")], "{\"Q\":\"a\\\"b\\\\c\\n\\u0001/é\"}"),
        ] {
            assert_eq!(to_json(&pairs.iter().copied().collect()), json);
        }
    }

    /// Recorded from AWS: 4096 bytes pass, 4097 do not.
    #[test]
    fn limit() {
        let environment = |bytes: usize| {
            let value = "x".repeat(bytes - r#"{"LARGE_VAR":""}"#.len());
            Environment { variables: Some(StringMap::from_iter([("LARGE_VAR", value)])) }
        };
        assert!(environment(4096).into_variables().is_ok());
        let text = environment(4097).into_variables().unwrap_err().to_string();
        let start = "Lambda was unable to configure your environment variables because the environment variables you \
                     have provided exceeded the 4KB limit. String measured: {\"LARGE_VAR\":\"xxx";
        assert!(text.starts_with(start) && text.ends_with("xxx\"}"), "{text}");
    }
}
