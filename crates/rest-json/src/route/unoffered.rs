//! Operations of the service that are not offered yet, so that whoever calls one is told its name.
//!
//! Source: method and path of botocore's service model.

use super::address::Address;

/// Their names, and where the service has them.
pub(super) const UNOFFERED: &[(&str, Address)] = &[
    (
        "AddLayerVersionPermission",
        Address::new("POST", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy"),
    ),
    ("AddPermission", Address::new("POST", "/2015-03-31/functions/{FunctionName}/policy")),
    ("CreateAlias", Address::new("POST", "/2015-03-31/functions/{FunctionName}/aliases")),
    ("CreateCodeSigningConfig", Address::new("POST", "/2020-04-22/code-signing-configs")),
    ("DeleteAlias", Address::new("DELETE", "/2015-03-31/functions/{FunctionName}/aliases/{Name}")),
    (
        "DeleteCodeSigningConfig",
        Address::new("DELETE", "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}"),
    ),
    (
        "DeleteFunctionCodeSigningConfig",
        Address::new("DELETE", "/2020-06-30/functions/{FunctionName}/code-signing-config"),
    ),
    ("DeleteFunctionConcurrency", Address::new("DELETE", "/2017-10-31/functions/{FunctionName}/concurrency")),
    ("DeleteLayerVersion", Address::new("DELETE", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}")),
    ("GetAccountSettings", Address::new("GET", "/2016-08-19/account-settings")),
    ("GetAlias", Address::new("GET", "/2015-03-31/functions/{FunctionName}/aliases/{Name}")),
    ("GetCodeSigningConfig", Address::new("GET", "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}")),
    (
        "GetFunctionRecursionConfig",
        Address::new("GET", "/2024-08-31/functions/{FunctionName}/recursion-config"),
    ),
    ("GetLayerVersion", Address::new("GET", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}")),
    (
        "GetLayerVersionPolicy",
        Address::new("GET", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy"),
    ),
    ("GetPolicy", Address::new("GET", "/2015-03-31/functions/{FunctionName}/policy")),
    ("ListAliases", Address::new("GET", "/2015-03-31/functions/{FunctionName}/aliases")),
    ("ListCodeSigningConfigs", Address::new("GET", "/2020-04-22/code-signing-configs")),
    (
        "ListFunctionsByCodeSigningConfig",
        Address::new("GET", "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}/functions"),
    ),
    ("ListLayerVersions", Address::new("GET", "/2018-10-31/layers/{LayerName}/versions")),
    ("ListLayers", Address::new("GET", "/2018-10-31/layers")),
    ("PublishLayerVersion", Address::new("POST", "/2018-10-31/layers/{LayerName}/versions")),
    (
        "PutFunctionCodeSigningConfig",
        Address::new("PUT", "/2020-06-30/functions/{FunctionName}/code-signing-config"),
    ),
    ("PutFunctionConcurrency", Address::new("PUT", "/2017-10-31/functions/{FunctionName}/concurrency")),
    (
        "PutFunctionRecursionConfig",
        Address::new("PUT", "/2024-08-31/functions/{FunctionName}/recursion-config"),
    ),
    (
        "RemoveLayerVersionPermission",
        Address::new(
            "DELETE",
            "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy/{StatementId}",
        ),
    ),
    ("RemovePermission", Address::new("DELETE", "/2015-03-31/functions/{FunctionName}/policy/{StatementId}")),
    ("UpdateAlias", Address::new("PUT", "/2015-03-31/functions/{FunctionName}/aliases/{Name}")),
    (
        "UpdateCodeSigningConfig",
        Address::new("PUT", "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}"),
    ),
];
