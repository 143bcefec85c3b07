//! The macro that states a closed set of texts (an enum of the service model) once.

/// A text is none of the values that an enum of the service model has.
///
/// Requests never meet it: their tables complain about such a text first, in the words of the service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("got `{got}`, expected one of {}", .expected.join(", "))]
pub struct UnknownValue {
    got: String,
    expected: &'static [&'static str],
}

impl UnknownValue {
    pub(crate) fn new(got: &str, expected: &'static [&'static str]) -> Self {
        Self { got: got.to_owned(), expected }
    }
}

/// States an enum: variants, the texts of the service, and their order as the service prints it.
macro_rules! enumeration {
    (
        $(#[$attr:meta])*
        pub enum $name:ident { $( $(#[$variant_attr:meta])* $variant:ident = $text:literal, )+ }
    ) => {
        $(#[$attr])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $( $(#[$variant_attr])* $variant, )+ }

        impl $name {
            /// Lists the texts in the order in which the service prints them.
            pub const VALUES: &'static [&'static str] = &[$($text,)+];

            /// Returns the text of the service.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text, )+ }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::enumeration::UnknownValue;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $( $text => Ok(Self::$variant), )+
                    _ => Err($crate::enumeration::UnknownValue::new(text, Self::VALUES)),
                }
            }
        }
    };
}
pub(crate) use enumeration;
