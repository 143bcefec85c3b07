//! What the forms in `params` stand for: `${...}`, `$zip`, `$bytes_base64` and `$filler`.

use std::collections::BTreeMap;

use funclet_storage::Entropy as _;
use serde_json::{Map, Value, json};

use crate::SeededEntropy;
use crate::conformance::{Archive, Setting};

/// The name under which bytes travel inside of values, until the request decides how they are sent.
pub(crate) const BYTES: &str = "$bytes_base64";

/// What is known while a case is played.
pub(crate) struct Values<'a> {
    setting: &'a Setting,
    archives: &'a BTreeMap<String, Archive>,
    /// The bodies of the answers so far, by the number of the step.
    answers: BTreeMap<u32, Value>,
}

impl<'a> Values<'a> {
    pub(crate) fn new(setting: &'a Setting, archives: &'a BTreeMap<String, Archive>) -> Self {
        Self { setting, archives, answers: BTreeMap::new() }
    }

    /// Keeps an answer for later steps.
    pub(crate) fn keep(&mut self, step: u32, body: Value) {
        self.answers.insert(step, body);
    }

    /// Puts values in the place of all forms; bytes become `{"$bytes_base64": ...}`.
    ///
    /// # Errors
    /// A sentence about a form that stands for nothing.
    pub(crate) fn resolve(&self, value: &Value) -> Result<Value, String> {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(list) => list.iter().map(|entry| self.resolve(entry)).collect(),
            Value::Object(members) => match form(members) {
                Some(form) => self.form(form, members),
                None => Ok(Value::Object(self.members(members)?)),
            },
            other => Ok(other.clone()),
        }
    }

    /// The same for the members of an object.
    pub(crate) fn members(&self, members: &Map<String, Value>) -> Result<Map<String, Value>, String> {
        members.iter().map(|(name, value)| Ok((name.clone(), self.resolve(value)?))).collect()
    }

    fn form(&self, (name, argument): (&str, &Value), members: &Map<String, Value>) -> Result<Value, String> {
        match (name, argument) {
            ("$zip", Value::String(archive)) => Ok(json!({ BYTES: self.archive(archive)?.to_base64() })),
            ("$zip_size", Value::String(archive)) => match self.archive(archive)? {
                Archive::Bytes { size, .. } => Ok(json!(size)),
                Archive::Made { .. } => Err(format!("the size of {archive} is not recorded")),
            },
            ("$zip_sha256", Value::String(archive)) => match self.archive(archive)? {
                Archive::Bytes { code_sha256, .. } => Ok(json!(code_sha256)),
                Archive::Made { .. } => Err(format!("the digest of {archive} is not recorded")),
            },
            ("$filler", Value::Number(length)) => {
                let length = length.as_u64().and_then(|length| usize::try_from(length).ok());
                Ok(json!("#".repeat(length.ok_or("a filler without a length")?)))
            }
            // `$bytes_base64` stays, and so do the forms of comparisons.
            _ => Ok(Value::Object(self.members(members)?)),
        }
    }

    fn archive(&self, name: &str) -> Result<&Archive, String> {
        self.archives.get(name).ok_or_else(|| format!("there is no archive {name}"))
    }

    /// A text that is one reference takes its value, of whatever type; in others the values are spliced in.
    pub(crate) fn text(&self, text: &str) -> Result<Value, String> {
        let mut spliced = String::new();
        let mut rest = text;
        while let Some((before, from)) = rest.split_once("${") {
            let (reference, after) =
                from.split_once('}').ok_or_else(|| format!("a reference without an end in {text:?}"))?;
            let value = self.reference(reference)?;
            if before.is_empty() && after.is_empty() && spliced.is_empty() {
                return Ok(value);
            }
            spliced.push_str(before);
            match value {
                Value::String(value) => spliced.push_str(&value),
                other => spliced.push_str(&other.to_string()),
            }
            rest = after;
        }
        spliced.push_str(rest);
        Ok(Value::String(spliced))
    }

    fn reference(&self, reference: &str) -> Result<Value, String> {
        let mut parts = reference.split('|');
        let name = parts.next().unwrap_or_default();
        let value = self.named(name).ok_or_else(|| format!("${{{name}}} stands for nothing here"))?;
        parts.try_fold(value, |value, filter| {
            apply(filter, &value).ok_or_else(|| format!("{filter} does not apply to {value}"))
        })
    }

    fn named(&self, name: &str) -> Option<Value> {
        let setting = self.setting;
        let text = match name {
            "account" => setting.account.clone(),
            "region" => setting.region.clone(),
            "region2" => setting.other_region.clone(),
            "partition" => setting.partition.clone(),
            "role" => setting.role(),
            "user_arn" => setting.user_arn(),
            "bucket" => setting.bucket.clone(),
            "image_repo_1" => setting.image_repository(1),
            "image_repo_2" => setting.image_repository(2),
            _ => match name.strip_prefix("uid").and_then(|number| number.parse().ok()) {
                Some(number) => self.short_id(number),
                None => return self.earlier(name),
            },
        };
        Some(Value::String(text))
    }

    /// The value in an earlier answer: `s3.Configuration.RevisionId`.
    fn earlier(&self, name: &str) -> Option<Value> {
        let (step, path) = name.strip_prefix('s')?.split_once('.')?;
        at(self.answers.get(&step.parse().ok()?)?, path).cloned()
    }

    /// Eight hexadecimal digits that are the same in the whole case.
    fn short_id(&self, number: u64) -> String {
        let seed = self.setting.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(number);
        let bytes = SeededEntropy::new(seed).bytes();
        bytes.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Returns name and argument of an object that is a form.
pub(crate) fn form(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut members = members.iter();
    match (members.next(), members.next()) {
        (Some((name, argument)), None) if name.starts_with('$') => Some((name, argument)),
        _ => None,
    }
}

fn apply(filter: &str, value: &Value) -> Option<Value> {
    match (filter, value) {
        ("drop_last:1", Value::String(text)) => {
            let mut text = text.clone();
            text.pop()?;
            Some(Value::String(text))
        }
        ("add:1", Value::Number(number)) => Some(json!(number.as_i64()?.checked_add(1)?)),
        _ => None,
    }
}

/// Finds a value by its path: names between dots, `[0]` for entries of lists.
pub(crate) fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, part| {
        let mut parts = part.split('[');
        let name = parts.next()?;
        let member = if name.is_empty() { value } else { value.get(name)? };
        parts.try_fold(member, |list, index| list.get(index.strip_suffix(']')?.parse::<usize>().ok()?))
    })
}
