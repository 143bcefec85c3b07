"""Updates functions and notes what was acknowledged, or looks whether all of it is there. See powercut.sh.

Usage: powercut.py write|read ENDPOINT JOURNAL

A line of the journal is what is being asked for, or the answer to it:

    asked FUNCTION NUMBER CODE_SHA256
    done FUNCTION NUMBER CODE_SHA256
    version FUNCTION VERSION CODE_SHA256
"""

import base64
import hashlib
import http.client
import io
import json
import os
import sys
import threading
import urllib.parse
import zipfile

FUNCTIONS = "/2015-03-31/functions"
NAMES = ("f0", "f1", "f2")
# The last size becomes a file, the others ride in the log.
SIZES = (10, 10, 50_000, 90_000)


def package(name, number):
    """The package of this number: a number is never used for two."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("index.py", (2024, 1, 1, 0, 0, 0))
        entry.external_attr = 0o100644 << 16
        archive.writestr(entry, f"# {name} {number} " + "x" * SIZES[number % len(SIZES)])
    return buffer.getvalue()


def sha256(content):
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


class Server:
    def __init__(self, endpoint):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(endpoint).netloc, timeout=60)

    def call(self, method, path, body=None):
        """Status and body of an answer."""
        self.connection.request(method, path, json.dumps(body) if body is not None else None)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def ask(self, method, path, body=None):
        """The answer, which has to be a success."""
        status, answer = self.call(method, path, body)
        if not 200 <= status < 300:
            raise SystemExit(f"{method} {path}: {status} {answer.decode()}")
        return json.loads(answer)


class Journal:
    def __init__(self, path):
        self.path = path
        self.asked, self.done, self.versions = {}, {}, {}
        with open(path) as lines:
            for line in lines:
                kind, name, number, code = line.split()
                if kind == "version":
                    self.versions[name, number] = code
                else:
                    numbers = self.asked if kind == "asked" else self.done
                    numbers.setdefault(name, {})[int(number)] = code
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND)

    def note(self, *words):
        os.write(self.file, (" ".join(map(str, words)) + "\n").encode())


def write(endpoint, journal, name):
    """Updates a function, and publishes a version now and then, until the server is gone."""
    server, number = Server(endpoint), max(journal.asked.get(name, {0: ""}))
    try:
        exists = server.call("GET", f"{FUNCTIONS}/{name}")[0] == 200
        while True:
            number += 1
            code = package(name, number)
            body = {"ZipFile": base64.b64encode(code).decode(), "Publish": number % 8 == 0}
            method, path = "PUT", f"{FUNCTIONS}/{name}/code"
            if not exists:
                del body["Publish"]
                role = "arn:aws:iam::000000000000:role/r"
                body = {"FunctionName": name, "Runtime": "python3.13", "Role": role, "Handler": "index.h", "Code": body}
                method, path, exists = "POST", FUNCTIONS, True
            journal.note("asked", name, number, sha256(code))
            answer = server.ask(method, path, body)
            if answer["CodeSha256"] != sha256(code):
                raise SystemExit(f"{name} {number}: answered {answer}")
            if answer["Version"] != "$LATEST":
                journal.note("version", name, answer["Version"], sha256(code))
            journal.note("done", name, number, sha256(code))
    except (OSError, http.client.HTTPException):
        pass


def read(endpoint, journal):
    """Every line that says what is missing or wrong."""
    server = Server(endpoint)
    listed = {function["FunctionName"] for function in server.ask("GET", FUNCTIONS)["Functions"]}
    yield from (f"{name} was never asked for" for name in listed - set(journal.asked))
    for name, done in journal.done.items():
        last = max(done)
        accepted = {code: number for number, code in journal.asked[name].items() if number >= last}
        status, answer = server.call("GET", f"{FUNCTIONS}/{name}")
        if status != 200:
            yield f"{name}: update {last} was acknowledged, found {status}"
            continue
        function = json.loads(answer)
        code = function["Configuration"]["CodeSha256"]
        if code not in accepted:
            older = {code: number for number, code in journal.asked[name].items()}.get(code, "none of them")
            yield f"{name}: update {last} was acknowledged, found {older}"
        location = urllib.parse.urlsplit(function["Code"]["Location"])
        status, content = server.call("GET", f"{location.path}?{location.query}")
        if status != 200 or sha256(content) != code:
            yield f"{name}: the package cannot be read: {status}, {len(content)} bytes"
    for (name, version), code in journal.versions.items():
        status, answer = server.call("GET", f"{FUNCTIONS}/{name}/configuration?Qualifier={version}")
        found = json.loads(answer).get("CodeSha256", status)
        if found != code:
            yield f"{name}, version {version}: {code} was acknowledged, found {found}"


def main(command, endpoint, path):
    journal = Journal(path)
    if command == "read":
        wrong = list(read(endpoint, journal))
        more = [f"and {len(wrong) - 5} more"] if len(wrong) > 5 else []
        raise SystemExit("\n".join(wrong[:5] + more) or 0)
    failures = []

    def work(name):
        try:
            write(endpoint, journal, name)
        except SystemExit as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=[name]) for name in NAMES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    raise SystemExit("\n".join(map(str, failures)) or 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
