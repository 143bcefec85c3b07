//! JSON to typed members, guided by the table of the request.

use std::fmt;

use funclet_validation::{Document, ListRules, MapRules, Member, Shape, WrongType};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::error::WireError;

/// Reads the members of a body. `package` is what the scanner took out of it.
///
/// Members that the table does not have are skipped. What is kept nests as deep as the table does, never as deep as the
/// body. An empty body has no members.
pub(crate) fn members<P: Clone>(
    body: &[u8],
    members: &'static [Member],
    package: Option<P>,
) -> Result<Document<P>, WireError> {
    if body.is_empty() {
        return Ok(Document::Map(Vec::new()));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let seed = Seed { shape: &Shape::Structure(members), package: &package };
    let decoded = seed.deserialize(&mut json).and_then(|document| json.end().map(|()| document));
    match decoded {
        Ok(document @ Document::Map(_)) => Ok(document),
        Ok(other) => {
            Err(WireError::serialization(format!("The request body is {}, not a JSON object.", other.kind())))
        }
        Err(error) => Err(no_json(&error, package.is_some())),
    }
}

/// Where a package was taken out, places in the rest are not places in the body, so they are left out.
fn no_json(error: &serde_json::Error, has_package: bool) -> WireError {
    let text = error.to_string();
    let reason = match text.find(" at line ") {
        Some(end) if has_package => text.get(..end).unwrap_or(&text),
        _ => &text,
    };
    WireError::serialization(format!("The request body is not valid JSON: {reason}."))
}

/// Refuses a payload that is no JSON. None at all is no mistake.
///
/// The beginning of the text is the service's, quoted in public reports; what is wrong is said in words of our own.
pub(crate) fn payload_is_json(payload: &[u8]) -> Result<(), WireError> {
    if payload.is_empty() {
        return Ok(());
    }
    // What is passed over is not looked at as closely by the parser.
    let reason = match std::str::from_utf8(payload) {
        Ok(text) => match serde_json::from_str::<IgnoredAny>(text) {
            Ok(_) => return Ok(()),
            Err(error) => error.to_string(),
        },
        Err(error) => error.to_string(),
    };
    Err(WireError::invalid_request_content(format!(
        "Could not parse request body into json: Could not parse payload into json: {reason}"
    )))
}

/// Says that a member has another type than the table asks for.
pub(crate) fn wrong_type(wrong: &WrongType) -> WireError {
    WireError::serialization(format!("The request could not be read: {wrong}."))
}

/// Reads the values of a member in path, query or headers as its shape asks: all of them for a list, else the first. Texts that do
/// not fit stay texts; `None` if there is no value.
pub(crate) fn from_texts<'a, P>(
    mut values: impl Iterator<Item = &'a str>,
    shape: &Shape,
) -> Option<Document<P>> {
    let first = values.next()?;
    if let Shape::List(ListRules { item, .. }) = shape {
        return Some(Document::List(
            std::iter::once(first).chain(values).map(|text| from_text(text, item)).collect(),
        ));
    }
    Some(from_text(first, shape))
}

fn from_text<P>(text: &str, shape: &Shape) -> Document<P> {
    let value = match shape {
        Shape::Boolean => text.parse().ok().map(Document::Bool),
        Shape::Integer(_) => text.parse().ok().map(Document::Integer),
        Shape::Double(_) => text.parse().ok().map(Document::Double),
        _ => None,
    };
    value.unwrap_or_else(|| Document::String(text.to_owned()))
}

/// Reads one value of a shape.
struct Seed<'a, P> {
    shape: &'a Shape,
    package: &'a Option<P>,
}

impl<'a, P> Seed<'a, P> {
    fn of(&self, shape: &'a Shape) -> Self {
        Self { shape, package: self.package }
    }
}

impl<'de, P: Clone> DeserializeSeed<'de> for Seed<'_, P> {
    type Value = Document<P>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, P: Clone> Visitor<'de> for Seed<'_, P> {
    type Value = Document<P>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Document::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Document::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Document::Integer(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(value).map_or(Document::Double(value as f64), Document::Integer))
    }

    /// Some clients write whole numbers as `3.0`. Where a whole number is asked for, that is one (chosen).
    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        let whole = value.fract() == 0.0 && value.abs() <= WHOLE_MAX;
        match self.shape {
            Shape::Integer(_) if whole => Ok(Document::Integer(value as i64)),
            _ => Ok(Document::Double(value)),
        }
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        match (self.shape, self.package) {
            (Shape::Blob, Some(package)) => Ok(Document::Blob(package.clone())),
            _ => Ok(Document::String(value.to_owned())),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        if let Shape::List(ListRules { item, .. }) = self.shape {
            while let Some(value) = items.next_element_seed(self.of(item))? {
                list.push(value);
            }
        } else {
            while items.next_element::<IgnoredAny>()?.is_some() {}
        }
        Ok(Document::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut map = Vec::new();
        match self.shape {
            Shape::Structure(members) => {
                while let Some(member) = entries.next_key_seed(MemberSeed(members))? {
                    match member {
                        Some(Member { name, shape, .. }) => {
                            map.push(((*name).to_owned(), entries.next_value_seed(self.of(shape))?));
                        }
                        None => drop(entries.next_value::<IgnoredAny>()?),
                    }
                }
            }
            Shape::Map(MapRules { value, .. }) => {
                while let Some(key) = entries.next_key::<String>()? {
                    map.push((key, entries.next_value_seed(self.of(value))?));
                }
            }
            _ => while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {},
        }
        Ok(Document::Map(map))
    }
}

/// Up to here every whole number has a floating point number of its own.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// Finds the member that a key names.
struct MemberSeed<'a>(&'a [Member]);

impl<'de, 'a> DeserializeSeed<'de> for MemberSeed<'a> {
    type Value = Option<&'a Member>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'_> for MemberSeed<'a> {
    type Value = Option<&'a Member>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().find(|member| member.name == name))
    }
}

#[cfg(test)]
mod tests {
    use funclet_validation::{
        CreateFunctionRequest, Document, FromDocument as _, ListFunctionsRequest, Shape, Structure as _,
        UntagResourceRequest, UpdateFunctionCodeRequest,
    };

    use super::{from_texts, members, wrong_type};

    type Create = CreateFunctionRequest<&'static str>;
    type Update = UpdateFunctionCodeRequest<&'static str>;

    fn create(body: &str) -> Result<Create, String> {
        let package = body.contains("ZipFile").then_some("package");
        let text = |error: crate::WireError| String::from_utf8(error.body()).unwrap();
        let document = members(body.as_bytes(), Create::MEMBERS, package).map_err(text)?;
        Create::from_document(document).map_err(|wrong| text(wrong_type(&wrong)))
    }

    #[test]
    fn members_of_every_shape() {
        let request = create(
            r#"{"FunctionName":"hello","Code":{"ZipFile":"","Unknown":[{"a":{}}]},"Timeout":7,"Publish":true,
                "Layers":["a","b"],"Environment":{"Variables":{"B":"2","A":"1","B":"3"}},"Description":null,
                "Unknown":{"FunctionName":"other"},"FileSystemConfigs":[{"Arn":"arn"}]}"#,
        )
        .unwrap();
        assert_eq!(request.function_name.as_deref(), Some("hello"));
        assert_eq!(request.code.unwrap().zip_file, Some("package"));
        assert_eq!((request.timeout, request.publish, request.description), (Some(7), Some(true), None));
        assert_eq!(request.layers.unwrap(), ["a", "b"]);
        let variables = request.environment.unwrap().variables.unwrap();
        assert_eq!(variables.iter().collect::<Vec<_>>(), [("B", "3"), ("A", "1")]);
        assert_eq!(request.file_system_configs.unwrap()[0].arn.as_deref(), Some("arn"));
    }

    #[test]
    fn maps_of_lists() {
        use funclet_validation::CreateEventSourceMappingRequest as Create;
        let body = r#"{"SelfManagedEventSource":{"Endpoints":{"KAFKA_BOOTSTRAP_SERVERS":["a:1","b:2"]}}}"#;
        let document = members::<()>(body.as_bytes(), Create::MEMBERS, None).unwrap();
        let source = Create::from_document(document).unwrap().self_managed_event_source.unwrap();
        let endpoints: Vec<_> = source.endpoints.unwrap().into_iter().collect();
        assert_eq!(endpoints, [("KAFKA_BOOTSTRAP_SERVERS".into(), vec!["a:1".into(), "b:2".into()])]);
    }

    #[test]
    fn numbers() {
        let timeout = |number: &str| create(&format!(r#"{{"Timeout":{number}}}"#)).map(|r| r.timeout);
        assert_eq!(timeout("3"), Ok(Some(3)));
        assert_eq!(timeout("3.0"), Ok(Some(3)));
        assert_eq!(timeout("3e2"), Ok(Some(300)));
        assert_eq!(timeout("-1"), Ok(Some(-1)));
        for number in ["3.5", "18446744073709551615", "1e300", "99999999999999999999999"] {
            assert_eq!(
                timeout(number),
                Err(r#"{"message":"The request could not be read: got a number, expected an integer at `Timeout`."}"#.into()),
                "{number}"
            );
        }
    }

    fn refused(body: &str, message: &str) {
        let expected = format!(r#"{{"message":{}}}"#, serde_json::to_string(message).unwrap());
        assert_eq!(create(body), Err(expected), "{body}");
    }

    #[test]
    fn wrong_types() {
        refused(
            r#"{"Timeout":"3"}"#,
            "The request could not be read: got a string, expected an integer at `Timeout`.",
        );
        refused(
            r#"{"Code":{"S3Key":{"deep":[[[]]]}}}"#,
            "The request could not be read: got an object, expected a string at `Code.S3Key`.",
        );
        refused(r#"{"Code":[]}"#, "The request could not be read: got a list, expected an object at `Code`.");
        refused(
            r#"{"Layers":[null]}"#,
            "The request could not be read: got null, expected a string at `Layers.0`.",
        );
        refused(
            r#"{"Code":{"ZipFile":5}}"#,
            "The request could not be read: got an integer, expected a blob at `Code.ZipFile`.",
        );
        refused("[1]", "The request body is a list, not a JSON object.");
        refused("null", "The request body is null, not a JSON object.");
    }

    #[test]
    fn no_json() {
        refused("{", "The request body is not valid JSON: EOF while parsing an object at line 1 column 1.");
        refused("{} x", "The request body is not valid JSON: trailing characters at line 1 column 4.");
        refused(" ", "The request body is not valid JSON: EOF while parsing a value at line 1 column 1.");
        refused(
            r#"{"Code":{"ZipFile":""}"#,
            "The request body is not valid JSON: EOF while parsing an object.",
        );
        let deep = format!(r#"{{"Unknown":{}"#, "[".repeat(100_000));
        assert!(create(&deep).unwrap_err().contains("not valid JSON"));
    }

    #[test]
    fn an_empty_body_has_no_members() {
        assert_eq!(create(""), Ok(Create::default()));
    }

    #[test]
    fn later_packages_win_over_earlier_ones_and_null_over_both() {
        let update = |body: &str| {
            let document = members(body.as_bytes(), Update::MEMBERS, Some("package")).unwrap();
            Update::from_document(document).unwrap().zip_file
        };
        assert_eq!(update(r#"{"ZipFile":"","ZipFile":""}"#), Some("package"));
        assert_eq!(update(r#"{"ZipFile":"","ZipFile":null}"#), None);
    }

    #[test]
    fn texts_of_the_query() {
        let shape = |name: &str| {
            &ListFunctionsRequest::MEMBERS.iter().find(|member| member.name == name).unwrap().shape
        };
        let text = |text: &str| Document::<()>::String(text.into());
        let read = |values: &[&str], name| from_texts(values.iter().copied(), shape(name));
        assert_eq!(read(&["5", "6"], "MaxItems"), Some(Document::Integer(5)));
        assert_eq!(read(&["five"], "MaxItems"), Some(text("five")));
        assert_eq!(read(&["5"], "Marker"), Some(text("5")));
        assert_eq!(read(&[], "Marker"), None);
        let Shape::List(_) = &UntagResourceRequest::MEMBERS[1].shape else { panic!("a list") };
        let keys = from_texts(["a", "5"].into_iter(), &UntagResourceRequest::MEMBERS[1].shape);
        assert_eq!(keys, Some(Document::List(vec![text("a"), text("5")])));
    }
}
