#!/usr/bin/env python3
"""Extracts what the tests compare the validation tables and docs/compatibility.md with from botocore's service model of Lambda.

    pip download botocore==VERSION --no-deps && scripts/service-model.py botocore-VERSION-*.whl

replaces testdata/service-model/lambda.json. Only names, types, constraints and, of every operation, method, path and status
are taken, no documentation. Members that AWS adds later are then told by
crates/validation/tests/it/{model,compatibility}.rs, operations by crates/rest-json/src/route/tests.rs.
"""

import gzip
import json
import pathlib
import re
import sys
import zipfile

MODEL = "botocore/data/lambda/2015-03-31/service-2.json.gz"
TARGET = pathlib.Path(__file__).parent.parent / "testdata/service-model/lambda.json"

OPERATIONS = [
    "CreateAlias", "DeleteAlias", "GetAlias", "ListAliases", "UpdateAlias",
    "AddPermission", "RemovePermission", "GetPolicy",
    "PublishLayerVersion", "GetLayerVersion", "GetLayerVersionByArn", "ListLayers", "ListLayerVersions",
    "DeleteLayerVersion", "AddLayerVersionPermission", "GetLayerVersionPolicy", "RemoveLayerVersionPermission",
    "CreateCodeSigningConfig", "GetCodeSigningConfig", "UpdateCodeSigningConfig", "DeleteCodeSigningConfig",
    "ListCodeSigningConfigs", "ListFunctionsByCodeSigningConfig", "PutFunctionCodeSigningConfig",
    "DeleteFunctionCodeSigningConfig",
    "PutFunctionConcurrency", "DeleteFunctionConcurrency",
    "PutProvisionedConcurrencyConfig", "GetProvisionedConcurrencyConfig", "DeleteProvisionedConcurrencyConfig",
    "ListProvisionedConcurrencyConfigs",
    "GetAccountSettings",
    "GetFunctionRecursionConfig", "PutFunctionRecursionConfig",
    "PutFunctionEventInvokeConfig", "UpdateFunctionEventInvokeConfig", "DeleteFunctionEventInvokeConfig",
    "ListFunctionEventInvokeConfigs",
    "CreateFunctionUrlConfig", "UpdateFunctionUrlConfig", "DeleteFunctionUrlConfig", "ListFunctionUrlConfigs",
    "GetRuntimeManagementConfig", "PutRuntimeManagementConfig",
    "GetFunctionScalingConfig", "PutFunctionScalingConfig",
    "CreateEventSourceMapping", "GetEventSourceMapping", "UpdateEventSourceMapping", "DeleteEventSourceMapping",
    "ListEventSourceMappings",
    "InvokeWithResponseStream", "InvokeAsync",
    "CreateFunction", "DeleteFunction", "GetFunction", "GetFunctionCodeSigningConfig", "GetFunctionConcurrency",
    "GetFunctionConfiguration", "GetFunctionEventInvokeConfig", "GetFunctionUrlConfig",
    "Invoke", "InvokeAsync", "InvokeWithResponseStream", "ListFunctions", "ListTags", "ListVersionsByFunction", "PublishVersion", "TagResource", "UntagResource",
    "UpdateFunctionCode", "UpdateFunctionConfiguration",
]
CONSTRAINTS = ["type", "required", "enum", "min", "max", "pattern", "sensitive"]


def extracted(shape):
    """A shape without documentation, and the names of the shapes it refers to."""
    kept = {name: shape[name] for name in CONSTRAINTS if name in shape}
    for name in ("member", "key", "value"):
        if name in shape:
            kept[name] = shape[name]["shape"]
    if "members" in shape:
        # A list keeps the order, which is that of complaints.
        kept["members"] = [[name, member["shape"]] for name, member in shape["members"].items()]
    named = [kept[name] for name in ("member", "key", "value") if name in kept]
    return kept, named + [shape for _, shape in kept.get("members", [])]


def binding(operation):
    """How an operation is asked for, and the status of its success."""
    http = operation["http"]
    return [http["method"], http["requestUri"], http["responseCode"]]


def main(wheel):
    version = re.match(r"botocore-([\d.]+)-", pathlib.Path(wheel).name).group(1)
    with zipfile.ZipFile(wheel) as archive:
        model = json.loads(gzip.decompress(archive.read(MODEL)))
    operations, shapes, wanted = {}, {}, []
    for name in OPERATIONS:
        operation = model["operations"][name]
        ends = {end: operation[end]["shape"] for end in ("input", "output") if end in operation}
        operations[name] = {**ends, "errors": [error["shape"] for error in operation["errors"]]}
        wanted += ends.values()
    while wanted:
        name = wanted.pop()
        if name not in shapes:
            shapes[name], named = extracted(model["shapes"][name])
            wanted += named
    bindings = {name: binding(operation) for name, operation in model["operations"].items()}
    source = f"botocore {version}, {MODEL}, Apache License 2.0"
    lines = [f'"source": {json.dumps(source)}']
    for kind, entries in (("operations", operations), ("bindings", bindings), ("shapes", shapes)):
        rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(entries[name])}" for name in sorted(entries))
        lines.append(f'"{kind}": {{\n{rows}\n}}')
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
