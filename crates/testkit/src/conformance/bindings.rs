//! What the numbered placeholders of a case stand for.

use std::collections::BTreeMap;

/// Texts by placeholder, and placeholders by text: within a kind they determine each other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bindings {
    /// By kind, then by the number, which is empty for placeholders without one.
    kinds: BTreeMap<String, BTreeMap<String, String>>,
}

impl Bindings {
    /// Returns the text that a placeholder stands for.
    pub(crate) fn get(&self, kind: &str, number: &str) -> Option<&str> {
        self.kinds.get(kind)?.get(number).map(String::as_str)
    }

    /// Tells whether the text may be bound: no other number of the kind stands for it.
    pub(crate) fn is_free(&self, kind: &str, text: &str) -> bool {
        self.kinds.get(kind).is_none_or(|bound| bound.values().all(|taken| taken != text))
    }

    /// Binds a placeholder.
    pub(crate) fn bind(&mut self, kind: &str, number: &str, text: &str) {
        self.kinds.entry(kind.to_owned()).or_default().insert(number.to_owned(), text.to_owned());
    }

    /// Takes a binding back.
    pub(crate) fn unbind(&mut self, kind: &str, number: &str) {
        if let Some(bound) = self.kinds.get_mut(kind) {
            bound.remove(number);
        }
    }

    /// Prints what the placeholders of a kind stand for.
    pub(crate) fn explain(&self, kind: &str) -> String {
        let bound = self.kinds.get(kind).into_iter().flatten();
        let texts = bound.map(|(number, text)| {
            let colon = if number.is_empty() { "" } else { ":" };
            format!("<{kind}{colon}{number}> is {text}")
        });
        texts.collect::<Vec<_>>().join(", ")
    }
}
