//! What an invocation runs.

use funclet_storage::BlobDigest;

use crate::answer::{CodeLocation, FunctionConfiguration};

/// The version of a function that an invocation came to, and where what it runs is.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Invocable {
    /// The configuration. Its ARN has the qualifier that the function was addressed with, its version is what that came to.
    pub configuration: FunctionConfiguration,
    /// Where the code is.
    pub code: CodeLocation,
    /// Where the layers are, in the order of the configuration.
    pub layers: Vec<InvocableLayer>,
    /// The reserved concurrency of the function, if it is set.
    pub reserved_concurrent_executions: Option<u32>,
}

/// A layer of what an invocation runs. The function keeps it, also if the layer is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvocableLayer {
    /// The ARN of its version.
    pub arn: String,
    /// The package that this store keeps.
    pub digest: BlobDigest,
    /// The length in bytes.
    pub size: u64,
}
