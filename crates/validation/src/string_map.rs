//! A map from texts to texts that keeps the order of the request.

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
    entries: Vec<(String, String)>,
}

impl StringMap {
    /// Makes an empty map.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
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
        self.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// Iterates over keys and values in the order of the request.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for StringMap {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        // The places are remembered beside the entries: searching the entries would be quadratic.
        let mut places = std::collections::BTreeMap::new();
        let mut entries: Vec<(String, String)> = Vec::new();
        for (key, value) in pairs {
            let (key, value) = (key.into(), value.into());
            let place = *places.entry(key.clone()).or_insert(entries.len());
            match entries.get_mut(place) {
                Some(entry) => entry.1 = value,
                None => entries.push((key, value)),
            }
        }
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

#[cfg(test)]
mod tests {
    use super::StringMap;

    #[test]
    fn later_values_replace_earlier_ones_in_place() {
        let map = StringMap::from_iter([("a", "1"), ("b", "2"), ("a", "3"), ("c", "4"), ("b", "5")]);
        assert_eq!(map.len(), 3);
        assert_eq!(map.iter().collect::<Vec<_>>(), [("a", "3"), ("b", "5"), ("c", "4")]);
        assert_eq!(map.get("d"), None);
    }
}
