use super::*;

fn version() -> StoredVersion {
    StoredVersion {
        revision_id: [1; 16],
        last_modified_ms: 1_700_000_000_123,
        code: StoredCode::Zip { sha256: [2; 32], size: 3, unzipped_size: 4, entry_count: 5 },
        architecture: "arm64".into(),
        settings: StoredSettings {
            role: "arn:aws:iam::111122223333:role/any".into(),
            runtime: Some("python3.13".into()),
            handler: Some("index.handler".into()),
            description: "d".into(),
            timeout: 6,
            memory_size: 128,
            environment: Some(vec![("KEY".into(), "value".into())]),
            vpc_config: Some(StoredVpcConfig {
                subnet_ids: vec!["subnet-1".into()],
                security_group_ids: vec!["sg-1".into()],
                vpc_id: String::new(),
                ipv6_allowed_for_dual_stack: true,
            }),
            dead_letter_target_arn: Some("arn:aws:sqs:us-east-1:111122223333:q".into()),
            kms_key_arn: Some("arn:aws:kms:us-east-1:111122223333:key/1".into()),
            source_kms_key_arn: None,
            tracing_mode: "Active".into(),
            file_system_configs: vec![("arn".into(), "/mnt/x".into())],
            image_config: Some(StoredImageConfig {
                entry_point: Some(vec!["a".into()]),
                command: None,
                working_directory: Some("/".into()),
            }),
            ephemeral_storage: 512,
            snap_start: "None".into(),
            logging_config: StoredLoggingConfig {
                log_format: "JSON".into(),
                application_log_level: Some("INFO".into()),
                system_log_level: Some("WARN".into()),
                log_group: "/aws/lambda/f".into(),
            },
            layers: vec![StoredLayer {
                arn: "layer".into(),
                code_sha256: [6; 32],
                code_size: 7,
                unzipped_size: 8,
            }],
            durable_config: Some((Some(9), None)),
            tenancy_config: Some("PER_EXECUTION_ENVIRONMENT".into()),
            capacity_provider_config: Some(("arn".into(), Some(10), Some(2.5))),
        },
        status: StoredStatus {
            state: State::Pending,
            state_reason: Some(StoredReason { code: "Creating".into(), text: "t".into() }),
            last_update: Some(LastUpdateStatus::InProgress),
            last_update_reason: None,
        },
        transition: Some(StoredTransition {
            kind: TransitionKind::Update,
            failure: None,
            completes_at_ms: Some(11),
            revision_id: [12; 16],
        }),
    }
}

fn function() -> StoredFunction {
    StoredFunction {
        incarnation: [13; 16],
        next_version: 14,
        unsettled_from: 15,
        published_as: Some(16),
        code_bytes: 17,
        tags: vec![("team".into(), "blue".into())],
        reserved_concurrent_executions: Some(18),
        latest: version(),
    }
}

fn alias() -> StoredAlias {
    StoredAlias {
        revision_id: [19; 16],
        function_version: "1".into(),
        description: "d".into(),
        routing: vec![(2, 0.25)],
    }
}

/// With every kind of principal and of condition.
fn policy() -> StoredPolicy {
    use policy::{StoredCondition as Condition, StoredPrincipal as Principal};
    let statement = |principal, conditions| StoredStatement {
        sid: "s".into(),
        principal,
        action: "lambda:InvokeFunction".into(),
        conditions,
    };
    let statements = vec![
        statement(
            Principal::Service("s3.amazonaws.com".into()),
            vec![
                Condition::SourceAccount("111122223333".into()),
                Condition::FunctionUrlAuthType("NONE".into()),
                Condition::EventSourceToken("token".into()),
                Condition::PrincipalOrgId("o-1234567890".into()),
                Condition::SourceArn("arn:aws:s3:::bucket".into()),
                Condition::InvokedViaFunctionUrl(true),
            ],
        ),
        statement(Principal::Aws("arn:aws:iam::111122223333:root".into()), vec![]),
        statement(Principal::Everyone, vec![]),
    ];
    StoredPolicy { revision_id: [20; 16], statements }
}

fn digest<T: Stored>(stored: &T) -> String {
    let payload = codec::encode_payload(T::KIND, stored).unwrap();
    funclet_storage::BlobDigest::of(&payload).to_string()
}

/// Whoever has to change a digest here has changed what stores of released versions contain: a new shape wants a new
/// kind, and the old one stays readable.
#[test]
fn the_shapes_never_change() {
    let image = StoredVersion {
        code: StoredCode::Image { digest: [1; 32], image_uri: "i".into(), resolved_image_uri: "r".into() },
        ..version()
    };
    let digests =
        [digest(&function()), digest(&version()), digest(&image), digest(&StoredGone { name: "f".into() })];
    assert_eq!(
        digests,
        [
            "6dd589994c7f75ca240f6b2194c193ee4d51f083252537f6324028a27ed83fc6",
            "96c1840d3d3c53d2f1de66fd61c487b44778896dd7e8b5df03b1e24dffd73bff",
            "b4f6daa1514c23cc841e26e0497ac6b9d8b4ccad62491025589f090a7d1f8df8",
            "0599e948e0a35f61d6440fb464d1451670e3c36ab80930be444f457ec115e793",
        ]
    );
    let digests = [digest(&alias()), digest(&StoredReferrer {}), digest(&policy())];
    assert_eq!(
        digests,
        [
            "b2601417d13721b5e9e4c91fd667a1f0260df980ba2cb666ea15b56b1875e778",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "9560eb72edeecd5b014a635a09c5a0b400deef65b442d0f13161123300d3305d",
        ]
    );
    assert_eq!([StoredAlias::KIND, StoredReferrer::KIND, StoredPolicy::KIND], [19, 20, 21]);
    assert_eq!([StoredFunction::KIND, StoredVersion::KIND, StoredGone::KIND], [16, 17, 18]);
}

#[test]
fn what_is_stored_reads_back() {
    let payload = codec::encode_payload(StoredFunction::KIND, &function()).unwrap();
    let read: StoredFunction = codec::decode_payload(StoredFunction::KIND, &payload).unwrap();
    assert_eq!(read, function());
    let payload = codec::encode_payload(StoredPolicy::KIND, &policy()).unwrap();
    let read: StoredPolicy = codec::decode_payload(StoredPolicy::KIND, &payload).unwrap();
    assert_eq!(read, policy());
    for statement in read.statements {
        assert_eq!(StoredStatement::new(&statement.typed().unwrap()), statement);
    }
}

#[test]
fn a_text_that_is_not_valid_is_no_panic() {
    assert!(parse::<funclet_validation::Architecture>("sparc").is_err());
    let bad = StoredLoggingConfig {
        log_format: "XML".into(),
        application_log_level: None,
        system_log_level: None,
        log_group: String::new(),
    };
    assert_eq!(bad.typed().unwrap_err().to_string(), "a stored text is not valid: \"XML\"");
}

/// As above, of layers. The digests were made of the bytes that docs/format.md states.
#[test]
fn the_shapes_of_layers_never_change() {
    let head = StoredLayerHead { next_version: 2, code_bytes: 3, tags: vec![("team".into(), "blue".into())] };
    let version = StoredLayerVersion {
        created_ms: 1,
        sha256: [2; 32],
        size: 3,
        unzipped_size: 4,
        description: "d".into(),
        license_info: Some("MIT".into()),
        compatible_runtimes: Some(vec!["python3.13".into()]),
        compatible_architectures: None,
    };
    assert_eq!(
        [digest(&head), digest(&version)],
        [
            "ccacdcce3cf7875ebedd59a58b82e826587c1ba1abe2d72e13ba2d89152e2310",
            "141c890f624f1b37863ec213aee38a211e2633538548eb46500455ca9268e5b0",
        ]
    );
    assert_eq!(digest(&StoredLayerPolicy(policy())), digest(&policy()));
    assert_eq!([StoredLayerHead::KIND, StoredLayerVersion::KIND, StoredLayerPolicy::KIND], [22, 23, 24]);
}

/// As above, of what belongs to concurrency and code signing.
#[test]
fn small_shapes_never_change() {
    let provisioned =
        |allocation| StoredProvisionedConcurrency { executions: 1, last_modified_ms: 2, allocation };
    let digests = [
        digest(&StoredCodeSigningConfig {
            description: "d".into(),
            allowed_publishers: vec!["arn".into()],
            untrusted_artifact_on_deployment: "Warn".into(),
            last_modified_ms: 3,
            tags: vec![("team".into(), "blue".into())],
        }),
        digest(&StoredCodeSigningUser {}),
        digest(&StoredFunctionCodeSigning { code_signing_config_id: "csc".into() }),
        digest(&provisioned(StoredAllocation::Ready)),
        digest(&provisioned(StoredAllocation::InProgress { completes_at_ms: Some(4) })),
        digest(&provisioned(StoredAllocation::Failed { reason: "r".into() })),
        digest(&StoredRecursionConfig { recursive_loop: "Allow".into() }),
        digest(&StoredProvisionedTotal { executions: 5 }),
    ];
    assert_eq!(
        digests,
        [
            "23a09716132a9d741792890adb3b002ad19b751b4362c90b9c065656b4f0bee8",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "7b805c1ecb1c35064cfe10945dc7212883fd4e2e9d776b25172ad20fdf1eb4e1",
            "1eb80f1254d5a03b177298a9b5ca0f21692646877d46f5ae90752254239c2128",
            "29e8e973289ff508277d65529c14809a204b942962fa2aaf848865e90acefa74",
            "2e71dbcff00de1ec684219cd743412764e682a26a693f3b794c8304b2982077b",
            "f2e3abc715c8b3efe1d568bbb58969aaee89d9c239f9a1f9801d4ac45b732671",
            "2594b6a92ebfb1c3312deb7d01c015fb95e9fbe9bd7bc6b527af07813ec7b910",
        ]
    );
    assert_eq!(
        [
            StoredCodeSigningConfig::KIND,
            StoredCodeSigningUser::KIND,
            StoredFunctionCodeSigning::KIND,
            StoredProvisionedConcurrency::KIND,
            StoredRecursionConfig::KIND,
            StoredProvisionedTotal::KIND,
        ],
        [25, 26, 27, 30, 31, 40]
    );
}

/// The bytes of a text.
fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
}

fn some(payload: &[u8]) -> Vec<u8> {
    [&[1][..], payload].concat()
}

#[test]
fn the_shapes_of_settings_never_change() {
    fn check<T: Stored>(kind: u8, stored: &T, parts: &[Vec<u8>]) {
        assert_eq!(T::KIND, kind);
        assert_eq!(codec::encode_payload(kind, stored).unwrap(), parts.concat());
    }
    let number = |number: u32| some(&number.to_le_bytes());
    let time = |time: u64| time.to_le_bytes().to_vec();
    let invoke = StoredEventInvokeConfig {
        last_modified_ms: 1,
        maximum_retry_attempts: Some(2),
        maximum_event_age: Some(60),
        on_success: None,
        on_failure: Some("q".into()),
    };
    check(34, &invoke, &[time(1), number(2), number(60), vec![0], some(&text("q"))]);
    let list = |item: &str| some(&[&1_u64.to_le_bytes()[..], &text(item)].concat());
    let cors = StoredCors {
        allow_credentials: Some(true),
        allow_headers: Some(vec!["h".into()]),
        allow_methods: Some(vec!["m".into()]),
        allow_origins: Some(vec!["o".into()]),
        expose_headers: Some(vec!["e".into()]),
        max_age: Some(3),
    };
    let url = StoredFunctionUrl {
        url_id: "id".into(),
        auth_type: "NONE".into(),
        cors: Some(cors),
        invoke_mode: "BUFFERED".into(),
        created_ms: 1,
        last_modified_ms: 2,
    };
    let cors = [vec![1, 1, 1], list("h"), list("m"), list("o"), list("e"), some(&time(3))].concat();
    check(35, &url, &[text("id"), text("NONE"), cors, text("BUFFERED"), time(1), time(2)]);
    let runtime = StoredRuntimeManagement {
        update_runtime_on: "Manual".into(),
        runtime_version_arn: Some("arn".into()),
    };
    check(36, &runtime, &[text("Manual"), some(&text("arn"))]);
    let scaling =
        StoredFunctionScaling { min_execution_environments: Some(4), max_execution_environments: None };
    check(37, &scaling, &[number(4), vec![0]]);
}
