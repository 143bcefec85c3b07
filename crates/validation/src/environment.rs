//! Environment variables.

use crate::constraint::{Bounds, MapRules, Shape, TextRules};
use crate::pattern::Pattern;
use crate::quoted::push_quoted;
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
            value: &Shape::STRING,
            length: Bounds::NONE,
        });
    }
}

/// The names that the service sets itself, in the order of its documentation, which fits the order in which public
/// reports quote several of them. `_HANDLER` and `_X_AMZN_TRACE_ID` are reserved too; the pattern refuses them before.
const RESERVED: [&str; 16] = [
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR",
];

/// The greatest size of the variables, written as compact JSON (recorded from AWS).
const VARIABLES_BYTES_MAX: usize = 4096;

impl Environment {
    /// Takes the variables, unless some have names of the service's own or they are too many.
    ///
    /// # Errors
    /// If names are reserved; the text, which lists them, is quoted in many public reports (aws/aws-cdk#28048). Then if
    /// their JSON has more than 4096 bytes; the text repeats it (recorded from AWS). Which comes first is chosen.
    pub(crate) fn into_variables(self) -> Result<StringMap, Rejection> {
        let variables = self.variables.unwrap_or_default();
        let reserved: Vec<_> = RESERVED.into_iter().filter(|name| variables.get(name).is_some()).collect();
        if !reserved.is_empty() {
            return Err(Rejection::invalid(format!(
                "Lambda was unable to configure your environment variables because the environment variables you \
                 have provided contains reserved keys that are currently not supported for modification. Reserved \
                 keys used in this request: {}",
                reserved.join(", ")
            )));
        }
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

    /// The texts are quoted in public reports.
    #[test]
    fn reserved_names() {
        let check = |names: &[&str], listed: Option<&str>| {
            let variables = Some(names.iter().map(|name| (*name, "x")).collect());
            let refused =
                Environment { variables }.into_variables().map_err(|rejection| rejection.to_string());
            let start = "Lambda was unable to configure your environment variables because the environment variables \
                         you have provided contains reserved keys that are currently not supported for modification. \
                         Reserved keys used in this request: ";
            assert_eq!(refused.err(), listed.map(|listed| format!("{start}{listed}")), "{names:?}");
        };
        check(&["AWS_REGION"], Some("AWS_REGION"));
        check(&["AWS_SECRET_ACCESS_KEY", "MINE", "AWS_REGION"], Some("AWS_REGION, AWS_SECRET_ACCESS_KEY"));
        check(&["aws_region", "TZ", "PATH", "AWS_LAMBDA_EXEC_WRAPPER"], None);
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
