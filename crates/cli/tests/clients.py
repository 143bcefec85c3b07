"""Drives the aws command line and boto3 against the funclet binary.

Usage: clients.py BINARY SCENARIO

Each scenario starts servers of its own on free ports of the loopback interface, with data below a temporary directory,
and exits with status 0 if everything was as it should be. Nothing here knows the engine; what is expected is what the
real service does.
"""

import base64
import concurrent.futures
import contextlib
import hashlib
import io
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::000000000000:role/lambda-role"
REVISION_MISMATCH = (
    "The Revision Id provided does not match the latest Revision Id. "
    "Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
)
POLICY_MISMATCH = (
    "The Revision Id provided does not match the latest Revision Id. "
    "Call the GetPolicy API to retrieve the latest Revision Id"
)
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:"
BUSY = "The operation cannot be performed at this time. An update is in progress for resource: "
BINARY = ""


def package(content):
    """A deployment package, the same bytes for the same content."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("index.py", (2024, 1, 1, 0, 0, 0))
        entry.external_attr = 0o100644 << 16
        archive.writestr(entry, f"def handler(event, context):\n    return {content!r}\n")
    return buffer.getvalue()


def sha(content):
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def equal(found, expected, what):
    if found != expected:
        raise AssertionError(f"{what}: found {found!r}, expected {expected!r}")


def true(condition, what):
    if not condition:
        raise AssertionError(what)


class Server:
    """A running `funclet serve`."""

    def __init__(self, data_dir, *arguments):
        self.ready_file = os.path.join(tempfile.mkdtemp(), "ready")
        command = [BINARY, "serve", "--data-dir", data_dir, "--listen", "127.0.0.1:0", "--ready-file", self.ready_file, "--log-level", "warn"]
        self.process = subprocess.Popen(command + list(arguments), stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while not os.path.exists(self.ready_file):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError("the server did not get ready")
            time.sleep(0.01)
        with open(self.ready_file, encoding="utf-8") as file:
            self.endpoint = file.read().strip()

    def client(self, **config):
        """A boto3 client that tries once, so that every answer is seen."""
        return boto3.client(
            "lambda",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id="000000000000",
            aws_secret_access_key="secret",
            config=Config(retries={"total_max_attempts": 1}, **config),
        )

    def aws(self, *arguments, fails=False):
        """Runs `aws lambda ...`; returns its JSON, or its complaint if it has to fail."""
        environment = dict(
            os.environ,
            AWS_ENDPOINT_URL_LAMBDA=self.endpoint,
            AWS_ACCESS_KEY_ID="000000000000",
            AWS_SECRET_ACCESS_KEY="secret",
            AWS_DEFAULT_REGION="us-east-1",
            AWS_MAX_ATTEMPTS="1",
            AWS_PAGER="",
        )
        done = subprocess.run(
            [os.environ.get("FUNCLET_AWS", "aws"), "lambda", *arguments, "--output", "json"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if (done.returncode != 0) != fails:
            raise AssertionError(f"aws lambda {arguments}: status {done.returncode}: {done.stdout}{done.stderr}")
        if fails:
            return done.stderr.strip()
        return json.loads(done.stdout) if done.stdout.strip() else None

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        equal(self.process.wait(timeout=30), 0, "exit status of the server")


@contextlib.contextmanager
def serving(*arguments):
    data_dir = tempfile.mkdtemp()
    server = Server(os.path.join(data_dir, "store"), *arguments)
    try:
        yield server
        server.stop()
    finally:
        if server.process.poll() is None:
            server.kill()
        shutil.rmtree(data_dir, ignore_errors=True)


def create(client, name, code, **members):
    return client.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="index.handler",
        Role=ROLE,
        Code={"ZipFile": code},
        **members,
    )


def code_of(client, name, **members):
    location = client.get_function(FunctionName=name, **members)["Code"]["Location"]
    with urllib.request.urlopen(location) as answer:
        return answer.read()


def refused(call, code, text=None):
    """The call is refused with this error, and perhaps this text."""
    try:
        call()
    except ClientError as error:
        equal(error.response["Error"]["Code"], code, "error code")
        if text is not None:
            equal(error.response["Error"]["Message"], text, "error message")
        return error.response
    raise AssertionError(f"not refused with {code}")


def aws_command_line():
    """Create, get, update with the right and a stale RevisionId, dry run, publish, list, download, delete."""
    folder = tempfile.mkdtemp()

    def file(content):
        path = os.path.join(folder, hashlib.sha256(content).hexdigest())
        with open(path, "wb") as target:
            target.write(content)
        return f"fileb://{path}"

    first, second, third = package("first"), package("second"), package("third")
    with serving() as server:
        created = server.aws(
            "create-function", "--function-name", "hello", "--runtime", "python3.13", "--handler", "index.handler",
            "--role", ROLE, "--zip-file", file(first),
        )  # fmt: skip
        equal(created["State"], "Pending", "state of a new function")
        equal(created["CodeSha256"], sha(first), "digest")
        equal(created["CodeSize"], len(first), "size")
        current = server.aws("get-function", "--function-name", "hello")["Configuration"]
        equal((current["State"], current["LastUpdateStatus"]), ("Active", "Successful"), "state once created")
        revision = current["RevisionId"]

        update = ("update-function-code", "--function-name", "hello", "--zip-file", file(second))
        dry = server.aws(*update, "--dry-run", "--revision-id", revision)
        equal(dry["CodeSha256"], sha(second), "digest of a dry run")
        after = server.aws("get-function-configuration", "--function-name", "hello")
        equal((after["CodeSha256"], after["RevisionId"]), (sha(first), revision), "function after a dry run")

        updated = server.aws(*update, "--revision-id", revision)
        equal((updated["CodeSha256"], updated["LastUpdateStatus"]), (sha(second), "InProgress"), "update")
        complaint = server.aws(*update, "--revision-id", revision, fails=True)
        true("(PreconditionFailedException)" in complaint and REVISION_MISMATCH in complaint, complaint)

        published = server.aws(
            "update-function-code", "--function-name", "hello", "--zip-file", file(third), "--publish",
            "--architectures", "arm64",
        )  # fmt: skip
        equal((published["Version"], published["Architectures"]), ("1", ["arm64"]), "published version")
        true(published["FunctionArn"].endswith(":function:hello:1"), published["FunctionArn"])
        versions = server.aws("list-versions-by-function", "--function-name", "hello")["Versions"]
        equal([v["Version"] for v in versions], ["$LATEST", "1"], "versions")
        again = server.aws("publish-version", "--function-name", "hello")
        equal(again["Version"], "1", "publishing without a change")

        location = server.aws("get-function", "--function-name", "hello:1")["Code"]["Location"]
        with urllib.request.urlopen(location) as answer:
            equal(answer.read(), third, "downloaded package")
        try:
            urllib.request.urlopen(location.replace("signature=", "signature=0"))
            raise AssertionError("a forged link was served")
        except urllib.error.HTTPError as error:
            equal(error.code, 403, "status of a forged link")

        complaint = server.aws("get-function", "--function-name", "absent", fails=True)
        true("Function not found: arn:aws:lambda:us-east-1:000000000000:function:absent" in complaint, complaint)
        server.aws("delete-function", "--function-name", "hello")
        equal(server.aws("list-functions")["Functions"], [], "functions after the deletion")
    shutil.rmtree(folder)


def boto3_client():
    """The same through boto3, with its exceptions and its paginators, and over a restart."""
    data_dir = tempfile.mkdtemp()
    server = Server(data_dir)
    client = server.client()
    first, second = package(1), package(2)
    created = create(client, "hello", first, Environment={"Variables": {"STAGE": "test"}}, Tags={"team": "a"})
    equal(created["ResponseMetadata"]["HTTPStatusCode"], 201, "status of a creation")
    equal(created["Environment"], {"Variables": {"STAGE": "test"}}, "environment")
    refused(lambda: create(client, "hello", first), "ResourceConflictException", "Function already exist: hello")

    function = client.get_function(FunctionName="hello")
    equal(function["Tags"], {"team": "a"}, "tags")
    equal(code_of(client, "hello"), first, "downloaded package")
    revision = function["Configuration"]["RevisionId"]
    client.update_function_code(FunctionName="hello", ZipFile=second, RevisionId=revision)
    try:
        client.update_function_code(FunctionName="hello", ZipFile=first, RevisionId=revision)
        raise AssertionError("a stale revision won")
    except client.exceptions.PreconditionFailedException as error:
        equal(error.response["message"], REVISION_MISMATCH, "message")
        equal(error.response["Type"], "User", "type")
    try:
        client.get_function(FunctionName="absent")
        raise AssertionError("an absent function was found")
    except client.exceptions.ResourceNotFoundException as error:
        equal(error.response["Type"], "User", "type")
        true("Function not found" in error.response["Message"], "message")
    refused(
        lambda: client.update_function_code(FunctionName="hello", ZipFile=b"no archive"),
        "InvalidParameterValueException",
        "Could not unzip uploaded file. Please check your file, then try to upload again.",
    )
    refused(
        lambda: client.update_function_code(FunctionName="hello", ZipFile=second, Architectures=["sparc"]),
        "ValidationException",
    )
    version = client.publish_version(FunctionName="hello", Description="the first")
    equal((version["Version"], version["Description"], version["State"]), ("1", "the first", "Active"), "version")
    for number in range(60):
        create(client, f"many-{number:02}", first)
    pages = list(client.get_paginator("list_functions").paginate())
    equal(max(len(page["Functions"]) for page in pages), 50, "the longest page")
    names = [function["FunctionName"] for page in pages for function in page["Functions"]]
    equal(sorted(names), sorted(["hello"] + [f"many-{n:02}" for n in range(60)]), "names")

    other = boto3.client(
        "lambda", endpoint_url=server.endpoint, region_name="eu-west-1",
        aws_access_key_id="111111111111", aws_secret_access_key="secret",
    )  # fmt: skip
    equal(other.list_functions()["Functions"], [], "functions of another account and region")
    create(other, "hello", second)
    arn = other.get_function_configuration(FunctionName="hello")["FunctionArn"]
    equal(arn, "arn:aws:lambda:eu-west-1:111111111111:function:hello", "ARN")

    before = client.get_function_configuration(FunctionName="hello")
    server.stop()
    server = Server(data_dir)
    client = server.client()
    after = client.get_function_configuration(FunctionName="hello")
    for answer in (before, after):
        answer.pop("ResponseMetadata")
    equal(after, before, "function after a restart")
    equal(code_of(client, "hello", Qualifier="1"), second, "package of the version after a restart")
    client.delete_function(FunctionName="hello", Qualifier="1")
    refused(lambda: client.get_function(FunctionName="hello", Qualifier="1"), "ResourceNotFoundException")
    server.stop()
    shutil.rmtree(data_dir)


def one_winner():
    """Of eight concurrent updates with one RevisionId exactly one wins, and the function has its code."""
    with serving() as server:
        client = server.client(max_pool_connections=16)
        create(client, "race", package("start"))
        for round_number in range(10):
            revision = client.get_function_configuration(FunctionName="race")["RevisionId"]
            barrier = threading.Barrier(8)

            def update(number):
                code = package((round_number, number))
                barrier.wait()
                try:
                    client.update_function_code(FunctionName="race", ZipFile=code, RevisionId=revision)
                    return sha(code)
                except client.exceptions.PreconditionFailedException:
                    return None

            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                won = [digest for digest in pool.map(update, range(8)) if digest]
            equal(len(won), 1, f"winners of round {round_number}")
            found = client.get_function_configuration(FunctionName="race")["CodeSha256"]
            equal(found, won[0], "code after the race")


def waiters():
    """With a transition delay the waiters of boto3 and aws wait, and an update in progress is a conflict."""
    with serving("--transition-delay", "1s") as server:
        client = server.client()
        quick = {"Delay": 0.2, "MaxAttempts": 50}
        name = {"FunctionName": "slow"}
        created = create(client, "slow", package(1), Publish=True)
        equal((created["State"], created["StateReasonCode"]), ("Pending", "Creating"), "state")
        busy = f"{BUSY}{FUNCTION}slow"
        refused(
            lambda: client.update_function_code(ZipFile=package(2), **name), "ResourceConflictException", busy
        )
        client.get_waiter("function_active_v2").wait(WaiterConfig=quick, **name)
        client.get_waiter("published_version_active").wait(WaiterConfig=quick, Qualifier="1", **name)
        active = client.get_function_configuration(**name)
        equal((active["State"], active["LastUpdateStatus"]), ("Active", "Successful"), "state once active")
        true(active["RevisionId"] != created["RevisionId"], "the revision changes when the function is active")

        started = time.monotonic()
        updated = client.update_function_code(ZipFile=package(2), **name)
        equal(updated["LastUpdateStatus"], "InProgress", "status of the update")
        during = client.get_function_configuration(**name)
        equal(during["RevisionId"], updated["RevisionId"], "revision during the update")
        refused(lambda: client.publish_version(**name), "ResourceConflictException", busy)
        client.get_waiter("function_updated_v2").wait(WaiterConfig=quick, **name)
        true(time.monotonic() - started >= 1, "the update took its time")
        done = client.get_function_configuration(**name)
        true(done["RevisionId"] != updated["RevisionId"], "the revision changes when the update is finished")
        equal(client.publish_version(**name)["Version"], "2", "version after the update")

        create(client, "command-line", package(1), Publish=True)
        name = ("--function-name", "command-line")
        server.aws("wait", "function-active-v2", *name)
        server.aws("wait", "published-version-active", *name, "--qualifier", "1")
        client.update_function_code(FunctionName="command-line", ZipFile=package(2))
        server.aws("wait", "function-updated-v2", *name)
        found = server.aws("get-function-configuration", *name)
        equal((found["State"], found["LastUpdateStatus"]), ("Active", "Successful"), "state after the waiters of aws")


def configuration():
    """A configuration changes for the right RevisionId, not for a stale one, and not while a change is in progress."""
    # Longer than the command line takes to start on a busy machine.
    with serving("--transition-delay", "4s") as server:
        name = ("--function-name", "hello")
        client = server.client()
        stale = create(client, "hello", package(1), Environment={"Variables": {"STAGE": "test"}})["RevisionId"]
        server.aws("wait", "function-active-v2", *name)
        update = ("update-function-configuration", *name, "--timeout", "30", "--memory-size", "512")
        complaint = server.aws(*update, "--revision-id", stale, fails=True)
        true("(PreconditionFailedException)" in complaint and REVISION_MISMATCH in complaint, complaint)
        before = server.aws("get-function-configuration", *name)
        equal((before["Timeout"], before["MemorySize"]), (3, 128), "configuration after a stale update")
        updated = server.aws(*update, "--revision-id", before["RevisionId"])
        equal((updated["Timeout"], updated["LastUpdateStatus"]), (30, "InProgress"), "update by aws")
        complaint = server.aws(*update, fails=True)
        true("(ResourceConflictException)" in complaint and f"{BUSY}{FUNCTION}hello" in complaint, complaint)
        server.aws("wait", "function-updated-v2", *name)
        found = server.aws("get-function-configuration", *name)
        equal((found["MemorySize"], found["LastUpdateStatus"]), (512, "Successful"), "configuration after the waiter")
        equal(found["Environment"], {"Variables": {"STAGE": "test"}}, "what was not sent")

        change = {"FunctionName": "hello", "Environment": {"Variables": {}}, "Description": "changed"}
        try:
            client.update_function_configuration(RevisionId=updated["RevisionId"], **change)
            raise AssertionError("a stale revision won")
        except client.exceptions.PreconditionFailedException as error:
            equal(error.response["message"], REVISION_MISMATCH, "message")
        updated = client.update_function_configuration(RevisionId=found["RevisionId"], **change)
        equal((updated["Description"], updated["LastUpdateStatus"]), ("changed", "InProgress"), "update by boto3")
        for call in (client.update_function_configuration, client.publish_version):
            refused(lambda: call(FunctionName="hello"), "ResourceConflictException", f"{BUSY}{FUNCTION}hello")
        quick = {"Delay": 0.2, "MaxAttempts": 50}
        client.get_waiter("function_updated_v2").wait(WaiterConfig=quick, FunctionName="hello")
        found = client.get_function_configuration(FunctionName="hello")
        equal((found["Environment"], found["Timeout"]), ({"Variables": {}}, 30), "environment, which is replaced")
        refused(
            lambda: client.update_function_configuration(FunctionName="hello", Timeout=901), "ValidationException"
        )


def tags_and_dry_runs():
    """Tags come and go; code signing, concurrency and dry runs are asked for."""
    with serving() as server:
        client = server.client()
        arn = create(client, "hello", package(1), Tags={"team": "a"})["FunctionArn"]
        name = ("--function-name", "hello")

        server.aws("tag-resource", "--resource", arn, "--tags", "team=b,stage=test")
        equal(server.aws("list-tags", "--resource", arn), {"Tags": {"team": "b", "stage": "test"}}, "tags of aws")
        server.aws("untag-resource", "--resource", arn, "--tag-keys", "team", "absent")
        equal(server.aws("list-tags", "--resource", arn), {"Tags": {"stage": "test"}}, "tags left")
        # An answer without members is printed as nothing.
        for command in ("get-function-code-signing-config", "get-function-concurrency"):
            true(not server.aws(command, *name), command)
        dry = server.aws("invoke", *name, "--invocation-type", "DryRun", os.devnull)
        equal(dry, {"StatusCode": 204}, "a dry run of aws")

        revision = client.get_function_configuration(FunctionName="hello")["RevisionId"]
        client.tag_resource(Resource=arn, Tags={"owner": "me"})
        equal(client.list_tags(Resource=arn)["Tags"], {"stage": "test", "owner": "me"}, "tags of boto3")
        client.untag_resource(Resource=arn, TagKeys=["stage", "owner"])
        equal(client.list_tags(Resource=arn)["Tags"], {}, "no tags")
        refused(
            lambda: client.update_function_configuration(FunctionName="hello", RevisionId=revision),
            "PreconditionFailedException",
            REVISION_MISMATCH,
        )
        refused(
            lambda: client.list_tags(Resource=f"{arn}:$LATEST"),
            "InvalidParameterValueException",
            "Tags on function aliases and versions are not supported. Please specify a function ARN.",
        )
        absent = f"Function not found: {FUNCTION}absent"
        refused(lambda: client.list_tags(Resource=f"{FUNCTION}absent"), "ResourceNotFoundException", absent)
        for call in (client.get_function_code_signing_config, client.get_function_concurrency):
            equal(list(call(FunctionName="hello")), ["ResponseMetadata"], "an answer without members")
            refused(lambda: call(FunctionName="absent"), "ResourceNotFoundException", absent)
        equal(client.invoke(FunctionName="hello", InvocationType="DryRun")["StatusCode"], 204, "a dry run of boto3")
        dry = client.invoke_with_response_stream(FunctionName="hello", InvocationType="DryRun")
        equal(dry["StatusCode"], 204, "a dry run of boto3 that would stream")
        # Nobody runs functions for the binary.
        for call in (
            lambda: client.invoke(FunctionName="hello", Payload=b"{}"),
            lambda: client.invoke_with_response_stream(FunctionName="hello"),
            lambda: client.invoke_async(FunctionName="hello", InvokeArgs=b"{}"),
        ):
            refused(call, "UnknownOperationException", "Funclet runs no code. Of Invoke it offers the InvocationType DryRun.")
        refused(
            lambda: client.invoke(FunctionName="hello", Payload=b" " * 6291457),
            "RequestEntityTooLargeException",
            "6291457 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)",
        )
        refused(
            lambda: client.invoke(FunctionName="absent", InvocationType="DryRun"),
            "ResourceNotFoundException",
            f"{absent}:$LATEST",
        )


def alias():
    """An alias is created, shares out, moves on and is gone; functions are read by it, and its versions stay."""
    with serving() as server:
        client = server.client()
        create(client, "hello", package(1), Publish=True)
        client.update_function_code(FunctionName="hello", ZipFile=package(2), Publish=True)
        name = ("--function-name", "hello", "--name", "live")

        created = server.aws("create-alias", *name, "--function-version", "1")
        equal((created["AliasArn"], created["FunctionVersion"]), (f"{FUNCTION}hello:live", "1"), "alias of aws")
        true("RoutingConfig" not in created, "routing that was not asked for")
        taken = f"Alias already exists: {FUNCTION}hello:live"
        complaint = server.aws("create-alias", *name, "--function-version", "2", fails=True)
        true("(ResourceConflictException)" in complaint and taken in complaint, complaint)
        routed = server.aws(
            "update-alias", *name, "--routing-config", "AdditionalVersionWeights={2=0.25}",
            "--revision-id", created["RevisionId"],
        )  # fmt: skip
        equal(routed["RoutingConfig"], {"AdditionalVersionWeights": {"2": 0.25}}, "routing")
        complaint = server.aws("update-alias", *name, "--revision-id", created["RevisionId"], fails=True)
        true("(PreconditionFailedException)" in complaint and REVISION_MISMATCH in complaint, complaint)
        found = server.aws("get-function", "--function-name", "hello", "--qualifier", "live")["Configuration"]
        equal((found["FunctionArn"], found["Version"]), (f"{FUNCTION}hello:live", "1"), "function by alias")
        for version in ("1", "2"):
            complaint = server.aws(
                "delete-function", "--function-name", "hello", "--qualifier", version, fails=True
            )
            true("(ResourceConflictException)" in complaint, complaint)
            true("the following aliases reference it: [live]" in complaint, complaint)

        moved = client.update_alias(
            FunctionName="hello", Name="live", FunctionVersion="2", Description="moved",
            RoutingConfig={"AdditionalVersionWeights": {}}, RevisionId=routed["RevisionId"],
        )  # fmt: skip
        equal((moved["FunctionVersion"], moved["Description"]), ("2", "moved"), "moved alias")
        true("RoutingConfig" not in moved, "routing that was removed")
        equal(code_of(client, "hello:live"), package(2), "package by alias")
        client.delete_function(FunctionName="hello", Qualifier="1")
        for other in ("next", "test"):
            client.create_alias(FunctionName="hello", Name=other, FunctionVersion="$LATEST")
        refused(
            lambda: client.update_alias(
                FunctionName="hello", Name="next", RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}}
            ),
            "InvalidParameterValueException",
            "$LATEST is not supported for an alias pointing to more than 1 version",
        )
        pages = client.get_paginator("list_aliases").paginate(FunctionName="hello", PaginationConfig={"PageSize": 2})
        equal([[a["Name"] for a in page["Aliases"]] for page in pages], [["live", "next"], ["test"]], "pages")
        of_latest = client.list_aliases(FunctionName="hello", FunctionVersion="$LATEST")["Aliases"]
        equal([a["Name"] for a in of_latest], ["next", "test"], "aliases of one version")
        found = client.get_alias(FunctionName="hello", Name="live")
        equal(found["RevisionId"], moved["RevisionId"], "revision of the alias")
        for _ in range(2):
            client.delete_alias(FunctionName="hello", Name="live")
        refused(
            lambda: client.get_alias(FunctionName="hello", Name="live"),
            "ResourceNotFoundException",
            f"Cannot find alias arn: {FUNCTION}hello:live",
        )
        client.delete_function(FunctionName="hello", Qualifier="2")


def permissions():
    """Statements come and go for the right RevisionId; function and alias have policies of their own."""
    with serving() as server:
        client = server.client()
        create(client, "hello", package(1), Publish=True)
        alias_revision = client.create_alias(FunctionName="hello", Name="live", FunctionVersion="1")["RevisionId"]
        name = ("--function-name", "hello")

        added = server.aws(
            "add-permission", *name, "--statement-id", "s3", "--action", "lambda:InvokeFunction",
            "--principal", "s3.amazonaws.com", "--source-arn", "arn:aws:s3:::bucket",
        )  # fmt: skip
        statement = {
            "Sid": "s3", "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "lambda:InvokeFunction", "Resource": f"{FUNCTION}hello",
            "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::bucket"}},
        }  # fmt: skip
        equal(json.loads(added["Statement"]), statement, "statement")
        equal(list(json.loads(added["Statement"])), list(statement), "order of members")
        found = server.aws("get-policy", *name)
        expected = {"Version": "2012-10-17", "Id": "default", "Statement": [statement]}
        equal(json.loads(found["Policy"]), expected, "policy")
        complaint = server.aws(
            "remove-permission", *name, "--statement-id", "s3", "--revision-id", "wrong", fails=True
        )
        true("(PreconditionFailedException)" in complaint and POLICY_MISMATCH in complaint, complaint)
        server.aws("remove-permission", *name, "--statement-id", "s3", "--revision-id", found["RevisionId"])
        complaint = server.aws("get-policy", *name, fails=True)
        true("The resource you requested does not exist." in complaint, complaint)

        live = {"FunctionName": "hello", "Qualifier": "live"}
        new = {"Action": "lambda:InvokeFunction", "Principal": "444455556666", **live}
        try:
            client.add_permission(StatementId="account", RevisionId="wrong", **new)
            raise AssertionError("a wrong revision won")
        except client.exceptions.PreconditionFailedException as error:
            equal(error.response["message"], POLICY_MISMATCH, "message")
        client.add_permission(StatementId="account", RevisionId=alias_revision, **new)
        policy = client.get_policy(**live)
        [only] = json.loads(policy["Policy"])["Statement"]
        equal(only["Resource"], f"{FUNCTION}hello:live", "resource of an alias")
        equal(only["Principal"], {"AWS": "arn:aws:iam::444455556666:root"}, "principal")
        refused(
            lambda: client.add_permission(StatementId="account", **new),
            "ResourceConflictException",
            "The statement id (account) provided already exists. Please provide a new statement id, or remove the "
            "existing statement.",
        )
        long = {"StatementId": "long", "SourceArn": f"arn:aws:s3:::{'x' * 9000}", **new}
        client.add_permission(**long)
        try:
            client.add_permission(**{**long, "StatementId": "longer", "SourceArn": f"arn:aws:s3:::{'x' * 9900}"})
            client.add_permission(**{**long, "StatementId": "longest"})
            raise AssertionError("a policy without end")
        except client.exceptions.PolicyLengthExceededException as error:
            true("is bigger than the limit (20480)." in error.response["message"], "message")
        refused(
            lambda: client.remove_permission(StatementId="absent", **live),
            "ResourceNotFoundException",
            "Statement absent is not found in resource policy.",
        )
        equal(client.get_alias(FunctionName="hello", Name="live")["RevisionId"], alias_revision, "revision of the alias")
        client.delete_alias(FunctionName="hello", Name="live")
        client.create_alias(FunctionName="hello", Name="live", FunctionVersion="1")
        refused(
            lambda: client.get_policy(**live),
            "ResourceNotFoundException",
            "The resource you requested does not exist.",
        )
        refused(
            lambda: client.remove_permission(StatementId="s3", FunctionName="absent"),
            "ResourceNotFoundException",
            f"No policy found for: {FUNCTION}absent",
        )


def library(machine):
    """The head of a shared library for a machine, by its number in ELF files: 62 is x86-64, 183 AArch64."""
    head = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, machine, 1, 0, 0, 0, 0, 64, 0, 0, 0, 0, 0)
    return head


def native(*members):
    """A package with a handler and native libraries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("index.py", b"handler = print\n"), *members):
            entry = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def native_code():
    """Code for another architecture: taken with a report, or refused; packages for several platforms never are."""
    folder = tempfile.mkdtemp()
    x86 = native(("lib/native.so", library(62)))
    several = native(
        ("node_modules/bcrypt/prebuilds/linux-x64/bcrypt.glibc.node", library(62)),
        ("node_modules/bcrypt/prebuilds/linux-arm64/bcrypt.glibc.node", library(183)),
        ("node_modules/bcrypt/prebuilds/linux-arm64/bcrypt.musl.node", library(183)),
        ("node_modules/bcrypt/prebuilds/darwin-arm64/bcrypt.node", b"\xcf\xfa\xed\xfe\x0c\x00\x00\x01" + bytes(56)),
    )

    def update(server, code, **options):
        path = os.path.join(folder, hashlib.sha256(code).hexdigest())
        with open(path, "wb") as target:
            target.write(code)
        return server.aws(
            "update-function-code", "--function-name", "f", "--zip-file", f"fileb://{path}", "--architectures", "arm64", **options
        )

    def report(server, code, **headers):
        url = f"{server.endpoint}/_funclet/packages/{hashlib.sha256(code).hexdigest()}/report"
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return json.load(answer)

    with serving() as server:
        create(server.client(), "f", package("first"))
        updated = update(server, x86)
        equal(updated["Architectures"], ["arm64"], "the architecture that was asked for")
        found = report(server, x86)
        equal(found["architectures"], {"x86_64": "ok", "arm64": "mismatch"}, "verdicts")
        equal(found["offenders"]["arm64"], ["lib/native.so (x86_64)"], "what does not run")
        update(server, several)
        equal(report(server, several)["architectures"], {"x86_64": "ok", "arm64": "ok"}, "verdicts on several platforms")
        try:
            report(server, x86)
            raise AssertionError("the report of a package that is not held any more")
        except urllib.error.HTTPError as error:
            equal(error.code, 404, "status for a package that is not held")
    with serving("--arch-policy", "enforce") as server:
        create(server.client(), "f", package("first"))
        complaint = update(server, x86, fails=True)
        true("(InvalidParameterValueException)" in complaint, complaint)
        true("does not run on the function's architecture arm64: lib/native.so (x86_64)" in complaint, complaint)
        update(server, several)


def killed():
    """Nothing acknowledged is lost when the process is killed in the middle of a stream of updates."""
    data_dir = tempfile.mkdtemp()
    names = [f"stream-{number}" for number in range(4)]
    acknowledged, tried = {}, {}
    server = Server(data_dir)
    for name in names:
        create(server.client(), name, package((name, 0)))
        acknowledged[name] = 0
    for round_number in range(5):
        client = server.client()

        def stream(name):
            number = acknowledged[name]
            while True:
                tried[name] = number = number + 1
                try:
                    client.update_function_code(FunctionName=name, ZipFile=package((name, number)))
                except Exception:  # the process is gone: whatever it answered, it was no acknowledgement
                    return
                acknowledged[name] = number

        with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
            streams = [pool.submit(stream, name) for name in names]
            goal = sum(acknowledged.values()) + 40
            deadline = time.monotonic() + 60
            while sum(acknowledged.values()) < goal:
                true(time.monotonic() < deadline, "the stream of updates runs")
                time.sleep(0.005)
            server.kill()
            for finished in streams:
                finished.result()
        server = Server(data_dir)
        for name in names:
            possible = {sha(package((name, number))): number for number in range(acknowledged[name], tried[name] + 1)}
            found = server.client().get_function_configuration(FunctionName=name)["CodeSha256"]
            true(found in possible, f"{name}: acknowledged {acknowledged[name]}, tried {tried[name]}, lost after kill")
            acknowledged[name] = possible[found]
            equal(sha(code_of(server.client(), name)), found, "package after the kill")
    print(f"{sum(acknowledged.values())} updates acknowledged over 5 kills, none lost")
    server.stop()
    shutil.rmtree(data_dir)


SCENARIOS = {
    scenario.__name__: scenario
    for scenario in (
        aws_command_line, boto3_client, one_winner, waiters, configuration, tags_and_dry_runs, alias, permissions,
        native_code, killed,
    )
}

if __name__ == "__main__":
    BINARY, chosen = sys.argv[1:]
    SCENARIOS[chosen]()
