//! Lists whose order is open, or of which only a part counts.

use serde_json::Value;

use crate::conformance::bindings::Bindings;
use crate::conformance::compare::Comparison;
use crate::conformance::difference::{Difference, shown};

/// How many pairs are compared before the search for an order gives up. Lists in the recordings have a handful of entries.
const COMPARISONS_MAX: usize = 20_000;

/// Compares two lists of the same length as sets.
///
/// Entries cannot be paired one after the other: what a placeholder stands for in one may decide about another.
pub(crate) fn in_any_order(comparison: &mut Comparison<'_>, path: &str, expected: &[Value], found: &[Value]) {
    let mut search = Search { path, found, taken: vec![false; found.len()], left: COMPARISONS_MAX };
    if search.pair(comparison, expected) {
        return;
    }
    // Without a pairing the entries that have no counterpart at all are told, or else that the whole has none.
    let before = comparison.differences.len();
    for (at, entry) in expected.iter().enumerate() {
        let is_there = found.iter().any(|found| search.is_equal(comparison, entry, found).is_some());
        if !is_there {
            comparison.differences.push(closest(comparison, &format!("{path}[{at}]"), entry, found));
        }
    }
    if comparison.differences.len() == before {
        let list = Value::Array(found.to_vec());
        comparison.differences.push(Difference::new(
            path,
            "the recorded entries in any order",
            shown(Some(&list)),
        ));
    }
}

struct Search<'s> {
    path: &'s str,
    found: &'s [Value],
    taken: Vec<bool>,
    left: usize,
}

impl Search<'_> {
    fn pair(&mut self, comparison: &mut Comparison<'_>, expected: &[Value]) -> bool {
        let Some((first, later)) = expected.split_first() else { return true };
        let entries = self.found;
        for (at, entry) in entries.iter().enumerate() {
            if self.taken.get(at).is_none_or(|taken| *taken) || self.left == 0 {
                continue;
            }
            self.left -= 1;
            let Some(bound) = self.is_equal(comparison, first, entry) else { continue };
            let before = std::mem::replace(comparison.bindings, bound);
            self.take(at, true);
            if self.pair(comparison, later) {
                return true;
            }
            self.take(at, false);
            *comparison.bindings = before;
        }
        false
    }

    fn take(&mut self, at: usize, taken: bool) {
        if let Some(entry) = self.taken.get_mut(at) {
            *entry = taken;
        }
    }

    /// Returns the bindings with those of an entry, if it is equal.
    fn is_equal(&self, comparison: &Comparison<'_>, expected: &Value, found: &Value) -> Option<Bindings> {
        let mut bindings = comparison.bindings.clone();
        let mut inner = Comparison::new(comparison.rules, &mut bindings);
        inner.value(self.path, expected, Some(found));
        inner.differences.is_empty().then_some(bindings)
    }
}

/// Tells how an entry differs from that which differs least.
fn closest(comparison: &Comparison<'_>, path: &str, expected: &Value, found: &[Value]) -> Difference {
    let differences = found.iter().map(|found| {
        let mut bindings = comparison.bindings.clone();
        let mut inner = Comparison::new(comparison.rules, &mut bindings);
        inner.value(path, expected, Some(found));
        inner.differences
    });
    let least = differences.min_by_key(Vec::len).and_then(|differences| differences.into_iter().next());
    least.unwrap_or_else(|| Difference::new(path, shown(Some(expected)), "nothing"))
}

/// Drops entries about what the case has not created.
pub(crate) fn only_created(list: &[Value], created: &[String]) -> Vec<Value> {
    let is_created = |entry: &&Value| {
        let names = ["FunctionName", "LayerName"].into_iter().filter_map(|name| entry.get(name)?.as_str());
        names.into_iter().any(|name| created.iter().any(|created| created == name))
    };
    list.iter().filter(is_created).cloned().collect()
}
