//! Invocations: what an invoker gets, and what becomes of what it says.

use std::sync::{Arc, Mutex, mpsc};

use funclet::{
    AliasRoutingConfiguration, CodeLocation, CreateAliasRequest, Error, Funclet, FunctionError, Invocation,
    InvocationOutcome, InvocationType, InvokeAsyncRequest, InvokeRequest, InvokeWithResponseStreamRequest,
    Invoker, InvokerError, Lambda, Operation as _, PutFunctionConcurrencyRequest, ResponseSink, ServiceError,
    StreamEnd, StreamError, StreamEvent, ThrottleReason, Transitions,
};
use funclet_testkit::zip_with_content;

use crate::scene::{builder, create_request, publish, read, update_published};

type Outcome = Result<InvocationOutcome, InvokerError>;

/// Keeps what it was asked, and says what the test has it say.
struct Told {
    seen: Mutex<Vec<Invocation>>,
    answer: Box<dyn Fn(&Invocation) -> Outcome + Send + Sync>,
}

impl Invoker for Told {
    fn invoke(&self, invocation: Invocation) -> Outcome {
        let outcome = (self.answer)(&invocation);
        self.seen.lock().unwrap().push(invocation);
        outcome
    }
}

fn engine(
    transitions: Transitions,
    answer: impl Fn(&Invocation) -> Outcome + Send + Sync + 'static,
) -> (Funclet, Lambda, Arc<Told>) {
    let told = Arc::new(Told { seen: Mutex::default(), answer: Box::new(answer) });
    let funclet = builder().0.transitions(transitions).invoker(told.clone()).open_in_memory();
    let lambda = funclet.lambda();
    lambda.create_function(create_request("f", zip_with_content("one"))).unwrap();
    (funclet, lambda, told)
}

fn echo(invocation: &Invocation) -> Outcome {
    Ok(InvocationOutcome { payload: invocation.payload.clone(), ..Default::default() })
}

fn invoke_request(name: &str, payload: &'static str) -> InvokeRequest {
    InvokeRequest { function_name: Some(name.into()), payload: Some(payload.into()), ..Default::default() }
}

fn typed(name: &str, invocation_type: &str) -> InvokeRequest {
    InvokeRequest { invocation_type: Some(invocation_type.into()), ..invoke_request(name, "1") }
}

#[test]
fn the_invoker_gets_everything_that_it_takes() {
    let (_, lambda, told) = engine(Transitions::Immediate, echo);
    publish(&lambda, "f");
    let request = InvokeRequest {
        log_type: Some("Tail".into()),
        client_context: Some("e30=".into()),
        tenant_id: Some("tenant".into()),
        durable_execution_name: Some("once".into()),
        qualifier: Some("1".into()),
        ..invoke_request("f", "[1]")
    };
    let answer = lambda.clone().with_request_id("an id".into()).invoke(request).unwrap();
    assert_eq!(answer.invocation_type, InvocationType::RequestResponse);
    assert_eq!(answer.executed_version.unwrap().to_string(), "1");
    assert_eq!((answer.payload.as_bytes(), answer.function_error), (&b"[1]"[..], None));

    let seen = told.seen.lock().unwrap().pop().unwrap();
    assert_eq!((&seen.caller, seen.request_id.as_str()), (lambda.caller(), "an id"));
    assert_eq!(
        seen.configuration.function_arn.to_string(),
        "arn:aws:lambda:us-east-1:000000000000:function:f:1"
    );
    assert_eq!(seen.invocation_type, InvocationType::RequestResponse);
    assert_eq!(seen.log_type.as_str(), "Tail");
    let texts = [&seen.client_context, &seen.tenant_id, &seen.durable_execution_name];
    assert_eq!(texts.map(|text| text.as_deref().unwrap()), ["e30=", "tenant", "once"]);
    let CodeLocation::Package { digest, .. } = &seen.code else { panic!("an archive") };
    assert_eq!(read(seen.open_package(digest).unwrap().unwrap()), zip_with_content("one"));
}

#[test]
fn nothing_sent_is_an_empty_object_and_an_id_is_drawn() {
    let (_, lambda, told) = engine(Transitions::Immediate, echo);
    let nothing = || InvokeRequest { function_name: Some("f".into()), ..Default::default() };
    assert_eq!(lambda.invoke(nothing()).unwrap().payload.as_bytes(), b"{}");
    lambda.invoke(nothing()).unwrap();
    let seen = told.seen.lock().unwrap();
    assert_eq!(seen[0].request_id.len(), 36);
    assert_ne!(seen[0].request_id, seen[1].request_id);
}

#[test]
fn a_function_that_fails_is_an_answer() {
    let fail = |_: &Invocation| {
        Ok(InvocationOutcome {
            payload: r#"{"errorMessage":"no"}"#.into(),
            function_error: Some(FunctionError::Unhandled),
            log: vec![b'x'; 5_000].into(),
        })
    };
    let (_, lambda, _) = engine(Transitions::Immediate, fail);
    let answer = lambda.invoke(invoke_request("f", "1")).unwrap();
    assert_eq!(answer.function_error, Some(FunctionError::Unhandled));
    assert_eq!(answer.log_result, None, "nobody has asked for it");
    let tail = InvokeRequest { log_type: Some("Tail".into()), ..invoke_request("f", "1") };
    assert_eq!(lambda.invoke(tail).unwrap().log_result.unwrap().len(), 4_096);
}

#[test]
fn an_answer_that_is_too_large_is_a_failure_of_the_function() {
    let (_, lambda, _) = engine(Transitions::Immediate, |invocation| {
        let length = 6_291_556 + usize::from(invocation.payload.as_bytes() == b"1");
        Ok(InvocationOutcome { payload: vec![b'1'; length].into(), ..Default::default() })
    });
    let answer = lambda.invoke(invoke_request("f", "1")).unwrap();
    assert_eq!(answer.function_error, Some(FunctionError::Unhandled));
    assert_eq!(
        std::str::from_utf8(answer.payload.as_bytes()).unwrap(),
        r#"{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}"#
    );
    assert_eq!(lambda.invoke(invoke_request("f", "0")).unwrap().payload.len(), 6_291_556);
}

#[test]
fn an_invoker_may_refuse_or_fail() {
    let (_, lambda, _) = engine(Transitions::Immediate, |invocation| match invocation.payload.as_bytes() {
        b"1" => Err(InvokerError::Throttled { reason: ThrottleReason::ConcurrentInvocationLimitExceeded }),
        _ => Err(InvokerError::Failed("no engine".into())),
    });
    let throttled = lambda.invoke(invoke_request("f", "1")).unwrap_err();
    let reason = ThrottleReason::ConcurrentInvocationLimitExceeded;
    assert!(matches!(throttled, Error::Refused(ServiceError::Throttled { reason: told }) if told == reason));
    assert!(matches!(lambda.invoke(invoke_request("f", "2")), Err(Error::Failed { .. })));
}

/// Taken in is taken in; what is not is told, for nobody else tries again.
#[test]
fn what_becomes_of_an_event_is_told_nobody_and_that_it_is_not_taken_in_is() {
    let (_, lambda, told) =
        engine(Transitions::Immediate, |invocation| match invocation.payload.as_bytes() {
            b"1" => Ok(InvocationOutcome {
                payload: r#"{"errorMessage":"no"}"#.into(),
                function_error: Some(FunctionError::Unhandled),
                log: "log".into(),
            }),
            b"2" => {
                Err(InvokerError::Throttled { reason: ThrottleReason::ConcurrentInvocationLimitExceeded })
            }
            _ => Err(InvokerError::Failed("no queue".into())),
        });
    let event = |payload| InvokeRequest {
        invocation_type: Some("Event".into()),
        log_type: Some("Tail".into()),
        ..invoke_request("f", payload)
    };
    let later = |payload: &'static str| {
        let request =
            InvokeAsyncRequest { function_name: Some("f".into()), invoke_args: Some(payload.into()) };
        lambda.invoke_async(request).map(drop)
    };
    let answer = lambda.invoke(event("1")).unwrap();
    assert_eq!(answer.invocation_type, InvocationType::Event);
    assert_eq!((answer.function_error, answer.log_result, answer.payload.len()), (None, None, 0));
    later("1").unwrap();
    for throttled in [lambda.invoke(event("2")).map(drop), later("2")] {
        assert!(matches!(throttled, Err(Error::Refused(ServiceError::Throttled { .. }))), "{throttled:?}");
    }
    for failed in [lambda.invoke(event("3")).map(drop), later("3")] {
        assert!(matches!(failed, Err(Error::Failed { .. })), "{failed:?}");
    }
    assert_eq!(told.seen.lock().unwrap().len(), 6);
}

/// Nothing of it runs, but events are taken in: how many run later is the invoker's work.
#[test]
fn a_function_with_nothing_reserved_does_not_run() {
    let (_, lambda, told) = engine(Transitions::Immediate, echo);
    let reserve = |executions| {
        let request = PutFunctionConcurrencyRequest {
            function_name: Some("f".into()),
            reserved_concurrent_executions: Some(executions),
        };
        lambda.put_function_concurrency(request).unwrap();
    };
    reserve(0);
    let refused = lambda.invoke(invoke_request("f", "1")).unwrap_err();
    let reason = ThrottleReason::ReservedFunctionConcurrentInvocationLimitExceeded;
    assert!(matches!(refused, Error::Refused(ServiceError::Throttled { reason: told }) if told == reason));
    assert!(lambda.invoke_with_response_stream(stream_request("f")).is_err());
    assert!(lambda.invoke(typed("f", "DryRun")).is_ok());
    assert!(told.seen.lock().unwrap().is_empty());
    lambda.invoke(typed("f", "Event")).unwrap();
    assert_eq!(told.seen.lock().unwrap().pop().unwrap().reserved_concurrent_executions, Some(0));
    reserve(1);
    lambda.invoke(invoke_request("f", "1")).unwrap();
    assert_eq!(told.seen.lock().unwrap().pop().unwrap().reserved_concurrent_executions, Some(1));
}

#[test]
fn an_event_answers_nothing_and_a_dry_run_runs_nothing() {
    let (_, lambda, told) = engine(Transitions::Immediate, echo);
    for (invocation_type, runs) in [("Event", 1), ("DryRun", 0)] {
        let answer = lambda.invoke(typed("f", invocation_type)).unwrap();
        assert_eq!(answer.invocation_type.as_str(), invocation_type);
        assert!(answer.payload.is_empty() && answer.executed_version.is_none());
        assert_eq!(told.seen.lock().unwrap().drain(..).count(), runs, "{invocation_type}");
    }
    let request = InvokeAsyncRequest { function_name: Some("f".into()), invoke_args: Some("[2]".into()) };
    lambda.invoke_async(request).unwrap();
    let seen = told.seen.lock().unwrap().pop().unwrap();
    assert_eq!((seen.invocation_type, seen.payload.as_bytes()), (InvocationType::Event, &b"[2]"[..]));
}

#[test]
fn what_may_block_says_so() {
    assert!(invoke_request("f", "1").blocks() && typed("f", "Event").blocks());
    assert!(!typed("f", "DryRun").blocks());
    let stream = |invocation_type: &str| InvokeWithResponseStreamRequest {
        invocation_type: Some(invocation_type.into()),
        ..Default::default()
    };
    assert!(stream("RequestResponse").blocks() && !stream("DryRun").blocks());
    assert!(InvokeAsyncRequest::default().blocks());
}

#[test]
fn what_is_not_there_or_not_ready_does_not_reach_the_invoker() {
    let (_, lambda, told) = engine(Transitions::Manual, echo);
    let error = |name: &str, invocation_type: &str| {
        lambda.invoke(typed(name, invocation_type)).unwrap_err().to_string()
    };
    let pending = "The operation cannot be performed at this time. The function is currently in the following state: Pending";
    for invocation_type in ["RequestResponse", "Event"] {
        assert_eq!(error("f", invocation_type), pending);
        assert_eq!(
            error("g", invocation_type),
            "Function not found: arn:aws:lambda:us-east-1:000000000000:function:g:$LATEST"
        );
    }
    assert!(lambda.invoke(typed("f", "DryRun")).is_ok());
    assert!(told.seen.lock().unwrap().is_empty());
    lambda.complete_transitions(&"f".parse().unwrap(), None).unwrap();
    assert!(lambda.invoke(typed("f", "Event")).is_ok());
}

#[test]
fn without_an_invoker_nothing_runs() {
    let lambda = builder().0.open_in_memory().lambda();
    lambda.create_function(create_request("f", zip_with_content("one"))).unwrap();
    let is_told = |error: Error| matches!(error, Error::Refused(ServiceError::RunsNoCode));
    for invocation_type in ["RequestResponse", "Event"] {
        assert!(is_told(lambda.invoke(typed("f", invocation_type)).unwrap_err()));
        let missing = lambda.invoke(typed("g", invocation_type)).unwrap_err().to_string();
        assert_eq!(missing, "Function not found: arn:aws:lambda:us-east-1:000000000000:function:g:$LATEST");
    }
    let stream = InvokeWithResponseStreamRequest { function_name: Some("f".into()), ..Default::default() };
    assert!(is_told(lambda.invoke_with_response_stream(stream).unwrap_err()));
    let later = InvokeAsyncRequest { function_name: Some("f".into()), invoke_args: Some("1".into()) };
    assert!(is_told(lambda.invoke_async(later).unwrap_err()));
    assert!(lambda.invoke(typed("f", "DryRun")).is_ok());
}

/// Goal: an alias sends each version the share of its weight. Method: seeded ids, so that the counts are the same in every
/// run.
#[test]
fn an_alias_sends_invocations_by_weight() {
    let (_, lambda, _) = engine(Transitions::Immediate, echo);
    publish(&lambda, "f");
    update_published(&lambda, "f", zip_with_content("two"));
    for (name, weight, expected) in
        [("never", 0.0, 0..=0), ("always", 1.0, 300..=300), ("some", 0.25, 50..=100)]
    {
        let weights = [("2", weight)].into_iter().collect();
        let request = CreateAliasRequest {
            function_name: Some("f".into()),
            name: Some(name.into()),
            function_version: Some("1".into()),
            routing_config: Some(AliasRoutingConfiguration { additional_version_weights: Some(weights) }),
            ..Default::default()
        };
        lambda.create_alias(request).unwrap();
        let run = |_: &i32| {
            let request = InvokeRequest { qualifier: Some(name.into()), ..invoke_request("f", "1") };
            lambda.invoke(request).unwrap().executed_version.unwrap().to_string() == "2"
        };
        let second = (0..300).filter(run).count();
        assert!(expected.contains(&second), "{name}: {second}");
    }
}

/// The store is free while a function runs.
#[test]
fn an_invoker_may_use_the_engine() {
    struct Nested(Mutex<Option<Lambda>>);
    impl Invoker for Nested {
        fn invoke(&self, invocation: Invocation) -> Outcome {
            let lambda = self.0.lock().unwrap().take();
            if let Some(lambda) = lambda {
                lambda
                    .update_function_code(crate::scene::update_request("f", zip_with_content("two")))
                    .unwrap();
                return Ok(InvocationOutcome {
                    payload: lambda.invoke(invoke_request("f", "[1]")).unwrap().payload,
                    ..Default::default()
                });
            }
            echo(&invocation)
        }
    }
    let nested = Arc::new(Nested(Mutex::default()));
    let lambda = builder().0.invoker(nested.clone()).open_in_memory().lambda();
    lambda.create_function(create_request("f", zip_with_content("one"))).unwrap();
    *nested.0.lock().unwrap() = Some(lambda.clone());
    assert_eq!(lambda.invoke(invoke_request("f", "[2]")).unwrap().payload.as_bytes(), b"[1]");
}

fn stream_request(name: &str) -> InvokeWithResponseStreamRequest {
    InvokeWithResponseStreamRequest {
        function_name: Some(name.into()),
        log_type: Some("Tail".into()),
        payload: Some("[1]".into()),
        ..Default::default()
    }
}

#[test]
fn an_invoker_without_pieces_streams_one() {
    let (_, lambda, _) = engine(Transitions::Immediate, |invocation| {
        let function_error = (invocation.payload.as_bytes() == b"1").then_some(FunctionError::Unhandled);
        Ok(InvocationOutcome { function_error, log: "log".into(), ..echo(invocation)? })
    });
    let answer = lambda.invoke_with_response_stream(stream_request("f")).unwrap();
    assert_eq!(answer.executed_version.unwrap().to_string(), "$LATEST");
    let end = StreamEnd { error: None, log: "log".into() };
    let expected = [StreamEvent::Piece("[1]".into()), StreamEvent::Complete(end)];
    assert_eq!(answer.stream.unwrap().collect::<Vec<_>>(), expected);

    let request =
        InvokeWithResponseStreamRequest { log_type: None, payload: Some("1".into()), ..stream_request("f") };
    let events: Vec<_> = lambda.invoke_with_response_stream(request).unwrap().stream.unwrap().collect();
    let error = StreamError { code: "Unhandled".into(), details: "1".into() };
    let end = StreamEnd { error: Some(error), log: "".into() };
    assert_eq!(events[1], StreamEvent::Complete(end));

    let dry =
        InvokeWithResponseStreamRequest { invocation_type: Some("DryRun".into()), ..stream_request("f") };
    assert!(lambda.invoke_with_response_stream(dry).unwrap().stream.is_none());
    let missing = lambda.invoke_with_response_stream(stream_request("g")).unwrap_err().to_string();
    assert_eq!(missing, "Function not found: arn:aws:lambda:us-east-1:000000000000:function:g:$LATEST");
}

/// Goal: the client has the first piece while the function still runs. Method: the function waits until it has.
#[test]
fn pieces_arrive_while_the_function_runs() {
    struct Waiting(Mutex<mpsc::Receiver<()>>);
    impl Invoker for Waiting {
        fn invoke(&self, invocation: Invocation) -> Outcome {
            echo(&invocation)
        }

        fn invoke_with_response_stream(
            &self,
            _: Invocation,
            response: &mut ResponseSink,
        ) -> Result<StreamEnd, InvokerError> {
            response.push("first".into()).unwrap();
            self.0.lock().unwrap().recv().unwrap();
            response.push("second".into()).unwrap();
            Ok(StreamEnd::default())
        }
    }
    let (go, waiting) = mpsc::channel();
    let lambda = builder().0.invoker(Arc::new(Waiting(Mutex::new(waiting)))).open_in_memory().lambda();
    lambda.create_function(create_request("f", zip_with_content("one"))).unwrap();
    let (tell, told) = mpsc::channel();
    let runner = std::thread::spawn(move || {
        lambda.submit(stream_request("f"), move |outcome| tell.send(outcome).unwrap());
    });
    let mut stream = told.recv().unwrap().unwrap().stream.unwrap();
    assert_eq!(stream.next(), Some(StreamEvent::Piece("first".into())));
    go.send(()).unwrap();
    let rest = [StreamEvent::Piece("second".into()), StreamEvent::Complete(StreamEnd::default())];
    assert_eq!(stream.collect::<Vec<_>>(), rest);
    runner.join().unwrap();
}
