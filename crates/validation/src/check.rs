//! The checker: walks a structure beside its table and collects every complaint.

use std::fmt::Display;

use crate::complaint::{Complaint, Shown, ValidationError};
use crate::constraint::{ItemWords, ListRules, MapRules, Member, Shape};
use crate::printing::{Nested, Path, Step, printed};
use crate::rule::{
    Rule, broken_by_double, broken_by_integer, broken_by_length, broken_by_text, double_rules, integer_rules,
    length_rules, text_rules,
};
use crate::structure::{Entries, Items, Structure, Value, View};

/// Checks every member of a structure against its table. Allocates nothing if all is well.
pub(crate) fn check<S: Structure>(structure: &S) -> Result<(), ValidationError> {
    let mut checker = Checker { complaints: Vec::new() };
    checker.members(structure, S::MEMBERS, None);
    ValidationError::of(checker.complaints)
}

struct Checker {
    complaints: Vec<Complaint>,
}

/// A member that is being checked, and how its complaints show it.
struct Subject<'a> {
    member: &'a Member,
    value: Value<'a>,
    path: Path<'a>,
}

impl Checker {
    fn members(&mut self, view: &dyn View, members: &[Member], outer: Option<&Path<'_>>) {
        let mut rows = members.iter();
        view.for_each_value(&mut |value| {
            if let Some(member) = rows.next() {
                self.member(&Subject {
                    member,
                    value,
                    path: Path { outer, step: Step::Member(member.name) },
                });
            }
        });
    }

    fn member(&mut self, subject: &Subject<'_>) {
        match (subject.value, &subject.member.shape) {
            (Value::Null, _) if subject.member.required => self.complain(subject, Rule::NotNull),
            (Value::String(text), Shape::String(rules)) => {
                self.complain_of(subject, text_rules(rules).filter(|rule| broken_by_text(*rule, text)));
            }
            (Value::Integer(value), Shape::Integer(bounds)) => {
                self.complain_of(
                    subject,
                    integer_rules(*bounds).filter(|rule| broken_by_integer(*rule, value)),
                );
            }
            (Value::Double(value), Shape::Double(bounds)) => {
                self.complain_of(
                    subject,
                    double_rules(*bounds).filter(|rule| broken_by_double(*rule, value)),
                );
            }
            (Value::List(items), Shape::List(list)) => self.list(subject, items, list),
            (Value::Map(entries), Shape::Map(map)) => self.map(subject, entries, map),
            (Value::Structure(view), Shape::Structure(members)) => {
                self.members(view, members, Some(&subject.path));
            }
            _ => {}
        }
    }

    fn list(&mut self, subject: &Subject<'_>, items: &dyn Items, list: &ListRules) {
        let count = items.count();
        self.complain_of(subject, length_rules(list.length).filter(|rule| broken_by_length(*rule, count)));
        match list.item {
            Shape::Structure(members) => self.structures(subject, items, members),
            item if all_admitted(items, item) => {}
            Shape::String(rules) if list.words == ItemWords::Plain => {
                self.complain_of(subject, text_rules(rules).filter(|rule| broken_by_an_item(*rule, items)));
            }
            _ => self.complain(subject, Nested::items(list)),
        }
    }

    fn structures(&mut self, subject: &Subject<'_>, items: &dyn Items, members: &[Member]) {
        let mut index = 0;
        items.for_each_item(&mut |item| {
            index += 1;
            if let Value::Structure(view) = item {
                self.members(
                    view,
                    members,
                    Some(&Path { outer: Some(&subject.path), step: Step::Item(index) }),
                );
            }
        });
    }

    fn map(&mut self, subject: &Subject<'_>, entries: &dyn Entries, map: &MapRules) {
        let count = entries.count();
        self.complain_of(subject, length_rules(map.length).filter(|rule| broken_by_length(*rule, count)));
        let (mut keys_admitted, mut values_admitted) = (true, true);
        entries.for_each_entry(&mut |key, value| {
            keys_admitted &= map.key.admits(key);
            values_admitted &= admits(map.value, value);
        });
        // The recorded order: values before keys.
        if !values_admitted {
            self.complain(subject, Nested { what: "Map value", shape: map.value, not_null: true });
        }
        if !keys_admitted {
            let shape = &Shape::String(map.key);
            self.complain(subject, Nested { what: "Map keys", shape, not_null: false });
        }
    }

    fn complain_of(&mut self, subject: &Subject<'_>, broken: impl Iterator<Item = Rule>) {
        for rule in broken {
            self.complain(subject, rule);
        }
    }

    fn complain(&mut self, subject: &Subject<'_>, constraint: impl Display) {
        let value = match subject.value {
            Value::Null => Shown::Null,
            _ if subject.member.sensitive => Shown::Hidden,
            value => Shown::Text(printed(value)),
        };
        let (path, constraint) = (subject.path.to_string(), constraint.to_string());
        self.complaints.push(Complaint { path, value, constraint });
    }
}

/// Whether a part of a value satisfies every rule. Parts that are structures are checked member by member instead.
fn admits(shape: &Shape, value: Value<'_>) -> bool {
    match (value, shape) {
        (Value::String(text), Shape::String(rules)) => rules.admits(text),
        (Value::Integer(value), Shape::Integer(bounds)) => bounds.admit(value),
        (Value::Double(value), Shape::Double(bounds)) => bounds.admit(value),
        (Value::List(items), Shape::List(list)) => {
            list.length.admit(items.count()) && all_admitted(items, list.item)
        }
        _ => true,
    }
}

fn broken_by_an_item(rule: Rule, items: &dyn Items) -> bool {
    let mut broken = false;
    items.for_each_item(&mut |item| {
        broken |= matches!(item, Value::String(text) if broken_by_text(rule, text));
    });
    broken
}

fn all_admitted(items: &dyn Items, shape: &Shape) -> bool {
    let mut admitted = true;
    items.for_each_item(&mut |item| admitted &= admits(shape, item));
    admitted
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::capacity_provider::{CapacityProviderConfig, LambdaManagedInstancesCapacityProviderConfig};
    use crate::ephemeral_storage::EphemeralStorage;
    use crate::file_system::FileSystemConfig;
    use crate::requests::CreateFunctionRequest;
    use crate::snap_start::SnapStart;
    use crate::vpc::VpcConfig;

    type Request = CreateFunctionRequest<()>;

    /// A request that breaks no rule, so that each case shows the complaints of its own changes only.
    fn valid() -> Request {
        Request {
            function_name: Some("hello".into()),
            role: Some("arn:aws:iam::111111111111:role/r".into()),
            code: Some(crate::code::FunctionCode::default()),
            ..Request::default()
        }
    }

    /// Checks the complaints of a changed request, without their common words.
    fn complains(change: impl FnOnce(&mut Request), expected: &[&str]) {
        let mut request = valid();
        change(&mut request);
        let complaints = check(&request).err().map(|error| error.complaints().to_vec()).unwrap_or_default();
        let texts: Vec<_> = complaints
            .iter()
            .map(|complaint| {
                complaint.to_string().replacen(" failed to satisfy constraint: Member must", ":", 1)
            })
            .collect();
        assert_eq!(texts, expected);
    }

    #[test]
    fn absent_members() {
        complains(|_| {}, &[]);
        complains(
            |request| *request = Request::default(),
            &[
                "Value null at 'functionName': not be null",
                "Value null at 'role': not be null",
                "Value null at 'code': not be null",
            ],
        );
        complains(
            |request| request.ephemeral_storage = Some(EphemeralStorage::default()),
            &["Value null at 'ephemeralStorage.size': not be null"],
        );
        complains(
            |request| request.capacity_provider_config = Some(CapacityProviderConfig::default()),
            &[
                "Value null at 'capacityProviderConfig.lambdaManagedInstancesCapacityProviderConfig': not be null",
            ],
        );
    }

    #[test]
    fn texts_and_numbers() {
        complains(
            |request| request.handler = Some(String::new()),
            &[r"Value '' at 'handler': satisfy regular expression pattern: [^\s]+"],
        );
        complains(
            |request| request.timeout = Some(2000),
            &["Value '2000' at 'timeout': have value less than or equal to 900"],
        );
        complains(
            |request| request.memory_size = Some(127),
            &["Value '127' at 'memorySize': have value greater than or equal to 128"],
        );
        complains(
            |request| request.kms_key_arn = Some("key".into()),
            &["Value 'key' at 'kMSKeyArn': satisfy regular expression pattern: \
               (arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()"],
        );
        complains(
            |request| request.snap_start = Some(SnapStart { apply_on: Some("All".into()) }),
            &["Value 'All' at 'snapStart.applyOn': satisfy enum value set: [PublishedVersions, None]"],
        );
        complains(
            |request| {
                request.capacity_provider_config = Some(CapacityProviderConfig {
                    lambda_managed_instances_capacity_provider_config: Some(
                        LambdaManagedInstancesCapacityProviderConfig {
                            capacity_provider_arn: Some(
                                "arn:aws:lambda:us-east-1:111111111111:capacity-provider:p".into(),
                            ),
                            execution_environment_memory_gib_per_vcpu: Some(9.0),
                            ..Default::default()
                        },
                    ),
                });
            },
            &["Value '9.0' at 'capacityProviderConfig.lambdaManagedInstancesCapacityProviderConfig.\
               executionEnvironmentMemoryGiBPerVCpu': have value less than or equal to 8.0"],
        );
    }

    /// Recorded from AWS.
    #[test]
    fn items_of_lists() {
        complains(
            |request| request.architectures = Some(vec!["x86_64".into(), "arm64".into()]),
            &["Value '[x86_64, arm64]' at 'architectures': have length less than or equal to 1"],
        );
        complains(
            |request| request.architectures = Some(vec!["X86_64".into()]),
            &[
                "Value '[X86_64]' at 'architectures': satisfy constraint: [Member must satisfy enum value set: \
               [x86_64, arm64], Member must not be null]",
            ],
        );
        complains(
            |request| {
                let security_group_ids = Some(vec!["bad-format".into()]);
                request.vpc_config = Some(VpcConfig { security_group_ids, ..VpcConfig::default() });
            },
            &[
                "Value '[bad-format]' at 'vpcConfig.securityGroupIds': satisfy constraint: [Member must have length \
               less than or equal to 1024, Member must have length greater than or equal to 0, Member must satisfy \
               regular expression pattern: sg-[0-9a-zA-Z]*]",
            ],
        );
    }

    #[test]
    fn several_at_once_in_the_order_of_the_table() {
        complains(
            |request| {
                request.architectures = Some(vec!["a".into(), "b".into()]);
                request.role = Some("r1".into());
            },
            &[
                r"Value 'r1' at 'role': satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+",
                "Value '[a, b]' at 'architectures': have length less than or equal to 1",
                "Value '[a, b]' at 'architectures': satisfy constraint: [Member must satisfy enum value set: \
                 [x86_64, arm64], Member must not be null]",
            ],
        );
    }

    #[test]
    fn items_that_are_structures() {
        let config =
            FileSystemConfig { arn: None, local_mount_path: Some("/mnt/a".into()), ..Default::default() };
        complains(
            |request| request.file_system_configs = Some(vec![config.clone()]),
            &["Value null at 'fileSystemConfigs.1.member.arn': not be null"],
        );
        complains(
            |request| request.file_system_configs = Some(vec![config.clone(), config.clone()]),
            &[
                "Value '[{null, /mnt/a, null}, {null, /mnt/a, null}]' at 'fileSystemConfigs': have length less than or equal to 1",
                "Value null at 'fileSystemConfigs.1.member.arn': not be null",
                "Value null at 'fileSystemConfigs.2.member.arn': not be null",
            ],
        );
    }

    /// The text is quoted in public reports (trek10inc/serverless-secrets#39).
    #[test]
    fn sensitive_values_are_left_out() {
        complains(
            |request| {
                let variables = Some([("a-b", "secret")].into_iter().collect());
                request.environment = Some(crate::environment::Environment { variables });
            },
            &[
                "Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: \
               [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]",
            ],
        );
    }
}
