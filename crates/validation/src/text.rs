//! The macro that states a text with a fixed form (an ARN, a bucket name) once.

/// A text does not have the form that its type asks for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{got}` is not {what}")]
pub struct InvalidText {
    got: String,
    what: &'static str,
}

impl InvalidText {
    pub(crate) fn new(got: &str, what: &'static str) -> Self {
        Self { got: got.to_owned(), what }
    }
}

/// States a newtype over a text that always satisfies the given rules. Clones share the text.
macro_rules! text {
    ($(#[$attr:meta])* pub struct $name:ident = $what:literal, $rules:expr;) => {
        $(#[$attr])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(::std::sync::Arc<str>);

        impl $name {
            pub(crate) const RULES: $crate::constraint::TextRules = $rules;

            /// Returns the text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::text::InvalidText;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                if Self::RULES.admits(text) {
                    Ok(Self(text.into()))
                } else {
                    Err($crate::text::InvalidText::new(text, $what))
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}
pub(crate) use text;
