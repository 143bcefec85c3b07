//! Which RevisionIds an operation renews, and which one it asks for.
//!
//! Goal: of every operation it is known what it does to every RevisionId. Method: random histories of all operations on two
//! functions; before and after each step every RevisionId is read (`$LATEST`, each version, each alias, each policy), and the
//! difference has to be what [`TABLE`] says of the operation. A new operation is a row there. That the comparison finds a
//! wrong row is shown by planting one wrong row after another.

use std::collections::{BTreeMap, BTreeSet};

use funclet_function_store::{ServiceError, State, Transitions};
use funclet_validation::{
    AddPermissionRequest, CreateFunctionRequest, CreateFunctionUrlConfigRequest,
    DeleteFunctionCodeSigningConfigRequest, DeleteFunctionConcurrencyRequest,
    DeleteFunctionEventInvokeConfigRequest, DeleteFunctionUrlConfigRequest,
    DeleteProvisionedConcurrencyConfigRequest, ListVersionsByFunctionRequest, PublishVersionRequest,
    PutFunctionConcurrencyRequest, PutFunctionEventInvokeConfigRequest, PutFunctionRecursionConfigRequest,
    PutProvisionedConcurrencyConfigRequest, PutRuntimeManagementConfigRequest, UpdateAliasRequest,
    UpdateFunctionCodeRequest, UpdateFunctionConfigurationRequest,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use crate::world::{Kind, World, configure_request, create_request, publish_request, update_request, zip};
use crate::{aliases, policies};

/// What has a RevisionId, seen from a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// `$LATEST` of the function.
    Latest,
    /// The version or alias that was addressed, or that came of the call.
    Qualified,
    /// The policy of what was addressed.
    Policy,
    /// `$LATEST` and versions of the function whose creation or update was not finished.
    Unfinished,
    /// Everything that the function has.
    All,
}

use Whose::{All, Latest, Policy, Qualified, Unfinished};

/// An operation: how it is called, and for each of its outcomes the RevisionIds that are new and those that are gone.
struct Operation {
    name: &'static str,
    call: fn(&World, &Pick) -> Result<Done, ServiceError>,
    effects: &'static [(&'static str, &'static [Whose], &'static [Whose])],
}

/// The row of an operation that leaves every RevisionId as it is.
macro_rules! leaves_all {
    ($name:literal, |$pick:ident| $request:expr) => {
        Operation {
            name: $name,
            call: |world, $pick| {
                world.run($request.validate(&world.caller).unwrap())?;
                Ok(Done::of($pick, "", ""))
            },
            effects: &[("", &[], &[])],
        }
    };
}

/// The table "RevisionId" of docs/compatibility.md, as data. Every RevisionId that a row does not name stays.
const TABLE: &[Operation] = &[
    Operation {
        name: "CreateFunction",
        call: create_function,
        effects: &[("", &[Latest], &[]), ("with Publish", &[Latest, Qualified], &[])],
    },
    Operation {
        name: "UpdateFunctionCode",
        call: update_function_code,
        effects: &[
            ("", &[Latest], &[]),
            ("with Publish", &[Latest, Qualified], &[]),
            ("with DryRun", &[], &[]),
        ],
    },
    Operation {
        name: "UpdateFunctionConfiguration",
        call: update_function_configuration,
        effects: &[("", &[Latest], &[])],
    },
    Operation {
        name: "the end of creations and updates",
        call: finish,
        effects: &[("", &[Unfinished], &[])],
    },
    Operation {
        name: "PublishVersion",
        call: publish_version,
        effects: &[("", &[Latest, Qualified], &[]), ("without a change", &[], &[])],
    },
    Operation {
        name: "DeleteFunction",
        call: delete_function,
        effects: &[
            ("", &[], &[All]),
            ("of a version", &[], &[Qualified, Policy]),
            ("of no version", &[], &[]),
        ],
    },
    Operation { name: "CreateAlias", call: create_alias, effects: &[("", &[Qualified], &[])] },
    Operation { name: "UpdateAlias", call: update_alias, effects: &[("", &[Qualified], &[])] },
    Operation {
        name: "DeleteAlias",
        call: delete_alias,
        effects: &[("", &[], &[Qualified, Policy]), ("of no alias", &[], &[])],
    },
    Operation { name: "AddPermission", call: add_permission, effects: &[("", &[Policy], &[])] },
    Operation {
        name: "RemovePermission",
        call: remove_permission,
        effects: &[("", &[Policy], &[]), ("of the last statement", &[], &[Policy])],
    },
    Operation { name: "TagResource", call: tag_resource, effects: &[("", &[Latest], &[])] },
    Operation { name: "UntagResource", call: untag_resource, effects: &[("", &[Latest], &[])] },
    leaves_all!("PutFunctionConcurrency", |pick| PutFunctionConcurrencyRequest {
        function_name: Some(pick.function.into()),
        reserved_concurrent_executions: Some(pick.variant.into()),
    }),
    leaves_all!("DeleteFunctionConcurrency", |pick| DeleteFunctionConcurrencyRequest {
        function_name: Some(pick.function.into()),
    }),
    leaves_all!("PutProvisionedConcurrencyConfig", |pick| PutProvisionedConcurrencyConfigRequest {
        function_name: Some(pick.function.into()),
        qualifier: Some(pick.version.into()),
        provisioned_concurrent_executions: Some(1),
    }),
    leaves_all!("DeleteProvisionedConcurrencyConfig", |pick| DeleteProvisionedConcurrencyConfigRequest {
        function_name: Some(pick.function.into()),
        qualifier: Some(pick.version.into()),
    }),
    leaves_all!("PutFunctionRecursionConfig", |pick| PutFunctionRecursionConfigRequest {
        function_name: Some(pick.function.into()),
        recursive_loop: Some("Allow".into()),
    }),
    leaves_all!("DeleteFunctionCodeSigningConfig", |pick| DeleteFunctionCodeSigningConfigRequest {
        function_name: Some(pick.function.into()),
    }),
    leaves_all!("PutFunctionEventInvokeConfig", |pick| PutFunctionEventInvokeConfigRequest {
        function_name: Some(pick.function.into()),
        maximum_retry_attempts: Some(1),
        ..Default::default()
    }),
    leaves_all!("DeleteFunctionEventInvokeConfig", |pick| DeleteFunctionEventInvokeConfigRequest {
        function_name: Some(pick.function.into()),
        qualifier: None,
    }),
    leaves_all!("CreateFunctionUrlConfig", |pick| CreateFunctionUrlConfigRequest {
        function_name: Some(pick.function.into()),
        auth_type: Some("NONE".into()),
        ..Default::default()
    }),
    leaves_all!("DeleteFunctionUrlConfig", |pick| DeleteFunctionUrlConfigRequest {
        function_name: Some(pick.function.into()),
        qualifier: None,
    }),
    leaves_all!("PutRuntimeManagementConfig", |pick| PutRuntimeManagementConfigRequest {
        function_name: Some(pick.function.into()),
        update_runtime_on: Some("FunctionUpdate".into()),
        ..Default::default()
    }),
];

/// What a step has to go by; each operation takes of it what it needs.
#[derive(Debug, Clone)]
struct Pick {
    function: &'static str,
    /// `1`, `2` or `3`.
    version: &'static str,
    alias: &'static str,
    /// Whether a policy is that of the function, of the version or of the alias.
    holder: u8,
    /// For variants of a call.
    variant: u8,
}

impl Pick {
    fn qualifier(&self) -> &'static str {
        match self.holder {
            0 => "",
            1 => self.version,
            _ => self.alias,
        }
    }

    /// `f`, `f:1` or `f:live`.
    fn holder(&self) -> String {
        let qualifier = self.qualifier();
        if qualifier.is_empty() { self.function.to_owned() } else { format!("{}:{qualifier}", self.function) }
    }

    fn sid(&self) -> String {
        format!("s{}", self.variant % 2)
    }
}

/// A call that succeeded: which of its outcomes it was, and what it was about.
struct Done {
    outcome: &'static str,
    function: &'static str,
    qualifier: String,
    unfinished: Vec<String>,
}

impl Done {
    fn of(pick: &Pick, outcome: &'static str, qualifier: impl ToString) -> Self {
        Self { outcome, function: pick.function, qualifier: qualifier.to_string(), unfinished: Vec::new() }
    }
}

fn create_function(world: &World, pick: &Pick) -> Result<Done, ServiceError> {
    let publish = pick.variant.is_multiple_of(2);
    let request = CreateFunctionRequest { publish: Some(publish), ..create_request(pick.function) };
    let version = world.create_with(request, Ok(zip("created")))?.version;
    Ok(Done::of(pick, if publish { "with Publish" } else { "" }, version))
}

fn update_function_code(world: &World, pick: &Pick) -> Result<Done, ServiceError> {
    let (publish, dry_run) = (pick.variant == 1, pick.variant == 2);
    let request = UpdateFunctionCodeRequest {
        publish: Some(publish),
        dry_run: Some(dry_run),
        ..update_request(pick.function)
    };
    let version = world.update_with(request, Ok(zip(pick.version)))?.version;
    Ok(Done::of(pick, ["", "with Publish", "with DryRun", ""][usize::from(pick.variant)], version))
}

fn update_function_configuration(world: &World, pick: &Pick) -> Result<Done, ServiceError> {
    let timeout = Some(i64::from(pick.variant) + 1);
    world
        .configure_with(UpdateFunctionConfigurationRequest { timeout, ..configure_request(pick.function) })?;
    Ok(Done::of(pick, "", ""))
}

fn finish(world: &World, pick: &Pick) -> Result<Done, ServiceError> {
    world.detail(pick.function)?;
    let mut unfinished = Vec::new();
    let versions = (1..=9).map(|number| format!("{}:{number}", pick.function));
    for name in [pick.function.to_owned()].into_iter().chain(versions) {
        let Ok(detail) = world.detail(&name) else { continue };
        let status = detail.configuration.status.clone().unwrap();
        let in_progress = status.last_update.is_some_and(|status| status.as_str() == "InProgress");
        if status.state == State::Pending || in_progress {
            unfinished.push(format!("{}:{}", pick.function, detail.configuration.version));
        }
    }
    world.complete(pick.function, None);
    world.settle();
    Ok(Done { unfinished, ..Done::of(pick, "", "") })
}

fn publish_version(world: &World, pick: &Pick) -> Result<Done, ServiceError> {
    let before = read_all(world);
    let version = world.publish_with(publish_request(pick.function))?.version;
    let is_new = !before.contains_key(&format!("{}:{version}", pick.function));
    Ok(Done::of(pick, if is_new { "" } else { "without a change" }, version))
}

fn delete_function(world: &World, pick: &Pick) -> Result<Done, ServiceError> {
    if pick.variant == 0 {
        world.delete(pick.function, None)?;
        return Ok(Done::of(pick, "", ""));
    }
    let was_there = world.detail(&format!("{}:{}", pick.function, pick.version)).is_ok();
    world.delete(pick.function, Some(pick.version))?;
    Ok(Done::of(pick, if was_there { "of a version" } else { "of no version" }, pick.version))
}

fn create_alias(world: &World, pick: &Pick) -> Result<Done, ServiceError> {
    let version = if pick.variant == 0 { "$LATEST" } else { pick.version };
    aliases::create(world, pick.function, pick.alias, version)?;
    Ok(Done::of(pick, "", pick.alias))
}

fn update_alias(world: &World, pick: &Pick) -> Result<Done, ServiceError> {
    let function_version = (pick.variant > 1).then(|| pick.version.into());
    let request =
        UpdateAliasRequest { function_version, ..aliases::update_request(pick.function, pick.alias) };
    aliases::update(world, request)?;
    Ok(Done::of(pick, "", pick.alias))
}

fn delete_alias(world: &World, pick: &Pick) -> Result<Done, ServiceError> {
    let was_there = aliases::get(world, pick.function, pick.alias).is_ok();
    aliases::delete(world, pick.function, pick.alias)?;
    Ok(Done::of(pick, if was_there { "" } else { "of no alias" }, pick.alias))
}

fn add_permission(world: &World, pick: &Pick) -> Result<Done, ServiceError> {
    policies::add(world, &pick.holder(), &pick.sid())?;
    Ok(Done::of(pick, "", pick.qualifier()))
}

fn remove_permission(world: &World, pick: &Pick) -> Result<Done, ServiceError> {
    policies::remove_with(world, &pick.holder(), &pick.sid(), None)?;
    let rest = policies::get(world, &pick.holder());
    Ok(Done::of(pick, if rest.is_ok() { "" } else { "of the last statement" }, pick.qualifier()))
}

fn tag_resource(world: &World, pick: &Pick) -> Result<Done, ServiceError> {
    world.tag(pick.function, [("team", pick.alias)])?;
    Ok(Done::of(pick, "", ""))
}

fn untag_resource(world: &World, pick: &Pick) -> Result<Done, ServiceError> {
    world.untag(pick.function, &["team"])?;
    Ok(Done::of(pick, "", ""))
}

/// RevisionIds by what has them: `f:$LATEST`, `f:1`, `f:live`, `policy of f:live`, and `policy of f:` for that of the function.
type Revisions = BTreeMap<String, String>;

const FUNCTIONS: [&str; 2] = ["f", "g"];

fn read_all(world: &World) -> Revisions {
    let mut found = Revisions::new();
    for function in FUNCTIONS {
        if world.detail(function).is_err() {
            continue;
        }
        let request =
            ListVersionsByFunctionRequest { function_name: Some(function.into()), ..Default::default() };
        let versions = world.look(request.validate(&world.caller).unwrap()).unwrap();
        assert_eq!(versions.next_marker, None, "histories are short");
        let versions = versions.versions.iter().map(|one| (one.version.to_string(), one.revision_id));
        let aliases = aliases::list(world, function, None, None);
        let aliases = aliases.iter().map(|alias| (alias.name.to_string(), alias.revision_id));
        for (qualifier, revision) in versions.chain(aliases) {
            found.insert(format!("{function}:{qualifier}"), revision.to_string());
            if let Ok(policy) = policies::get(world, &format!("{function}:{qualifier}")) {
                found.insert(format!("policy of {function}:{qualifier}"), policy.revision_id.to_string());
            }
        }
        if let Ok(policy) = policies::get(world, function) {
            found.insert(format!("policy of {function}:"), policy.revision_id.to_string());
        }
    }
    found
}

/// What a call did to the RevisionIds.
#[derive(Debug)]
struct Observation {
    operation: &'static str,
    /// `None`: it was refused.
    outcome: Option<&'static str>,
    /// Of each [`Whose`] what it came to in the call.
    meant: Vec<(Whose, BTreeSet<String>)>,
    /// What had a RevisionId before.
    before: BTreeSet<String>,
    renewed: BTreeSet<String>,
    gone: BTreeSet<String>,
}

/// Plays a history. No RevisionId may ever come again.
fn observe(steps: &[(usize, Pick)], transitions: Transitions) -> Vec<Observation> {
    let world = World::new(Kind::Memory).with(transitions);
    let (mut before, mut seen) = (Revisions::new(), BTreeSet::new());
    let mut observations = Vec::new();
    for (number, pick) in steps {
        let operation = &TABLE[number % TABLE.len()];
        let done = (operation.call)(&world, pick).ok();
        let after = read_all(&world);
        let renewed = after.iter().filter(|(of, revision)| before.get(*of) != Some(*revision));
        let renewed: BTreeSet<_> = renewed.map(|(of, _)| of.clone()).collect();
        for of in &renewed {
            assert!(seen.insert(after[of].clone()), "{of} has a RevisionId that was there before");
        }
        let known: BTreeSet<_> = before.keys().cloned().collect();
        let gone = known.iter().filter(|of| !after.contains_key(*of)).cloned().collect();
        let meant = done.as_ref().map_or(Vec::new(), |done| meaning(done, &before));
        let outcome = done.map(|done| done.outcome);
        let operation = operation.name;
        observations.push(Observation { operation, outcome, meant, before: known, renewed, gone });
        before = after;
    }
    observations
}

fn meaning(done: &Done, before: &Revisions) -> Vec<(Whose, BTreeSet<String>)> {
    let (function, qualifier) = (done.function, &done.qualifier);
    let of_function = |of: &&String| of.contains(&format!("{function}:"));
    vec![
        (Latest, [format!("{function}:$LATEST")].into()),
        (Qualified, [format!("{function}:{qualifier}")].into()),
        (Policy, [format!("policy of {function}:{qualifier}")].into()),
        (Unfinished, done.unfinished.iter().cloned().collect()),
        (All, before.keys().filter(of_function).cloned().collect()),
    ]
}

/// A row as it is compared: operation, outcome, what is new, what is gone.
type Row = (&'static str, &'static str, Vec<Whose>, Vec<Whose>);

fn rows() -> Vec<Row> {
    let of = |operation: &'static Operation| {
        operation
            .effects
            .iter()
            .map(|(outcome, renewed, gone)| (operation.name, *outcome, renewed.to_vec(), gone.to_vec()))
    };
    TABLE.iter().flat_map(of).collect()
}

/// Whether a row says what was observed. Not everything has a policy that could go with it.
fn judge(rows: &[Row], seen: &Observation) -> Result<(), String> {
    let (renews, removes) = match seen.outcome {
        None => (Vec::new(), Vec::new()),
        Some(outcome) => {
            let row = rows.iter().find(|row| (row.0, row.1) == (seen.operation, outcome));
            let (.., renews, removes) = row.ok_or(format!("no row: {seen:?}"))?;
            (renews.clone(), removes.clone())
        }
    };
    let named = |whose: &[Whose]| -> BTreeSet<String> {
        let named = seen.meant.iter().filter(|(one, _)| whose.contains(one));
        named.flat_map(|(_, of)| of.clone()).collect()
    };
    if seen.renewed != named(&renews) {
        return Err(format!("renewed should be {renews:?}: {seen:?}"));
    }
    let mut removed = named(&removes);
    removed.retain(|of| seen.before.contains(of) || !of.starts_with("policy of "));
    if seen.gone != removed {
        return Err(format!("gone should be {removes:?}: {seen:?}"));
    }
    Ok(())
}

fn pick() -> impl Strategy<Value = Pick> {
    let function = prop::sample::select(&FUNCTIONS[..]);
    let version = prop::sample::select(&["1", "2", "3"][..]);
    let alias = prop::sample::select(&["live", "next"][..]);
    (function, version, alias, 0..3_u8, 0..4_u8).prop_map(|(function, version, alias, holder, variant)| {
        Pick { function, version, alias, holder, variant }
    })
}

/// Functions come first, so that what follows finds them.
fn history(steps_max: usize) -> impl Strategy<Value = Vec<(usize, Pick)>> {
    let first = prop::collection::vec(pick().prop_map(|pick| (0, pick)), 2..4);
    let rest = prop::collection::vec((0..TABLE.len(), pick()), 0..steps_max);
    (first, rest).prop_map(|(first, rest)| [first, rest].concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn every_operation_does_what_its_row_says(steps in history(40), manual: bool) {
        let transitions = if manual { Transitions::Manual } else { Transitions::Immediate };
        let rows = rows();
        for seen in observe(&steps, transitions) {
            prop_assert_eq!(judge(&rows, &seen), Ok(()));
        }
    }
}

/// One mistake in any row is found, which also shows that every row is reached.
#[test]
fn a_wrong_row_is_found() {
    let mut runner = TestRunner::deterministic();
    let strategy = history(200);
    let mut seen = Vec::new();
    for number in 0..80 {
        let steps = strategy.new_tree(&mut runner).unwrap().current();
        let transitions = if number % 2 == 0 { Transitions::Manual } else { Transitions::Immediate };
        seen.extend(observe(&steps, transitions));
    }
    let right = rows();
    assert_eq!(seen.iter().find_map(|seen| judge(&right, seen).err()), None);
    for (index, (operation, outcome, ..)) in right.iter().enumerate() {
        let is_found = |wrong: &[Row]| seen.iter().any(|seen| judge(wrong, seen).is_err());
        // One more, or one less.
        let toggle = |whose: &mut Vec<Whose>| {
            if whose.pop().is_none() {
                whose.push(Latest);
            }
        };
        let (mut renews, mut removes) = (right.clone(), right.clone());
        toggle(&mut renews[index].2);
        toggle(&mut removes[index].3);
        assert!(is_found(&renews) && is_found(&removes), "{operation} {outcome}: a wrong row passes");
    }
}

/// An operation that takes a RevisionId: how it is called with one, which one it asks for, and what it answers to another.
struct Conditional {
    name: &'static str,
    call: fn(&World, Option<String>) -> Result<(), ServiceError>,
    /// What has the RevisionId, as [`read_all`] calls it; `None` if no RevisionId is the right one.
    asks_for: Option<&'static str>,
    refusal: &'static str,
}

const OF_FUNCTIONS: &str = "The Revision Id provided does not match the latest Revision Id. Call the \
                            GetFunction/GetAlias API to retrieve the latest Revision Id";
const OF_POLICIES: &str = "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to \
                           retrieve the latest Revision Id";

/// Asked on a function `f` with version 1 and two aliases: `live` has a policy, as function and version have, `next` has none.
const CONDITIONAL: &[Conditional] = &[
    Conditional {
        name: "UpdateFunctionCode",
        call: |world, revision_id| {
            let request = UpdateFunctionCodeRequest { revision_id, ..update_request("f") };
            world.update_with(request, Ok(zip("new"))).map(drop)
        },
        asks_for: Some("f:$LATEST"),
        refusal: OF_FUNCTIONS,
    },
    Conditional {
        name: "UpdateFunctionConfiguration",
        call: |world, revision_id| {
            let request = UpdateFunctionConfigurationRequest { revision_id, ..configure_request("f") };
            world.configure_with(request).map(drop)
        },
        asks_for: Some("f:$LATEST"),
        refusal: OF_FUNCTIONS,
    },
    Conditional {
        name: "PublishVersion",
        call: |world, revision_id| {
            world.publish_with(PublishVersionRequest { revision_id, ..publish_request("f") }).map(drop)
        },
        asks_for: Some("f:$LATEST"),
        refusal: OF_FUNCTIONS,
    },
    Conditional {
        name: "UpdateAlias",
        call: |world, revision_id| {
            let request = UpdateAliasRequest { revision_id, ..aliases::update_request("f", "live") };
            aliases::update(world, request).map(drop)
        },
        asks_for: Some("f:live"),
        refusal: OF_FUNCTIONS,
    },
    Conditional {
        name: "AddPermission",
        call: |world, revision_id| add_to(world, "f", revision_id),
        asks_for: Some("policy of f:"),
        refusal: OF_POLICIES,
    },
    Conditional {
        name: "AddPermission to a version",
        call: |world, revision_id| add_to(world, "f:1", revision_id),
        asks_for: Some("policy of f:1"),
        refusal: OF_POLICIES,
    },
    Conditional {
        name: "AddPermission to an alias",
        call: |world, revision_id| add_to(world, "f:live", revision_id),
        asks_for: Some("policy of f:live"),
        refusal: OF_POLICIES,
    },
    Conditional {
        name: "AddPermission to an alias without a policy",
        call: |world, revision_id| add_to(world, "f:next", revision_id),
        asks_for: Some("f:next"),
        refusal: OF_POLICIES,
    },
    Conditional {
        name: "AddPermission to a function without a policy",
        call: |world, revision_id| add_to(world, "g", revision_id),
        asks_for: None,
        refusal: OF_POLICIES,
    },
    Conditional {
        name: "RemovePermission",
        call: |world, revision_id| policies::remove_with(world, "f", "first", revision_id),
        asks_for: Some("policy of f:"),
        refusal: OF_POLICIES,
    },
    Conditional {
        name: "RemovePermission of an alias",
        call: |world, revision_id| policies::remove_with(world, "f:live", "first", revision_id),
        asks_for: Some("policy of f:live"),
        refusal: OF_POLICIES,
    },
];

fn add_to(world: &World, holder: &str, revision_id: Option<String>) -> Result<(), ServiceError> {
    let request = AddPermissionRequest { revision_id, ..policies::add_request(holder, "new") };
    policies::add_with(world, request).map(drop)
}

/// A world that has everything the calls are about, in which other things have happened, and the RevisionIds that there were.
fn prepared(steps: &[(usize, Pick)]) -> (World, BTreeSet<String>) {
    let world = World::new(Kind::Memory);
    let mut seen = BTreeSet::new();
    for (number, pick) in steps {
        drop((TABLE[number % TABLE.len()].call)(&world, pick));
        seen.extend(read_all(&world).into_values());
    }
    for function in FUNCTIONS {
        drop(world.delete(function, None));
        world.create_published(function, "one");
    }
    for alias in ["live", "next"] {
        aliases::create(&world, "f", alias, "1").unwrap();
    }
    for holder in ["f", "f:1", "f:live"] {
        policies::add(&world, holder, "first").unwrap();
    }
    seen.extend(read_all(&world).into_values());
    (world, seen)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn only_the_current_revision_is_admitted(steps in history(12), text in "\\PC{0,40}") {
        for conditional in CONDITIONAL {
            let (world, mut others) = prepared(&steps);
            let all = read_all(&world);
            let current = conditional.asks_for.map(|of| all[of].clone());
            others.extend(current.iter().map(|current| current.to_uppercase()));
            others.extend([text.clone(), "wrong".into(), String::new()]);
            for other in others.into_iter().filter(|other| Some(other) != current.as_ref()) {
                let refusal = (conditional.call)(&world, Some(other.clone())).unwrap_err();
                prop_assert_eq!(refusal.to_string(), conditional.refusal, "{}: {}", conditional.name, other);
                prop_assert_eq!(&read_all(&world), &all, "{}", conditional.name);
            }
            let admitted = (conditional.call)(&world, current);
            prop_assert_eq!(admitted, Ok(()), "{}", conditional.name);
        }
    }
}
