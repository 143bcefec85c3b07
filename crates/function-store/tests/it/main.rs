//! Lambda's semantics on every backend: in memory, on a simulated disk, and as a remote database behaves, calm and
//! chaotic.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

/// Runs each test, a function of a [`World`](crate::world::World), on every backend.
macro_rules! on_every_backend {
    ($($test:ident),+ $(,)?) => {
        mod memory {
            $(#[test]
            fn $test() {
                super::$test(crate::world::World::new(crate::world::Kind::Memory));
            })+
        }
        mod local {
            $(#[test]
            fn $test() {
                super::$test(crate::world::World::new(crate::world::Kind::Local));
            })+
        }
        mod remote {
            $(#[test]
            fn $test() {
                super::$test(crate::world::World::new(crate::world::Kind::Remote));
            })+
        }
        mod chaos {
            $(#[test]
            fn $test() {
                for seed in 0..3 {
                    super::$test(crate::world::World::new(crate::world::Kind::Chaos(seed)));
                }
            })+
        }
    };
}

mod account_settings;
mod aliases;
mod code_signing;
mod concurrency;
mod create;
mod delete;
mod event_invoke_configs;
mod event_source_mappings;
mod events;
mod export;
mod front;
mod function_scaling;
mod function_urls;
mod get;
mod immutable;
mod import;
mod invoke;
mod layers;
mod lifecycle;
mod lists;
mod model;
mod outcome;
mod package_reports;
mod policies;
mod provisioned_concurrency;
mod publish;
mod quota;
mod recursion;
mod reserved_concurrency;
mod revisions;
mod runtime_management;
mod settle;
mod tags;
mod time;
mod update_code;
mod update_configuration;
mod whole;
mod world;
