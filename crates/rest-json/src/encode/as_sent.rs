//! Structures of requests in answers: what was sent comes back along its table.

use funclet::{Member, Shape, Structure, Value, View};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// A structure with the members that it has; what is not there is left out.
pub(super) struct AsSent<'a> {
    members: &'static [Member],
    view: &'a dyn View,
}

impl<'a> AsSent<'a> {
    pub(super) fn of<S: Structure>(structure: &'a S) -> Self {
        Self { members: S::MEMBERS, view: structure }
    }
}

impl Serialize for AsSent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut values = Vec::with_capacity(self.members.len());
        self.view.for_each_value(&mut |value| values.push(value));
        let mut object = serializer.serialize_map(None)?;
        for (member, value) in self.members.iter().zip(values) {
            if !matches!(value, Value::Null) {
                object.serialize_entry(member.name, &Shaped(&member.shape, value))?;
            }
        }
        object.end()
    }
}

/// A value of a shape of its table.
struct Shaped<'a>(&'static Shape, Value<'a>);

impl Serialize for Shaped<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.0, self.1) {
            (_, Value::String(text)) => serializer.serialize_str(text),
            (_, Value::Integer(number)) => serializer.serialize_i64(number),
            (_, Value::Double(number)) => serializer.serialize_f64(number),
            (_, Value::Boolean(truth)) => serializer.serialize_bool(truth),
            (Shape::List(rules), Value::List(list)) => {
                let mut items = Vec::with_capacity(list.count());
                list.for_each_item(&mut |item| items.push(Shaped(rules.item, item)));
                serializer.collect_seq(items)
            }
            (Shape::Map(rules), Value::Map(map)) => {
                let mut entries = Vec::with_capacity(map.count());
                map.for_each_entry(&mut |key, value| entries.push((key, Shaped(rules.value, value))));
                serializer.collect_map(entries)
            }
            (Shape::Structure(members), Value::Structure(view)) => {
                AsSent { members, view }.serialize(serializer)
            }
            // A package is nothing that an answer repeats, and no table has another shape than its values.
            _ => serializer.serialize_unit(),
        }
    }
}

#[cfg(test)]
mod tests {
    use funclet::{Filter, FilterCriteria, ScalingConfig, SelfManagedEventSource};

    use super::AsSent;

    #[test]
    fn what_is_there_is_shown() {
        let endpoints = [("KAFKA_BOOTSTRAP_SERVERS", vec!["a:1".to_owned()])].into_iter().collect();
        let cluster = SelfManagedEventSource { endpoints: Some(endpoints) };
        let criteria = FilterCriteria {
            filters: Some(vec![Filter { pattern: Some("{}".into()) }, Filter { pattern: None }]),
        };
        let scaling = ScalingConfig { maximum_concurrency: Some(2) };
        for (structure, expected) in [
            (AsSent::of(&cluster), r#"{"Endpoints":{"KAFKA_BOOTSTRAP_SERVERS":["a:1"]}}"#),
            (AsSent::of(&criteria), r#"{"Filters":[{"Pattern":"{}"},{}]}"#),
            (AsSent::of(&scaling), r#"{"MaximumConcurrency":2}"#),
            (AsSent::of(&ScalingConfig::default()), "{}"),
        ] {
            assert_eq!(serde_json::to_string(&structure).unwrap(), expected);
        }
    }
}
