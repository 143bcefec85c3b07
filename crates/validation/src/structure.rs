//! Structures of the service model: the macro that states one, and the view through which it is checked.

use crate::constraint::Member;
use crate::string_map::StringMap;
use crate::text_map::TextMap;

/// A structure of the service model, with the table of its members.
///
/// The table is data: a decoder walks it to learn the types, a test compares it with the official model.
///
/// ```
/// use funclet_validation::{GetFunctionRequest, Structure};
///
/// let names: Vec<_> = GetFunctionRequest::MEMBERS.iter().map(|member| member.name).collect();
/// assert_eq!(names, ["FunctionName", "Qualifier"]);
/// ```
pub trait Structure: View {
    /// The members, in the order of the service model.
    const MEMBERS: &'static [Member];
}

/// Shows the values of a structure's members to whoever checks or prints them.
pub trait View {
    /// Shows each value, in the order of [`Structure::MEMBERS`].
    fn for_each_value<'a>(&'a self, visit: &mut dyn FnMut(Value<'a>));
}

/// A borrowed value of a member.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// Absent.
    Null,
    /// A text.
    String(&'a str),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Double(f64),
    /// A truth value.
    Boolean(bool),
    /// A deployment package or a payload, which are never looked into here.
    Blob,
    /// A list.
    List(&'a dyn Items),
    /// A map.
    Map(&'a dyn Entries),
    /// A nested structure.
    Structure(&'a dyn View),
}

/// Shows the items of a list.
pub trait Items {
    /// Returns the number of items.
    fn count(&self) -> usize;

    /// Shows each item, in order.
    fn for_each_item<'a>(&'a self, visit: &mut dyn FnMut(Value<'a>));
}

/// Shows the entries of a map.
pub trait Entries {
    /// Returns the number of entries.
    fn count(&self) -> usize;

    /// Shows each key and its value, in order.
    fn for_each_entry<'a>(&'a self, visit: &mut dyn FnMut(&'a str, Value<'a>));
}

/// Shows a typed value as a [`Value`].
pub(crate) trait AsValue {
    fn as_value(&self) -> Value<'_>;
}

impl AsValue for String {
    fn as_value(&self) -> Value<'_> {
        Value::String(self)
    }
}

impl AsValue for bool {
    fn as_value(&self) -> Value<'_> {
        Value::Boolean(*self)
    }
}

impl AsValue for i64 {
    fn as_value(&self) -> Value<'_> {
        Value::Integer(*self)
    }
}

impl AsValue for f64 {
    fn as_value(&self) -> Value<'_> {
        Value::Double(*self)
    }
}

impl AsValue for StringMap {
    fn as_value(&self) -> Value<'_> {
        self.entries().as_value()
    }
}

impl<V: AsValue> AsValue for TextMap<V> {
    fn as_value(&self) -> Value<'_> {
        Value::Map(self)
    }
}

impl<V: AsValue> Entries for TextMap<V> {
    fn count(&self) -> usize {
        self.len()
    }

    fn for_each_entry<'a>(&'a self, visit: &mut dyn FnMut(&'a str, Value<'a>)) {
        for (key, value) in self.iter() {
            visit(key, value.as_value());
        }
    }
}

impl<T: AsValue> AsValue for Vec<T> {
    fn as_value(&self) -> Value<'_> {
        Value::List(self)
    }
}

impl<T: AsValue> Items for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn for_each_item<'a>(&'a self, visit: &mut dyn FnMut(Value<'a>)) {
        for item in self {
            visit(item.as_value());
        }
    }
}

impl<T: AsValue> AsValue for Option<T> {
    fn as_value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, AsValue::as_value)
    }
}

/// States a structure of the service model: fields, documentation, wire names, shapes and rules in one table.
///
/// A row is `mode field: Type = "WireName", shape;`. Modes: `required`, `optional`, `secret` (optional, and
/// complaints leave its value out), `blob` (a deployment package).
macro_rules! structure {
    (
        $(#[$struct_attr:meta])*
        pub struct $name:ident $(<$package:ident>)? {
            $( $(#[$attr:meta])* $mode:ident $field:ident : $type:ty = $wire:literal, $shape:expr; )+
        }
    ) => {
        $(#[$struct_attr])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name $(<$package>)? {
            $( $(#[$attr])* pub $field: Option<$type>, )+
        }

        impl $(<$package>)? Default for $name $(<$package>)? {
            fn default() -> Self {
                Self { $( $field: None, )+ }
            }
        }

        impl $(<$package>)? $crate::structure::Structure for $name $(<$package>)? {
            const MEMBERS: &'static [$crate::constraint::Member] = &[
                $( $crate::constraint::Member {
                    name: $wire,
                    required: $crate::structure::structure!(@is_required $mode),
                    sensitive: $crate::structure::structure!(@is_sensitive $mode),
                    shape: $shape,
                }, )+
            ];
        }

        impl $(<$package>)? $crate::structure::View for $name $(<$package>)? {
            fn for_each_value<'a>(&'a self, visit: &mut dyn FnMut($crate::structure::Value<'a>)) {
                $( visit($crate::structure::structure!(@view $mode self.$field)); )+
            }
        }

        impl $(<$package>)? $crate::structure::AsValue for $name $(<$package>)? {
            fn as_value(&self) -> $crate::structure::Value<'_> {
                $crate::structure::Value::Structure(self)
            }
        }

        impl<P> $crate::document::FromDocument<P> for $name $(<$package>)? {
            fn from_document(
                document: $crate::document::Document<P>,
            ) -> Result<Self, $crate::document::WrongType> {
                let mut structure = Self::default();
                for (name, value) in document.into_entries()? {
                    match name.as_str() {
                        $( $wire => {
                            structure.$field = $crate::structure::structure!(@read $mode value)
                                .map_err(|wrong: $crate::document::WrongType| wrong.within($wire))?;
                        } )+
                        _ => {}
                    }
                }
                Ok(structure)
            }
        }
    };
    (@is_required required) => { true };
    (@is_required $mode:ident) => { false };
    (@is_sensitive secret) => { true };
    (@is_sensitive blob) => { true };
    (@is_sensitive $mode:ident) => { false };
    (@view blob $value:expr) => {
        if $value.is_some() { $crate::structure::Value::Blob } else { $crate::structure::Value::Null }
    };
    (@view $mode:ident $value:expr) => { $crate::structure::AsValue::as_value(&$value) };
    (@read blob $value:expr) => { $value.into_blob() };
    (@read $mode:ident $value:expr) => { $crate::document::FromDocument::from_document($value) };
}
pub(crate) use structure;
