//! The texts of policies: what the service answers, and what its limit counts.

use crate::policy::{Condition, Principal, Statement};
use crate::quoted::push_quoted;

impl Statement {
    /// Writes the statement about a resource as the service does: a compact JSON object with the members `Sid`, `Effect`,
    /// `Principal`, `Action`, `Resource` and, if there are any conditions, `Condition` (recorded from AWS). The order of
    /// operators and keys among the conditions is theirs \[chosen\].
    ///
    /// ```
    /// use funclet_validation::{Principal, Statement};
    ///
    /// let statement = Statement {
    ///     sid: "s3".parse()?,
    ///     principal: Principal::Everyone,
    ///     action: "lambda:InvokeFunction".into(),
    ///     conditions: Vec::new(),
    /// };
    /// assert_eq!(
    ///     statement.to_text("arn:aws:lambda:us-east-1:111122223333:function:hello"),
    ///     r#"{"Sid":"s3","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:us-east-1:111122223333:function:hello"}"#,
    /// );
    /// # Ok::<(), funclet_validation::InvalidText>(())
    /// ```
    #[must_use]
    pub fn to_text(&self, resource: &str) -> String {
        let mut text = String::from("{\"Sid\":");
        push_quoted(self.sid.as_str(), &mut text);
        text.push_str(",\"Effect\":\"Allow\",\"Principal\":");
        match &self.principal {
            Principal::Everyone => text.push_str("\"*\""),
            Principal::Service(service) => push_object([("Service", service.as_str())], &mut text),
            Principal::Aws(arn) => push_object([("AWS", arn.as_str())], &mut text),
        }
        text.push_str(",\"Action\":");
        push_quoted(&self.action, &mut text);
        text.push_str(",\"Resource\":");
        push_quoted(resource, &mut text);
        if !self.conditions.is_empty() {
            text.push_str(",\"Condition\":");
            push_conditions(&self.conditions, &mut text);
        }
        text.push('}');
        text
    }
}

/// Writes a policy of statements, which are texts already, as the service does (recorded from AWS).
///
/// ```
/// let policy = funclet_validation::policy_text(&["{}".to_owned()]);
/// assert_eq!(policy, r#"{"Version":"2012-10-17","Id":"default","Statement":[{}]}"#);
/// ```
#[must_use]
pub fn policy_text(statements: &[String]) -> String {
    let statements = statements.join(",");
    format!(r#"{{"Version":"2012-10-17","Id":"default","Statement":[{statements}]}}"#)
}

/// Conditions with one operator are members of one object.
fn push_conditions(conditions: &[Condition], text: &mut String) {
    text.push('{');
    let groups = conditions.chunk_by(|one, next| one.operator() == next.operator());
    for (index, group) in groups.enumerate() {
        if index > 0 {
            text.push(',');
        }
        let [first, ..] = group else { continue };
        push_quoted(first.operator(), text);
        text.push(':');
        push_object(group.iter().map(|condition| (condition.key(), condition.value())), text);
    }
    text.push('}');
}

fn push_object<'a>(members: impl IntoIterator<Item = (&'a str, &'a str)>, text: &mut String) {
    text.push('{');
    for (index, (name, value)) in members.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        push_quoted(name, text);
        text.push(':');
        push_quoted(value, text);
    }
    text.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(principal: Principal, conditions: Vec<Condition>, expected: &str) {
        let statement = Statement {
            sid: "s".parse().unwrap(),
            principal,
            action: "lambda:InvokeFunction".into(),
            conditions,
        };
        let text = statement.to_text("arn");
        assert_eq!(text, expected);
        let parsed: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(parsed["Resource"], "arn");
    }

    /// The members, their order and the first condition are recorded from AWS.
    #[test]
    fn statements() {
        check(
            Principal::Service("s3.amazonaws.com".into()),
            vec![Condition::SourceArn("arn:aws:s3:::bucket".parse().unwrap())],
            r#"{"Sid":"s","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"arn","Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::bucket"}}}"#,
        );
        check(
            Principal::Aws("arn:aws:iam::222222222222:root".into()),
            vec![],
            r#"{"Sid":"s","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:root"},"Action":"lambda:InvokeFunction","Resource":"arn"}"#,
        );
        check(
            Principal::Everyone,
            vec![
                Condition::SourceAccount("111111111111".parse().unwrap()),
                Condition::EventSourceToken("token".into()),
                Condition::SourceArn("arn:aws:s3:::a\"b\\c\t\u{1}é".parse().unwrap()),
                Condition::InvokedViaFunctionUrl(true),
            ],
            "{\"Sid\":\"s\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"lambda:InvokeFunction\",\
             \"Resource\":\"arn\",\"Condition\":{\"StringEquals\":{\"AWS:SourceAccount\":\"111111111111\",\
             \"lambda:EventSourceToken\":\"token\"},\"ArnLike\":{\"AWS:SourceArn\":\"arn:aws:s3:::a\\\"b\\\\c\\t\\u0001é\"},\
             \"Bool\":{\"lambda:InvokedViaFunctionUrl\":\"true\"}}}",
        );
    }
}
