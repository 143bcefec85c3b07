//! A map from texts to values that keeps the order of the request.

/// A map from texts to values in the order of the request, as the service echoes it.
///
/// A key that comes twice keeps its first place and takes its later value.
///
/// ```
/// use funclet_validation::TextMap;
///
/// let map: TextMap<f64> = [("2", 0.5), ("3", 0.1), ("2", 0.2)].into_iter().collect();
/// assert_eq!(map.iter().collect::<Vec<_>>(), [("2", &0.2), ("3", &0.1)]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextMap<V> {
    entries: Vec<(String, V)>,
}

impl<V> TextMap<V> {
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
    pub fn get(&self, key: &str) -> Option<&V> {
        self.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// Iterates over keys and values in the order of the request.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.entries.iter().map(|(key, value)| (key.as_str(), value))
    }
}

impl<V> Default for TextMap<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Into<String>, V> FromIterator<(K, V)> for TextMap<V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        // The places are remembered beside the entries: searching the entries would be quadratic.
        let mut places = std::collections::BTreeMap::new();
        let mut entries: Vec<(String, V)> = Vec::new();
        for (key, value) in pairs {
            let key = key.into();
            let place = *places.entry(key.clone()).or_insert(entries.len());
            match entries.get_mut(place) {
                Some(entry) => entry.1 = value,
                None => entries.push((key, value)),
            }
        }
        Self { entries }
    }
}

impl<V> IntoIterator for TextMap<V> {
    type Item = (String, V);
    type IntoIter = std::vec::IntoIter<(String, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::TextMap;

    #[test]
    fn later_values_replace_earlier_ones_in_place() {
        let map = TextMap::from_iter([("a", 1), ("b", 2), ("a", 3), ("c", 4), ("b", 5)]);
        assert_eq!(map.len(), 3);
        assert_eq!(map.iter().collect::<Vec<_>>(), [("a", &3), ("b", &5), ("c", &4)]);
        assert_eq!(map.get("d"), None);
    }
}
