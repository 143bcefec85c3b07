//! Runtimes that layers are said to be compatible with.

use crate::constraint::{Bounds, ItemWords, ListRules, Shape, TextRules};
use crate::runtime::{DEPRECATED, NEWER, SUPPORTED};

/// In the service model beside the runtimes of functions.
const CUSTOM: &[&str] = &["custom"];

/// `CompatibleRuntimes`. Prints the runtimes that functions can be created with (quoted in aws-cloudformation/cfn-lint#4427,
/// without the brackets that other lists put around the rules of their items), but takes those out of use as well
/// (recorded from AWS).
pub(crate) const COMPATIBLE_RUNTIMES_SHAPE: Shape = Shape::List(ListRules {
    item: &Shape::String(TextRules::one_of(&SUPPORTED).or_unprinted(&[&NEWER, &DEPRECATED, CUSTOM])),
    words: ItemWords::Plain,
    length: Bounds::within(0, 15),
});

/// The filter `CompatibleRuntime`.
pub(crate) const COMPATIBLE_RUNTIME_SHAPE: Shape =
    Shape::String(TextRules::one_of(&FILTERS).or_unprinted(&[&NEWER, CUSTOM]));

/// What AWS prints about the filter, as public code quotes it in early 2025. Runtimes since then are put where
/// [`in_printed_order`](crate::enumeration::in_printed_order) has them \[chosen\].
const FILTERS: [&str; 54] = [
    "ruby2.6",
    "dotnetcore1.0",
    "python3.7",
    "nodejs8.10",
    "nasa",
    "ruby2.7",
    "python2.7-greengrass",
    "dotnetcore2.0",
    "python3.8",
    "java21",
    "dotnet6",
    "dotnetcore2.1",
    "python3.9",
    "java11",
    "nodejs6.10",
    "provided",
    "dotnetcore3.1",
    "dotnet8",
    "java25",
    "java17",
    "nodejs",
    "nodejs4.3",
    "java8.al2",
    "go1.x",
    "nodejs20.x",
    "dotnet10",
    "go1.9",
    "byol",
    "nodejs10.x",
    "provided.al2023",
    "nodejs22.x",
    "python3.10",
    "java8",
    "nodejs12.x",
    "python3.11",
    "nodejs8.x",
    "nodejs24.x",
    "python3.12",
    "nodejs14.x",
    "nodejs8.9",
    "python3.13",
    "nodejs16.x",
    "python3.14",
    "python3.15",
    "provided.al2",
    "nodejs4.3-edge",
    "nodejs18.x",
    "ruby3.2",
    "python3.4",
    "ruby3.3",
    "ruby2.5",
    "python3.6",
    "python2.7",
    "ruby3.4",
];
