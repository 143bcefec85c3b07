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

/// Brings the texts of an enum into the order in which the service prints them.
///
/// It is that of a hash table: by the last five bits of the hash that Java has of a text. All lists that are recorded from AWS
/// or quoted in public reports have this order (architectures, `applyOn`, `recursiveLoop`, `startingPosition`,
/// `invocationType`, and the 48 texts of `compatibleRuntime`), but for the runtimes of functions, which are printed by other
/// means. That the remaining ones have it, too, is chosen. Where two texts
/// meet, the order of the service model stays.
#[expect(
    clippy::indexing_slicing,
    reason = "constant functions have no iterators; every index is below the length"
)]
pub(crate) const fn in_printed_order<const N: usize>(mut texts: [&'static str; N]) -> [&'static str; N] {
    let mut sorted = 1;
    while sorted < N {
        let mut place = sorted;
        while place > 0 && slot(texts[place - 1]) > slot(texts[place]) {
            texts.swap(place - 1, place);
            place -= 1;
        }
        sorted += 1;
    }
    texts
}

#[expect(clippy::indexing_slicing, reason = "as above")]
const fn slot(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let (mut hash, mut index) = (0_u32, 0);
    while index < bytes.len() {
        hash = hash.wrapping_mul(31).wrapping_add(bytes[index] as u32);
        index += 1;
    }
    hash % 32
}

/// States an enum: variants and the texts of the service.
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
            pub const VALUES: &'static [&'static str] = &$crate::enumeration::in_printed_order([$($text,)+]);

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
