//! Values as a decoder finds them, before a request gives them their types.

use std::fmt;

use crate::payload::Payload;
use crate::string_map::StringMap;
use crate::text_map::TextMap;

/// A value as a decoder finds it: the parsed form of a body, a query or a path, without any rule applied.
///
/// `P` is the type of a deployment package; a decoder that walks [`Structure::MEMBERS`](crate::Structure::MEMBERS)
/// knows which texts are packages.
#[derive(Debug, Clone, PartialEq)]
pub enum Document<P> {
    /// Nothing; a member with this value counts as absent.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction or an exponent.
    Double(f64),
    /// A text.
    String(String),
    /// A deployment package.
    Blob(P),
    /// The payload of an invocation.
    Payload(Payload),
    /// A list.
    List(Vec<Document<P>>),
    /// A map or structure, in the order of the request.
    Map(Vec<(String, Document<P>)>),
}

impl<P> Document<P> {
    /// Names the kind of the value.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Null => Kind::Null,
            Self::Bool(_) => Kind::Boolean,
            Self::Integer(_) => Kind::Integer,
            Self::Double(_) => Kind::Double,
            Self::String(_) => Kind::String,
            Self::Blob(_) => Kind::Blob,
            Self::Payload(_) => Kind::Payload,
            Self::List(_) => Kind::List,
            Self::Map(_) => Kind::Map,
        }
    }

    pub(crate) fn into_entries(self) -> Result<Vec<(String, Self)>, WrongType> {
        match self {
            Self::Map(entries) => Ok(entries),
            other => Err(other.instead_of(Kind::Map)),
        }
    }

    /// Reads a package; null is no package.
    pub(crate) fn into_blob(self) -> Result<Option<P>, WrongType> {
        match self {
            Self::Null => Ok(None),
            Self::Blob(package) => Ok(Some(package)),
            other => Err(other.instead_of(Kind::Blob)),
        }
    }

    pub(crate) fn instead_of(&self, expected: Kind) -> WrongType {
        WrongType { path: String::new(), expected, found: self.kind() }
    }
}

/// The kind of a value in a [`Document`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Nothing.
    Null,
    /// A truth value.
    Boolean,
    /// A whole number.
    Integer,
    /// A number with a fraction.
    Double,
    /// A text.
    String,
    /// A deployment package.
    Blob,
    /// The payload of an invocation.
    Payload,
    /// A list.
    List,
    /// A map or structure.
    Map,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Integer => "an integer",
            Self::Double => "a number",
            Self::String => "a string",
            Self::Blob => "a blob",
            Self::Payload => "a payload",
            Self::List => "a list",
            Self::Map => "an object",
        })
    }
}

/// A value has another type than its member asks for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("got {found}, expected {expected} at `{path}`")]
#[non_exhaustive]
pub struct WrongType {
    /// The place, as wire names joined by dots and list items counted from 0, for example `VpcConfig.SubnetIds.0`.
    /// Empty for the request itself.
    pub path: String,
    /// What the member asks for.
    pub expected: Kind,
    /// What stood there.
    pub found: Kind,
}

impl WrongType {
    pub(crate) fn within(mut self, outer: impl fmt::Display) -> Self {
        self.path = if self.path.is_empty() { outer.to_string() } else { format!("{outer}.{}", self.path) };
        self
    }
}

/// Makes a typed value of a decoded one.
///
/// ```
/// use funclet_validation::{Document, FromDocument, UpdateFunctionCodeRequest};
///
/// let member = |name: &str, value: Document<Vec<u8>>| (name.to_owned(), value);
/// let body = Document::Map(vec![
///     member("ZipFile", Document::Blob(b"PK".to_vec())),
///     member("Publish", Document::String("yes".into())),
/// ]);
/// let wrong = UpdateFunctionCodeRequest::from_document(body).unwrap_err();
/// assert_eq!(wrong.to_string(), "got a string, expected a boolean at `Publish`");
/// ```
pub trait FromDocument<P>: Sized {
    /// Takes the value apart. Unknown members of a structure are ignored and null counts as absent, as in the service.
    ///
    /// # Errors
    /// [`WrongType`] at the first value that has another type than its member. A null inside a list or a map
    /// is one as well.
    fn from_document(document: Document<P>) -> Result<Self, WrongType>;
}

impl<P> FromDocument<P> for String {
    fn from_document(document: Document<P>) -> Result<Self, WrongType> {
        match document {
            Document::String(text) => Ok(text),
            other => Err(other.instead_of(Kind::String)),
        }
    }
}

impl<P> FromDocument<P> for bool {
    fn from_document(document: Document<P>) -> Result<Self, WrongType> {
        match document {
            Document::Bool(value) => Ok(value),
            other => Err(other.instead_of(Kind::Boolean)),
        }
    }
}

impl<P> FromDocument<P> for i64 {
    fn from_document(document: Document<P>) -> Result<Self, WrongType> {
        match document {
            Document::Integer(value) => Ok(value),
            other => Err(other.instead_of(Kind::Integer)),
        }
    }
}

impl<P> FromDocument<P> for f64 {
    fn from_document(document: Document<P>) -> Result<Self, WrongType> {
        match document {
            Document::Double(value) => Ok(value),
            Document::Integer(value) => Ok(value as f64),
            other => Err(other.instead_of(Kind::Double)),
        }
    }
}

impl<P> FromDocument<P> for StringMap {
    fn from_document(document: Document<P>) -> Result<Self, WrongType> {
        TextMap::<String>::from_document(document).map(Self::from)
    }
}

impl<P, V: FromDocument<P>> FromDocument<P> for TextMap<V> {
    fn from_document(document: Document<P>) -> Result<Self, WrongType> {
        let read = |(key, value): (String, Document<P>)| match V::from_document(value) {
            Ok(value) => Ok((key, value)),
            Err(wrong) => Err(wrong.within(key)),
        };
        document.into_entries()?.into_iter().map(read).collect()
    }
}

impl<P, T: FromDocument<P>> FromDocument<P> for Vec<T> {
    fn from_document(document: Document<P>) -> Result<Self, WrongType> {
        let Document::List(items) = document else { return Err(document.instead_of(Kind::List)) };
        let read = |(index, item)| T::from_document(item).map_err(|wrong: WrongType| wrong.within(index));
        items.into_iter().enumerate().map(read).collect()
    }
}

impl<P, T: FromDocument<P>> FromDocument<P> for Option<T> {
    fn from_document(document: Document<P>) -> Result<Self, WrongType> {
        match document {
            Document::Null => Ok(None),
            other => T::from_document(other).map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Document, FromDocument};
    use crate::requests::{CreateFunctionRequest, UpdateFunctionCodeRequest};

    type Value = Document<&'static str>;

    fn map(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
        Document::Map(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    fn text(value: &str) -> Value {
        Document::String(value.to_owned())
    }

    #[test]
    fn members_find_their_fields() {
        let request = CreateFunctionRequest::from_document(map([
            ("FunctionName", text("hello")),
            ("Code", map([("ZipFile", Document::Blob("package")), ("S3Key", Document::Null)])),
            ("Timeout", Document::Integer(7)),
            ("Publish", Document::Bool(true)),
            ("Layers", Document::List(vec![text("a"), text("b")])),
            ("Environment", map([("Variables", map([("B", text("2")), ("A", text("1"))]))])),
            ("FileSystemConfigs", Document::List(vec![map([("Arn", text("arn"))])])),
            ("Unknown", Document::Double(1.5)),
        ]))
        .unwrap();
        assert_eq!(request.function_name.as_deref(), Some("hello"));
        let code = request.code.unwrap();
        assert_eq!((code.zip_file, code.s3_key), (Some("package"), None));
        assert_eq!((request.timeout, request.publish), (Some(7), Some(true)));
        assert_eq!(request.layers.unwrap(), ["a", "b"]);
        let variables = request.environment.unwrap().variables.unwrap();
        assert_eq!(variables.iter().collect::<Vec<_>>(), [("B", "2"), ("A", "1")]);
        assert_eq!(request.file_system_configs.unwrap()[0].arn.as_deref(), Some("arn"));
        assert_eq!(request.role, None);
    }

    fn refused(document: Value, expected: &str) {
        let wrong = CreateFunctionRequest::from_document(document).unwrap_err();
        assert_eq!(wrong.to_string(), expected);
    }

    #[test]
    fn wrong_types_tell_their_place() {
        refused(text("x"), "got a string, expected an object at ``");
        refused(map([("Timeout", text("7"))]), "got a string, expected an integer at `Timeout`");
        refused(map([("Timeout", Document::Double(7.5))]), "got a number, expected an integer at `Timeout`");
        refused(
            map([("Code", map([("ZipFile", text("UEs="))]))]),
            "got a string, expected a blob at `Code.ZipFile`",
        );
        refused(
            map([("VpcConfig", map([("SubnetIds", Document::List(vec![text("a"), Document::Null]))]))]),
            "got null, expected a string at `VpcConfig.SubnetIds.1`",
        );
        refused(map([("Tags", map([("k", Document::Null)]))]), "got null, expected a string at `Tags.k`");
    }

    #[test]
    fn a_member_that_comes_twice_keeps_the_later_value() {
        let document = map([("FunctionName", text("a")), ("FunctionName", text("b"))]);
        let request = UpdateFunctionCodeRequest::from_document(document).unwrap();
        assert_eq!(request.function_name.as_deref(), Some("b"));
    }
}
