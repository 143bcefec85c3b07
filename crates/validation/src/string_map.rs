//! A map from texts to texts that keeps the order of the request.

use crate::text_map::TextMap;

/// A map from texts to texts in the order of the request, as the service echoes it.
///
/// A key that comes twice keeps its first place and takes its later value.
///
/// ```
/// use funclet_validation::StringMap;
///
/// let map: StringMap = [("b", "1"), ("a", "2"), ("b", "3")].into_iter().collect();
/// assert_eq!(map.iter().collect::<Vec<_>>(), [("b", "3"), ("a", "2")]);
/// assert_eq!(map.get("a"), Some("2"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StringMap {
    entries: TextMap<String>,
}

impl StringMap {
    /// Makes an empty map.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: TextMap::new() }
    }

    /// Returns the number of keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Tells whether there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.entries.get(key).map(String::as_str)
    }

    pub(crate) const fn entries(&self) -> &TextMap<String> {
        &self.entries
    }

    /// Iterates over keys and values in the order of the request.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(key, value)| (key, value.as_str()))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for StringMap {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self { entries: pairs.into_iter().map(|(key, value)| (key, value.into())).collect() }
    }
}

impl From<TextMap<String>> for StringMap {
    fn from(entries: TextMap<String>) -> Self {
        Self { entries }
    }
}

impl IntoIterator for StringMap {
    type Item = (String, String);
    type IntoIter = std::vec::IntoIter<(String, String)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}
