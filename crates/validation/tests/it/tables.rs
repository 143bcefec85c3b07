//! The tables as data: well-formed, and walkable by others.

use std::collections::HashSet;
use std::fmt;

use funclet_validation::{
    AddLayerVersionPermissionRequest, AddPermissionRequest, CreateAliasRequest,
    CreateCodeSigningConfigRequest, CreateEventSourceMappingRequest, CreateFunctionRequest,
    CreateFunctionUrlConfigRequest, DeleteAliasRequest, DeleteCodeSigningConfigRequest,
    DeleteEventSourceMappingRequest, DeleteFunctionCodeSigningConfigRequest,
    DeleteFunctionConcurrencyRequest, DeleteFunctionEventInvokeConfigRequest, DeleteFunctionRequest,
    DeleteFunctionUrlConfigRequest, DeleteLayerVersionRequest, DeleteProvisionedConcurrencyConfigRequest,
    Document, FromDocument, GetAccountSettingsRequest, GetAliasRequest, GetCodeSigningConfigRequest,
    GetEventSourceMappingRequest, GetFunctionCodeSigningConfigRequest, GetFunctionConcurrencyRequest,
    GetFunctionConfigurationRequest, GetFunctionEventInvokeConfigRequest, GetFunctionRecursionConfigRequest,
    GetFunctionRequest, GetFunctionScalingConfigRequest, GetFunctionUrlConfigRequest,
    GetLayerVersionByArnRequest, GetLayerVersionPolicyRequest, GetLayerVersionRequest, GetPolicyRequest,
    GetProvisionedConcurrencyConfigRequest, GetRuntimeManagementConfigRequest, InvokeAsyncRequest,
    InvokeRequest, InvokeWithResponseStreamRequest, ListAliasesRequest, ListCodeSigningConfigsRequest,
    ListEventSourceMappingsRequest, ListFunctionEventInvokeConfigsRequest, ListFunctionUrlConfigsRequest,
    ListFunctionsByCodeSigningConfigRequest, ListFunctionsRequest, ListLayerVersionsRequest,
    ListLayersRequest, ListProvisionedConcurrencyConfigsRequest, ListTagsRequest,
    ListVersionsByFunctionRequest, Member, PublishLayerVersionRequest, PublishVersionRequest,
    PutFunctionCodeSigningConfigRequest, PutFunctionConcurrencyRequest, PutFunctionEventInvokeConfigRequest,
    PutFunctionRecursionConfigRequest, PutFunctionScalingConfigRequest,
    PutProvisionedConcurrencyConfigRequest, PutRuntimeManagementConfigRequest, Rejection,
    RemoveLayerVersionPermissionRequest, RemovePermissionRequest, Shape, Structure, TagResourceRequest,
    TextRules, UntagResourceRequest, UpdateAliasRequest, UpdateCodeSigningConfigRequest,
    UpdateEventSourceMappingRequest, UpdateFunctionCodeRequest, UpdateFunctionConfigurationRequest,
    UpdateFunctionEventInvokeConfigRequest, UpdateFunctionUrlConfigRequest, WrongType,
};

use crate::caller;

/// A request of the service: its table, and how it is validated.
pub(crate) struct Table {
    pub(crate) operation: &'static str,
    pub(crate) members: &'static [Member],
    /// Reads a request as a decoder does, and makes it valid.
    pub(crate) validate: fn(Document<()>) -> Result<Validated, WrongType>,
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.operation)
    }
}

/// What came of a request, as far as it is the same for all.
type Validated = Result<(), Rejection>;

macro_rules! tables {
    ($($operation:literal => $request:ty,)+) => {
        pub(crate) const TABLES: &[Table] = &[$(Table {
            operation: $operation,
            members: <$request>::MEMBERS,
            validate: |document| Ok(<$request>::from_document(document)?.validate(&caller()).map(drop)),
        },)+];
    };
}

tables! {
    "CreateAlias" => CreateAliasRequest,
    "GetAlias" => GetAliasRequest,
    "UpdateAlias" => UpdateAliasRequest,
    "DeleteAlias" => DeleteAliasRequest,
    "ListAliases" => ListAliasesRequest,
    "AddPermission" => AddPermissionRequest,
    "RemovePermission" => RemovePermissionRequest,
    "GetPolicy" => GetPolicyRequest,
    "PublishLayerVersion" => PublishLayerVersionRequest<()>,
    "GetLayerVersion" => GetLayerVersionRequest,
    "GetLayerVersionByArn" => GetLayerVersionByArnRequest,
    "ListLayers" => ListLayersRequest,
    "ListLayerVersions" => ListLayerVersionsRequest,
    "DeleteLayerVersion" => DeleteLayerVersionRequest,
    "AddLayerVersionPermission" => AddLayerVersionPermissionRequest,
    "GetLayerVersionPolicy" => GetLayerVersionPolicyRequest,
    "RemoveLayerVersionPermission" => RemoveLayerVersionPermissionRequest,
    "CreateCodeSigningConfig" => CreateCodeSigningConfigRequest,
    "GetCodeSigningConfig" => GetCodeSigningConfigRequest,
    "UpdateCodeSigningConfig" => UpdateCodeSigningConfigRequest,
    "DeleteCodeSigningConfig" => DeleteCodeSigningConfigRequest,
    "ListCodeSigningConfigs" => ListCodeSigningConfigsRequest,
    "ListFunctionsByCodeSigningConfig" => ListFunctionsByCodeSigningConfigRequest,
    "PutFunctionCodeSigningConfig" => PutFunctionCodeSigningConfigRequest,
    "DeleteFunctionCodeSigningConfig" => DeleteFunctionCodeSigningConfigRequest,
    "PutFunctionConcurrency" => PutFunctionConcurrencyRequest,
    "DeleteFunctionConcurrency" => DeleteFunctionConcurrencyRequest,
    "PutProvisionedConcurrencyConfig" => PutProvisionedConcurrencyConfigRequest,
    "GetProvisionedConcurrencyConfig" => GetProvisionedConcurrencyConfigRequest,
    "DeleteProvisionedConcurrencyConfig" => DeleteProvisionedConcurrencyConfigRequest,
    "ListProvisionedConcurrencyConfigs" => ListProvisionedConcurrencyConfigsRequest,
    "GetAccountSettings" => GetAccountSettingsRequest,
    "GetFunctionRecursionConfig" => GetFunctionRecursionConfigRequest,
    "PutFunctionRecursionConfig" => PutFunctionRecursionConfigRequest,
    "PutFunctionEventInvokeConfig" => PutFunctionEventInvokeConfigRequest,
    "UpdateFunctionEventInvokeConfig" => UpdateFunctionEventInvokeConfigRequest,
    "DeleteFunctionEventInvokeConfig" => DeleteFunctionEventInvokeConfigRequest,
    "ListFunctionEventInvokeConfigs" => ListFunctionEventInvokeConfigsRequest,
    "CreateFunctionUrlConfig" => CreateFunctionUrlConfigRequest,
    "UpdateFunctionUrlConfig" => UpdateFunctionUrlConfigRequest,
    "DeleteFunctionUrlConfig" => DeleteFunctionUrlConfigRequest,
    "ListFunctionUrlConfigs" => ListFunctionUrlConfigsRequest,
    "GetRuntimeManagementConfig" => GetRuntimeManagementConfigRequest,
    "PutRuntimeManagementConfig" => PutRuntimeManagementConfigRequest,
    "GetFunctionScalingConfig" => GetFunctionScalingConfigRequest,
    "PutFunctionScalingConfig" => PutFunctionScalingConfigRequest,
    "CreateEventSourceMapping" => CreateEventSourceMappingRequest,
    "GetEventSourceMapping" => GetEventSourceMappingRequest,
    "UpdateEventSourceMapping" => UpdateEventSourceMappingRequest,
    "DeleteEventSourceMapping" => DeleteEventSourceMappingRequest,
    "ListEventSourceMappings" => ListEventSourceMappingsRequest,
    "InvokeWithResponseStream" => InvokeWithResponseStreamRequest,
    "InvokeAsync" => InvokeAsyncRequest,
    "CreateFunction" => CreateFunctionRequest<()>,
    "UpdateFunctionCode" => UpdateFunctionCodeRequest<()>,
    "UpdateFunctionConfiguration" => UpdateFunctionConfigurationRequest,
    "GetFunction" => GetFunctionRequest,
    "GetFunctionConfiguration" => GetFunctionConfigurationRequest,
    "PublishVersion" => PublishVersionRequest,
    "ListVersionsByFunction" => ListVersionsByFunctionRequest,
    "ListFunctions" => ListFunctionsRequest,
    "DeleteFunction" => DeleteFunctionRequest,
    "GetFunctionCodeSigningConfig" => GetFunctionCodeSigningConfigRequest,
    "GetFunctionConcurrency" => GetFunctionConcurrencyRequest,
    "GetFunctionEventInvokeConfig" => GetFunctionEventInvokeConfigRequest,
    "GetFunctionUrlConfig" => GetFunctionUrlConfigRequest,
    "Invoke" => InvokeRequest,
    "ListTags" => ListTagsRequest,
    "TagResource" => TagResourceRequest,
    "UntagResource" => UntagResourceRequest,
}

fn walk(shape: &Shape, visit: &mut dyn FnMut(&TextRules)) {
    match shape {
        Shape::String(text) => visit(text),
        Shape::List(list) => walk(list.item, visit),
        Shape::Map(map) => {
            visit(&map.key);
            walk(map.value, visit);
        }
        Shape::Structure(members) => members.iter().for_each(|member| walk(&member.shape, visit)),
        Shape::Integer(_) | Shape::Double(_) | Shape::Boolean | Shape::Blob | Shape::Payload => {}
    }
}

#[test]
fn every_pattern_compiles() {
    let mut patterns = HashSet::new();
    for table in TABLES {
        walk(&Shape::Structure(table.members), &mut |text| {
            if let Some(pattern) = text.pattern {
                // Compiles at the first use, and panics if it cannot.
                let _ = pattern.matches("x");
                patterns.insert(pattern.as_str());
            }
        });
    }
    assert!(patterns.len() > 10, "{patterns:#?}");
}

#[test]
fn no_member_is_there_twice() {
    for Table { operation, members, .. } in TABLES {
        let names: HashSet<_> = members.iter().map(|member| member.name).collect();
        assert_eq!(names.len(), members.len(), "{operation}");
    }
}

/// All that are recorded have this order, but for the runtimes of functions, which are printed by other means.
#[test]
fn enums_are_printed_in_the_order_of_the_service() {
    let slot = |text: &&str| {
        text.bytes().fold(0_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into())) % 32
    };
    let mut seen = HashSet::new();
    for table in TABLES {
        walk(&Shape::Structure(table.members), &mut |text| {
            let values = text.values.unwrap_or_default();
            if values.first() != Some(&"nodejs20.x") {
                assert!(values.is_sorted_by_key(slot), "{values:?}");
                seen.insert(values);
            }
        });
    }
    for recorded in [
        &["x86_64", "arm64"][..],
        &["PublishedVersions", "None"],
        &["Terminate", "Allow"],
        &["DryRun", "RequestResponse", "Event"],
    ] {
        assert!(seen.contains(recorded), "{recorded:?}");
    }
}
