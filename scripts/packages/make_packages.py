"""Makes test packages: real ones from public registries, hostile ones by hand.

  make_packages.py hostile <out>            the hostile archives and their manifest.json (small)
  make_packages.py big <out>                those too large to keep as files
  make_packages.py real <out> [--only a,b]  Lambda-like packages from PyPI and npm

Needs Python 3.9+, and for `real` the ordinary clients pip and npm. Versions are pinned, those of npm's own
dependencies by a date after the newest of them; entries are sorted, times and modes fixed, so an archive
is the same bytes wherever the same zlib is used.

`hostile` is what crates/package-inspection/tests/data/hostile has; `real` is inspected by
crates/package-inspection/tests/it/real.rs, which compares with the manifest that is written beside the packages.
"""
import argparse
import base64
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import hostile_cases  # noqa: E402
import nativefacts  # noqa: E402

STAMP = (2024, 1, 1, 0, 0, 0)
PIP = {"x86_64": "x86_64", "arm64": "aarch64"}
NPM = {"x86_64": "x64", "arm64": "arm64"}


def digest(data):
    h = hashlib.sha256(data).digest()
    return dict(size=len(data), sha256=h.hex(), code_sha256=base64.b64encode(h).decode())


def write_hostile(cases, out):
    os.makedirs(out, exist_ok=True)
    man = []
    for c in cases:
        data = c.pop("data")
        with open(os.path.join(out, c["id"] + ".zip"), "wb") as f:
            f.write(data)
        man.append(dict(file=c["id"] + ".zip", **digest(data), **c))
    with open(os.path.join(out, "manifest.json"), "w") as f:
        json.dump(dict(schema=1, cases=man), f, indent=1, sort_keys=True)
        f.write("\n")
    return len(man)


def pip(names, arch, dest, musl=False, py="3.12"):
    plat = PIP[arch]
    tags = ["musllinux_1_1_" + plat, "musllinux_1_2_" + plat] if musl else [
        "manylinux2014_" + plat, "manylinux_2_17_" + plat, "manylinux_2_28_" + plat]
    cmd = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "-d", dest, "--python-version", py,
           "--implementation", "cp", "--only-binary=:all:", "--no-deps"]
    subprocess.run(cmd + [x for t in tags for x in ("--platform", t)] + names, check=True)


def wheels_into(names, arch, root, work, musl=False):
    d = tempfile.mkdtemp(dir=work)
    pip(names, arch, d, musl)
    for w in sorted(os.listdir(d)):
        with zipfile.ZipFile(os.path.join(d, w)) as zf:
            for i in zf.infolist():
                if i.is_dir():
                    continue
                name = i.filename
                if ".data/" in name:
                    top, _, rest = name.partition(".data/")
                    sub, _, rest = rest.partition("/")
                    name = ("bin/" + rest) if sub == "scripts" else rest
                to = os.path.join(root, name)
                os.makedirs(os.path.dirname(to), exist_ok=True)
                with open(to, "wb") as f:
                    f.write(zf.read(i))
                if (i.external_attr >> 16) & 0o111:
                    os.chmod(to, 0o755)


def npm(specs, arch, root, libc="glibc"):
    os.makedirs(root, exist_ok=True)
    with open(os.path.join(root, "package.json"), "w") as f:
        f.write('{"name":"fixture","version":"1.0.0","private":true}\n')
    subprocess.run(["npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--before=2026-06-01",
                    "--cpu=" + NPM[arch], "--os=linux", "--libc=" + libc] + specs, cwd=root, check=True)
    hidden = os.path.join(root, "node_modules/.package-lock.json")  # holds the registry's address
    if os.path.exists(hidden):
        os.remove(hidden)


def put(root, name, data, mode=0o644):
    p = os.path.join(root, name)
    os.makedirs(os.path.dirname(p), exist_ok=True)
    with open(p, "wb") as f:
        f.write(data)
    os.chmod(p, mode)


def pack(root, out, stored=(), level=6):
    """Zips a tree: sorted, links kept as links, 0644/0755, deflate."""
    names = []
    for d, dirs, files in os.walk(root):
        dirs.sort()
        for n in list(dirs):
            if os.path.islink(os.path.join(d, n)):
                names.append(os.path.relpath(os.path.join(d, n), root))
        names += [os.path.relpath(os.path.join(d, n), root) for n in files]
    natives, kinds, total = {}, {}, 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as zf:
        for n in sorted(names):
            p = os.path.join(root, n)
            i = zipfile.ZipInfo(n.replace(os.sep, "/"), STAMP)
            i.create_system = 3
            if os.path.islink(p):
                data = os.readlink(p).encode()
                i.external_attr, i.compress_type = 0o120777 << 16, zipfile.ZIP_STORED
            else:
                with open(p, "rb") as f:
                    data = f.read()
                x = 0o755 if os.stat(p).st_mode & 0o111 else 0o644
                i.external_attr = (0o100000 | x) << 16
                i.compress_type = zipfile.ZIP_STORED if n.endswith(tuple(stored) or ("\0",)) else zipfile.ZIP_DEFLATED
                f = nativefacts.facts(data, n)
                kinds[f["kind"]] = kinds.get(f["kind"], 0) + 1
                if f["kind"] in ("elf", "macho", "macho-fat", "pe"):
                    natives[i.filename] = f
                elif f["kind"] == "zip":
                    try:
                        with zipfile.ZipFile(io.BytesIO(data)) as inner:
                            for j in inner.infolist():
                                g = nativefacts.facts(inner.read(j), j.filename)
                                if g["kind"] in ("elf", "macho", "macho-fat", "pe"):
                                    natives[i.filename + "!/" + j.filename] = g
                    except zipfile.BadZipFile:
                        pass
            total += len(data)
            zf.writestr(i, data)
    with open(out, "rb") as f:
        d = digest(f.read())
    by = {}
    for f in natives.values():
        for m in f.get("machines", [f.get("machine", "?")]):
            k = f["kind"] + ":" + m
            by[k] = by.get(k, 0) + 1
    gl = sorted({f["glibc"] for f in natives.values() if f.get("glibc")}, key=lambda v: [int(x) for x in v.split(".")])
    return dict(**d, entries=len(names), unzipped=total, kinds=kinds, machines=by, glibc_need=gl[-1] if gl else None,
                natives=natives)


PYH = b"import json\n\n\ndef handler(event, context):\n    return {'ok': True}\n"
JSH = b"exports.handler = async (event) => ({ ok: true });\n"
SCI = ["numpy==2.2.6", "pandas==2.2.3", "python-dateutil==2.9.0.post0", "pytz==2025.2", "tzdata==2025.2", "six==1.17.0"]
CRY = ["cryptography==44.0.3", "cffi==1.17.1", "pycparser==2.22", "pydantic-core==2.33.2", "orjson==3.10.18",
       "requests==2.32.3", "urllib3==2.4.0", "idna==3.10", "certifi==2025.4.26", "charset-normalizer==3.4.2"]


def recipes():
    """name -> (runtime, handler, verdict per architecture, maker(root, work))"""
    r = {}

    def py(specs, arch, prefix="", musl=False):
        def make(root, work):
            put(root, "app.py", PYH)
            wheels_into(specs, arch, os.path.join(root, prefix), work, musl)
        return make

    for a in ("x86_64", "arm64"):
        other = "arm64" if a == "x86_64" else "x86_64"
        ok = {a: "ok", other: "mismatch"}
        r["py-science-" + a] = ("python3.12", "app.handler", ok, py(SCI, a))
        r["py-arrow-" + a] = ("python3.12", "app.handler", ok, py(["pyarrow==20.0.0"], a))
        r["py-crypto-" + a] = ("python3.12", "app.handler", ok, py(CRY, a))
        r["layer-science-" + a] = ("python3.12", None, ok, lambda root, work, a=a: wheels_into(
            SCI, a, os.path.join(root, "python"), work))

        def node(root, work, a=a):
            put(root, "index.js", JSH)
            npm(["sharp@0.34.1", "esbuild@0.25.4", "@aws-sdk/client-s3@3.800.0"], a, root)
        r["node-native-" + a] = ("nodejs22.x", "index.handler", ok, node)

        def gobin(root, work, a=a):
            d = os.path.join(work, "go-" + a)
            npm(["esbuild@0.25.4"], a, d)
            with open(os.path.join(d, "node_modules/@esbuild/linux-%s/bin/esbuild" % NPM[a]), "rb") as f:
                put(root, "bootstrap", f.read(), 0o755)
        r["go-bootstrap-" + a] = ("provided.al2023", "bootstrap", ok, gobin)

        def rust(root, work, a=a, musl=False):
            d = os.path.join(work, "uv-%s-%s" % (a, musl))
            wheels_into(["uv==0.7.3"], a, d, work, musl)
            with open(os.path.join(d, "bin/uvx"), "rb") as f:
                put(root, "bootstrap", f.read(), 0o755)
        r["rust-bootstrap-" + a] = ("provided.al2023", "bootstrap", ok, rust)
        r["rust-musl-bootstrap-" + a] = ("provided.al2023", "bootstrap", ok, lambda root, work, a=a: rust(root, work, a, True))
        r["py-musl-wheel-" + a] = ("python3.12", "app.handler", ok, py(["orjson==3.10.18", "cffi==1.17.1"], a, musl=True))
    both = {"x86_64": "ok", "arm64": "ok"}
    r["py-pure"] = ("python3.12", "app.handler", both, py(["boto3==1.38.0", "requests==2.32.3", "urllib3==2.4.0"], "x86_64"))

    def mixed(root, work):
        put(root, "app.py", PYH)
        wheels_into(["cffi==1.17.1"], "x86_64", root, work)
        wheels_into(["orjson==3.10.18"], "arm64", root, work)
    r["py-mixed"] = ("python3.12", "app.handler", {"x86_64": "mismatch", "arm64": "mismatch"}, mixed)

    def bcrypt(root, work):
        put(root, "index.js", JSH)
        npm(["bcrypt@6.0.0"], "x86_64", root)
    r["node-prebuilds-all"] = ("nodejs22.x", "index.handler", both, bcrypt)

    def jar(work, arches, other=False):
        """A jar laid out like those that carry JNI libraries; the libraries are real ones, from wheels."""
        import zipforge as z
        es = [z.Entry("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\r\n\r\n"), z.Entry("org/example/Native.class", z.jclass(52))]
        for a, tag in (("x86_64", "linux-x86_64"), ("arm64", "linux-aarch_64")):
            if a in arches:
                d = os.path.join(work, "jni-" + a)
                if not os.path.isdir(d):
                    wheels_into(["orjson==3.10.18"], a, d, work)
                lib = [os.path.join(b, f) for b, _, fs in os.walk(d) for f in fs if f.endswith(".so")][0]
                with open(lib, "rb") as f:
                    es.append(z.Entry("META-INF/native/libnative-%s.so" % tag, f.read()))
        if other:
            es += [z.Entry("META-INF/native/libnative-osx.jnilib", z.fat_macho("arm64", "x86_64")), z.Entry("META-INF/native/native.dll", z.pe())]
        return z.build(es)

    def java(arches, other):
        def make(root, work):
            import zipforge as z
            put(root, "example/Handler.class", z.jclass(61))
            d = os.path.join(work, "closure")
            if not os.path.isdir(d):
                npm(["google-closure-compiler-java@20250402.0.0"], "x86_64", d)
            with open(os.path.join(d, "node_modules/google-closure-compiler-java/compiler.jar"), "rb") as f:
                put(root, "lib/compiler.jar", f.read())
            put(root, "lib/native.jar", jar(work, arches, other))
        return make
    r["java-jni-both"] = ("java21", "example.Handler::handleRequest", both, java(("x86_64", "arm64"), True))
    r["java-jni-x86_64"] = ("java21", "example.Handler::handleRequest", {"x86_64": "ok", "arm64": "mismatch"}, java(("x86_64",), False))
    return r


def real(out, only):
    """Adds to, or replaces in, an existing manifest; it is written after every package."""
    os.makedirs(out, exist_ok=True)
    path, man = os.path.join(out, "manifest.json"), {}
    if os.path.exists(path):
        with open(path) as f:
            man = {m["file"]: m for m in json.load(f)["packages"]}
    with tempfile.TemporaryDirectory() as work:
        for name, (runtime, handler, verdict, make) in recipes().items():
            if only and not any(name.startswith(o) for o in only):
                continue
            root = os.path.join(work, "tree-" + name)
            os.makedirs(root)
            make(root, work)
            m = pack(root, os.path.join(out, name + ".zip"), stored=(".jar",))
            man[name + ".zip"] = dict(file=name + ".zip", runtime=runtime, handler=handler, arch=verdict, **m)
            with open(path, "w") as f:
                json.dump(dict(schema=1, packages=[man[k] for k in sorted(man)]), f, indent=1, sort_keys=True)
                f.write("\n")
            print("%-28s %9d bytes %6d entries %10d unzipped %s" % (name, m["size"], m["entries"], m["unzipped"], m["machines"]), flush=True)
            shutil.rmtree(root)


def big(out):
    cs = []
    for cid, make, v in hostile_cases.generated_only():
        cs.append(dict(id=cid, data=make(), service=dict(does="unknown", basis="unknown"), note="", facts={}, **v))
    return write_hostile(cs, out)


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("what", choices=["hostile", "big", "real"])
    p.add_argument("out")
    p.add_argument("--only", default="")
    a = p.parse_args()
    if a.what == "hostile":
        print(write_hostile(hostile_cases.cases(), a.out), "archives")
    elif a.what == "big":
        print(big(a.out), "archives")
    else:
        real(a.out, [x for x in a.only.split(",") if x])
