//! The feed and `settle`.

use std::time::Duration;

use funclet::{Event, Feed, Funclet, FunctionEvent, FunctionEventKind, Position, Reason, State, Transitions};
use funclet_testkit::zip_with_content;

use crate::scene::{builder, create_request, get, publish, update_request};

fn of_function(event: &Event) -> &FunctionEvent {
    let Event::Function(event) = event else { panic!("not of a function: {event:?}") };
    event
}

fn kinds(funclet: &Funclet, after: Position) -> (Vec<FunctionEventKind>, Position) {
    let Feed::Next(next, position) = funclet.events(after, 1000).unwrap() else { panic!("lost") };
    (
        next.iter().flat_map(|operation| &operation.events).map(|event| of_function(event).kind).collect(),
        position,
    )
}

#[test]
fn settling_tells_that_a_transition_is_over() {
    let (builder, clock) = builder();
    let funclet = builder.transitions(Transitions::After(Duration::from_secs(5))).open_in_memory();
    let lambda = funclet.lambda();
    lambda.create_function(create_request("f", zip_with_content("x = 1"))).unwrap();
    let (told, position) = kinds(&funclet, Position::START);
    assert_eq!(told, [FunctionEventKind::FunctionCreated]);
    assert_eq!(funclet.settle().unwrap(), 0, "not due");
    clock.advance(Duration::from_secs(5));
    let ready = get(&lambda, "f").unwrap();
    assert_eq!(kinds(&funclet, position).0, [], "a read tells nothing");
    assert_eq!(funclet.settle().unwrap(), 1);
    assert_eq!(kinds(&funclet, position).0, [FunctionEventKind::TransitionCompleted]);
    assert_eq!(funclet.settle().unwrap(), 0);
    assert_eq!(get(&lambda, "f").unwrap(), ready);
}

#[test]
fn somebody_completes_a_transition_by_hand() {
    let funclet = Funclet::builder().transitions(Transitions::Manual).open_in_memory();
    let lambda = funclet.lambda();
    let name = "f".parse().unwrap();
    assert!(lambda.complete_transitions(&name, None).is_err());
    lambda.create_function(create_request("f", zip_with_content("x = 1"))).unwrap();
    let reason = Reason { code: "InvalidRuntime".into(), text: "The runtime does not start.".into() };
    assert_eq!(lambda.complete_transitions(&name, Some(reason.clone())).unwrap(), 1);
    let status = get(&lambda, "f").unwrap().status.unwrap();
    assert_eq!((status.state, status.state_reason), (State::Failed, Some(reason)));
    assert_eq!(lambda.complete_transitions(&name, None).unwrap(), 0);
}

#[test]
fn each_operation_says_whose_it_was() {
    let funclet = Funclet::in_memory();
    let elsewhere =
        funclet::Caller { account: "111122223333".parse().unwrap(), region: "eu-west-1".parse().unwrap() };
    funclet.lambda().create_function(create_request("f", zip_with_content("x = 1"))).unwrap();
    let lambda = funclet.lambda_in(elsewhere.clone());
    lambda.create_function(create_request("g", zip_with_content("x = 1"))).unwrap();
    publish(&lambda, "g");
    let Feed::Next(next, _) = funclet.events(Position::START, 1000).unwrap() else { panic!("lost") };
    let told: Vec<_> = next
        .iter()
        .map(|operation| (&operation.caller, of_function(&operation.events[0]).function_name.as_str()))
        .collect();
    assert_eq!(told, [(funclet.default_caller(), "f"), (&elsewhere, "g"), (&elsewhere, "g")]);
    // A page at a time comes to the same.
    let (mut after, mut paged) = (Position::START, Vec::new());
    loop {
        let Feed::Next(page, position) = funclet.events(after, 1).unwrap() else { panic!("lost") };
        if page.is_empty() {
            break;
        }
        paged.extend(page);
        after = position;
    }
    assert_eq!(paged, next);
}

#[test]
fn who_is_too_late_is_told() {
    let funclet = Funclet::in_memory();
    let lambda = funclet.lambda();
    let package = funclet::Package::from(zip_with_content("x = 1"));
    lambda.create_function(create_request("f", package.clone())).unwrap();
    let (mut rounds, mut oldest) = (0, None);
    while oldest.is_none() {
        lambda.update_function_code(update_request("f", package.clone())).unwrap();
        rounds += 1;
        assert!(rounds < 20_000, "the feed keeps everything");
        if let Feed::Lost { oldest: from } = funclet.events(Position::START, 1).unwrap() {
            oldest = Some(from);
        }
    }
    assert!(rounds > 1000, "{rounds} updates are kept at least");
    let Feed::Next(next, _) = funclet.events(oldest.unwrap(), 10).unwrap() else { panic!("lost again") };
    assert_eq!(next.len(), 10);
}
