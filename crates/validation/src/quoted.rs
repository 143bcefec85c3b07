//! Texts in quotation marks, where a text of the service's contains JSON.

use std::fmt::Write;

/// Appends a text as a string of JSON.
pub(crate) fn push_quoted(text: &str, json: &mut String) {
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
