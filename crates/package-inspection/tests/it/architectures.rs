//! Where packages run whose native code is for several platforms. Goal: what is carried for others is no mismatch, and what was built for
//! another machine or system is one. Method: the layouts of packages as their authors publish them.

use funclet_package_inspection::{Architecture, Code, Facts, Fit, Level, Usage};

use crate::elves::{AARCH64, ARM, I386, Image, MIPS, PPC64, S390X, SPARC, X86_64};
use crate::forge::{Entry, archive, facts_at};

/// A file by its path and what it is.
fn entry((path, what): (&str, What)) -> Entry {
    let content = match what {
        What::Elf(machine) => Image::library(machine, "GLIBC_2.17").bytes(),
        What::Object(machine) => Image { image_type: 1, ..Image::library(machine, "GLIBC_2.17") }.bytes(),
        What::Broken(machine) => Image::library(machine, "GLIBC_2.17").bytes()[..64].to_vec(),
        What::MachO => [&b"\xcf\xfa\xed\xfe\x0c\0\0\x01"[..], &[0; 40]].concat(),
        What::Pe => {
            let mut pe = vec![0; 256];
            pe[..2].copy_from_slice(b"MZ");
            pe[60] = 64;
            pe[64..70].copy_from_slice(b"PE\0\0\x64\x86");
            pe
        }
    };
    Entry::new(path, &content).mode(0o100_755)
}

#[derive(Clone, Copy, Debug)]
enum What {
    Elf(u16),
    Object(u16),
    /// An image that breaks off.
    Broken(u16),
    MachO,
    Pe,
}

use What::{Broken, Elf, MachO, Object, Pe};

const X86: What = Elf(X86_64);
const ARM64: What = Elf(AARCH64);

fn package(files: &[(&str, What)]) -> Facts {
    facts_at(Level::Heads, &archive(&files.iter().copied().map(entry).collect::<Vec<_>>()))
}

/// Checks where a package runs: on x86_64, on arm64.
fn check(files: &[(&str, What)], expected: [Fit; 2]) {
    let facts = package(files);
    let report = facts.report(&Usage::default());
    let found = report.fits().each_ref().map(|fit| fit.fit);
    assert_eq!(found, expected, "{files:#?}: {:#?}", report.fits());
}

const BOTH: [Fit; 2] = [Fit::Ok, Fit::Ok];
const X86_ALONE: [Fit; 2] = [Fit::Ok, Fit::Mismatch];
const ARM64_ALONE: [Fit; 2] = [Fit::Mismatch, Fit::Ok];
const NOWHERE: [Fit; 2] = [Fit::Mismatch, Fit::Mismatch];
const NOTHING: [Fit; 2] = [Fit::NoNative, Fit::NoNative];

/// Files in the folders of platforms, one in each.
fn check_folders(folders: &[(&str, What)], at: [&str; 2], expected: [Fit; 2]) {
    let [before, behind] = at;
    let paths: Vec<_> =
        folders.iter().map(|(folder, what)| (format!("{before}{folder}{behind}"), *what)).collect();
    let files: Vec<_> = paths.iter().map(|(path, what)| (path.as_str(), *what)).collect();
    check(&files, expected);
}

#[test]
fn modules_of_node_for_many_platforms() {
    let prebuilds = [
        ("linux-x64", X86),
        ("linux-arm64", ARM64),
        ("linux-arm", Elf(ARM)),
        ("linux-armel", Elf(ARM)),
        ("linux-ia32", Elf(I386)),
        ("linux-mips64el", Elf(MIPS)),
        ("linux-mipsel", Elf(MIPS)),
        ("linux-ppc64", Elf(PPC64)),
        ("linuxmusl-x64", X86),
        ("android-arm64", ARM64),
        ("freebsd-x64", X86),
        ("openharmony-arm64", ARM64),
        ("sunos-x64", X86),
        ("darwin-x64+arm64", MachO),
        ("darwin-universal", MachO),
        ("ios-arm64", MachO),
        ("win32-x64", Pe),
        ("win32-ia32", Pe),
    ];
    let place = ["node_modules/a/prebuilds/", "/a.node"];
    check_folders(&prebuilds, place, BOTH);
    check_folders(&prebuilds[..1], place, X86_ALONE);
    check_folders(&[&prebuilds[1..8], &prebuilds[9..]].concat(), place, ARM64_ALONE);
    // What is for other systems alone: a module that was built on one of them, or images that are shipped for machines.
    check_folders(&prebuilds[9..], place, NOWHERE);
    check_folders(&prebuilds[2..8], place, NOTHING);
    check_folders(
        &[
            ("node-v93-linux-x64-glibc", X86),
            ("node-v93-linux-arm64-glibc", ARM64),
            ("node-v93-darwin-arm64", MachO),
        ],
        ["node_modules/b/lib/binding/", "/b.node"],
        BOTH,
    );
    let tools = [("linux/x64", X86), ("linux/ia32", Elf(I386)), ("mac/x64", MachO), ("darwin/arm64", MachO)];
    check_folders(&tools, ["node_modules/7zip-bin/", "/7za"], X86_ALONE);
    check_folders(
        &[("darwin/x64", MachO), ("linux/x64", X86), ("linux/arm64", ARM64), ("win32/x64", Pe)],
        ["bin/napi-v3/", "/onnxruntime_binding.node"],
        BOTH,
    );
    check_folders(
        &[("linux-64", X86), ("linux-arm64", ARM64), ("linux-mips64le", Elf(MIPS)), ("windows-64", Pe)],
        ["node_modules/esbuild-", "/bin/esbuild"],
        BOTH,
    );
}

#[test]
fn packages_that_are_one_platform_each() {
    let sharp = ["node_modules/@img/sharp-", "/lib/sharp.node"];
    check_folders(&[("darwin-arm64", MachO)], sharp, NOWHERE);
    check_folders(&[("darwin-arm64", MachO), ("linux-x64", X86)], sharp, X86_ALONE);
    check_folders(&[("darwin-arm64", MachO), ("linux-x64", X86), ("linuxmusl-arm64", ARM64)], sharp, BOTH);
    let old = ["node_modules/sharp/build/Release/sharp-", ".node"];
    check_folders(&[("linux-arm64v8", ARM64), ("linux-x64", X86), ("linux-armv7", Elf(ARM))], old, BOTH);
    // What lies beside belongs to another package.
    let another = ("node_modules/@img/other/build/Release/other.node", X86);
    check(&[("node_modules/@img/sharp-darwin-arm64/lib/sharp.node", MachO), another], NOWHERE);
    check(&[("node_modules/@esbuild/darwin-arm64/bin/esbuild", MachO)], NOWHERE);
}

#[test]
fn engines_whose_names_have_the_library_they_are_built_with() {
    let engine = |platform: &str| format!("node_modules/.prisma/client/libquery_engine-{platform}.node");
    let [rhel, debian, arm64, darwin, windows] = [
        "rhel-openssl-3.0.x.so",
        "debian-openssl-1.1.x.so",
        "linux-arm64-openssl-3.0.x.so",
        "darwin-arm64.dylib",
        "windows.dll",
    ]
    .map(engine);
    check(&[(&rhel, X86), (&debian, X86), (&arm64, ARM64), (&darwin, MachO), (&windows, Pe)], BOTH);
    check(&[(&rhel, X86), (&debian, X86), (&darwin, MachO)], X86_ALONE);
    check(&[(&darwin, MachO)], NOWHERE);
    // Once a bundler has moved them there is no package around them.
    check(
        &[
            ("libquery_engine-rhel-openssl-3.0.x.so.node", X86),
            ("libquery_engine-darwin-arm64.dylib.node", MachO),
        ],
        X86_ALONE,
    );
}

#[test]
fn libraries_in_jars() {
    let jna = [
        ("linux-x86-64", X86),
        ("linux-aarch64", ARM64),
        ("linux-armel", Elf(ARM)),
        ("linux-mips64el", Elf(MIPS)),
        ("linux-ppc", Elf(PPC64)),
        ("linux-s390x", Elf(S390X)),
        ("dragonflybsd-x86-64", X86),
        ("sunos-sparcv9", Elf(SPARC)),
        ("sunos-x86-64", X86),
        ("openbsd-x86", Elf(I386)),
    ];
    check_folders(&jna, ["com/sun/jna/", "/libjnidispatch.so"], BOTH);
    // A library for another system of the same machine does not run on Linux.
    check_folders(&jna[1..], ["com/sun/jna/", "/libjnidispatch.so"], ARM64_ALONE);
    let by_folders = [
        ("Linux/x86_64", X86),
        ("Linux/aarch64", ARM64),
        ("Linux/ppc64le", Elf(PPC64)),
        ("Linux/x86", Elf(I386)),
        ("Linux/mips64", Elf(MIPS)),
        ("Linux-Musl/x86_64", X86),
        ("Linux-Android/aarch64", ARM64),
        ("SunOS/sparc", Elf(SPARC)),
        ("FreeBSD/x86_64", X86),
        ("Mac/x86_64", MachO),
    ];
    check_folders(&by_folders, ["org/sqlite/native/", "/libsqlitejdbc.so"], BOTH);
    check_folders(&by_folders[2..5], ["org/sqlite/native/", "/libsqlitejdbc.so"], NOTHING);
    let rocks =
        [("linux64", X86), ("linux32", Elf(I386)), ("linux-ppc64le", Elf(PPC64)), ("linux64-musl", X86)];
    check_folders(&rocks, ["librocksdbjni-", ".so"], X86_ALONE);
    check_folders(&[&rocks[..], &[("linux-aarch64", ARM64)]].concat(), ["librocksdbjni-", ".so"], BOTH);
    let level = [("linux64", X86), ("linux32", Elf(I386)), ("freebsd64", X86)];
    check_folders(&level, ["META-INF/native/", "/libleveldbjni.so"], X86_ALONE);
    let ffi =
        [("x86_64-Linux", X86), ("aarch64-Linux", ARM64), ("sparcv9-SunOS", Elf(SPARC)), ("Darwin", MachO)];
    check_folders(&ffi, ["jni/", "/libjffi-1.2.so"], BOTH);
}

#[test]
fn libraries_of_dotnet_and_trees_of_cross_compilers() {
    let runtimes = [
        ("linux-x64", X86),
        ("linux-arm64", ARM64),
        ("linux-armel", Elf(ARM)),
        ("linux-mips64", Elf(MIPS)),
        ("tizen.4.0.0-armel", Elf(ARM)),
        ("osx.10.10-x64", MachO),
        ("maccatalyst-arm64", MachO),
    ];
    check_folders(&runtimes, ["runtimes/", "/native/libgit2.so"], BOTH);
    let by_distribution = [
        ("rhel-x64", X86),
        ("debian.9-x64", X86),
        ("ubuntu.18.04-x64", X86),
        ("centos.7-x64", X86),
        ("linux-arm64", ARM64),
        ("alpine.3.9-x64", X86),
    ];
    check_folders(&by_distribution, ["runtimes/", "/native/libgit2.so"], BOTH);
    check_folders(&by_distribution[..4], ["runtimes/", "/native/libgit2.so"], X86_ALONE);
    let triples = [
        ("x86_64-unknown-linux-gnu", X86),
        ("aarch64-unknown-linux-musl", ARM64),
        ("powerpc64le-unknown-linux-gnu", Elf(PPC64)),
        ("armv5te-unknown-linux-gnueabi", Elf(ARM)),
        ("aarch64-linux-android", ARM64),
        ("aarch64-apple-darwin", MachO),
        ("x86_64-unknown-illumos", X86),
    ];
    check_folders(&triples, ["target/", "/release/tool"], BOTH);
    let by_go = [
        ("linux_amd64_v1", X86),
        ("linux_arm64", ARM64),
        ("linux_arm_6", Elf(ARM)),
        ("linux_386", Elf(I386)),
        ("linux_mipsel", Elf(MIPS)),
        ("darwin_all", MachO),
    ];
    check_folders(&by_go, ["dist/tool_", "/tool"], BOTH);
}

#[test]
fn modules_of_python_stand_for_themselves() {
    let module = |name: &str, platform: &str| format!("{name}.cpython-312-{platform}.so");
    let [a_x86, a_arm, b_x86, b_arm, b_mac] = [
        ("_a", "x86_64-linux-gnu"),
        ("_a", "aarch64-linux-gnu"),
        ("_b", "x86_64-linux-gnu"),
        ("_b", "aarch64-linux-gnu"),
        ("_b", "darwin"),
    ]
    .map(|(name, platform)| module(name, platform));
    check(&[(&a_x86, X86), (&b_x86, X86)], X86_ALONE);
    check(&[(&a_x86, X86), (&b_arm, ARM64)], NOWHERE);
    check(&[(&a_x86, X86), (&a_arm, ARM64), (&b_x86, X86), (&b_arm, ARM64)], BOTH);
    check(&[(&a_x86, X86), (&b_mac, MachO)], NOWHERE);
    check(&[(&a_x86, X86), (&b_x86, X86), (&b_mac, MachO)], X86_ALONE);
    check(&[("a.cp312-win_amd64.pyd", Pe)], NOWHERE);
}

#[test]
fn companions_that_a_library_has_on_some_platforms_only() {
    let files = [
        ("node_modules/o/bin/napi-v3/linux/x64/o.node", X86),
        ("node_modules/o/bin/napi-v3/linux/x64/libo_cuda.so", X86),
        ("node_modules/o/bin/napi-v3/linux/arm64/o.node", ARM64),
        ("node_modules/o/bin/napi-v3/darwin/arm64/o_metal.node", MachO),
    ];
    check(&files, BOTH);
    check(&files[..2], X86_ALONE);
    // So it is where there is no package of Node around them.
    let moved = [("natives/linux/x64/o.node", X86), ("natives/darwin/arm64/o_metal.node", MachO)];
    check(&moved, X86_ALONE);
    check(&moved[1..], NOWHERE);
    // One that was built where it was installed has others for the systems on which nobody builds.
    let pty = "node_modules/node-pty";
    let built = format!("{pty}/build/Release/pty.node");
    let [mac, windows] =
        ["darwin-x64/pty", "win32-x64/conpty"].map(|name| format!("{pty}/prebuilds/{name}.node"));
    check(&[(&built, X86), (&mac, MachO), (&windows, Pe)], X86_ALONE);
    check(&[(&mac, MachO), (&windows, Pe)], NOWHERE);
    // That is loaded first, whatever else there is.
    let prebuilt = format!("{pty}/prebuilds/linux-x64/pty.node");
    check(&[(&built, MachO), (&prebuilt, X86)], NOWHERE);
}

#[test]
fn what_names_no_platform_has_to_fit() {
    check(&[("lib/a.so", X86)], X86_ALONE);
    check(&[("lib/a.so", Elf(I386))], NOWHERE);
    check(&[("lib/a.so", X86), ("lib/b.so", ARM64)], NOWHERE);
    check(&[("lib/a.so", Object(X86_64)), ("lib/a.dll", Pe)], NOTHING);
    check(&[("build/Release/a.node", MachO)], NOWHERE);
    check(&[("build/Release/a.node", MachO), ("build/Release/b.node", X86)], X86_ALONE);
}

/// For its own machine nobody knows whether it runs; on others it does not, whatever it lacks.
#[test]
fn a_broken_image_is_a_mismatch_on_another_machine() {
    const UNKNOWN: [Fit; 2] = [Fit::Unknown, Fit::Mismatch];
    check(&[("lib/a.so", Broken(X86_64))], UNKNOWN);
    check(&[("lib/linux-x64/a.so", Broken(X86_64))], UNKNOWN);
    check(
        &[("lib/linux-x64/a.so", Broken(X86_64)), ("lib/linux-arm64/a.so", ARM64)],
        [Fit::Unknown, Fit::Ok],
    );
    check(&[("lib/a.so", Broken(I386))], NOWHERE);
    check(&[("lib/linux-mips/a.so", Broken(MIPS)), ("lib/linux-x64/a.so", X86)], X86_ALONE);
    check(&[("lib/linux-mips/a.so", Broken(MIPS))], NOTHING);
    // Of what breaks off before it tells its machine nothing is known.
    let stub = archive(&[Entry::new("lib/a.so", b"\x7fELF")]);
    let facts = facts_at(Level::Heads, &stub);
    let report = facts.report(&Usage::default());
    assert_eq!(report.fits().each_ref().map(|fit| fit.fit), [Fit::Unknown, Fit::Unknown]);
    // However deep the inspection looks.
    let image = Image { padding: 4096, ..Image::library(X86_64, "GLIBC_2.17") }.bytes();
    let broken = archive(&[Entry::new("lib/a.so", &image[..400])]);
    for (level, expected) in [(Level::Heads, X86_ALONE), (Level::Verify, UNKNOWN)] {
        let facts = facts_at(level, &broken);
        let report = facts.report(&Usage::default());
        assert_eq!(report.fits().each_ref().map(|fit| fit.fit), expected, "{level}");
    }
}

#[test]
fn a_module_that_is_for_macos_alone_is_no_mismatch() {
    check(&[("node_modules/fsevents/fsevents.node", MachO)], NOTHING);
    check(&[("node_modules/fsevents/fsevents.node", MachO), ("lib/a.so", X86)], X86_ALONE);
    check(&[("node_modules/fsevents/lib/binding/Release/node-v72-darwin-x64/fse.node", MachO)], NOTHING);
    check(&[("node_modules/events/events.node", MachO)], NOWHERE);
}

#[test]
fn what_the_service_starts_has_to_fit() {
    check(&[("bootstrap", X86)], X86_ALONE);
    check(&[("bootstrap", MachO)], NOWHERE);
    let facts = package(&[("bootstrap", MachO)]);
    let usage = Usage {
        architecture: Some(Architecture::Arm64),
        runtime: Some("provided.al2023".to_owned()),
        ..Usage::default()
    };
    let report = facts.report(&usage);
    assert_eq!(
        report.predicted_failure().unwrap().message,
        "Error: fork/exec /var/task/bootstrap: exec format error"
    );
    // Where its link leads has to, although its name says that there may be others.
    let link = Entry::new("bootstrap", b"bin/linux-x64/start").mode(0o120_777);
    let files = [link, entry(("bin/linux-x64/start", X86)), entry(("bin/linux-arm64/start", ARM64))];
    let facts = facts_at(Level::Heads, &archive(&files));
    assert_eq!(facts.report(&Usage::default()).fits().each_ref().map(|fit| fit.fit), X86_ALONE);
}

/// Extensions are started if they come in a layer; in the package of a function they are files like all others.
#[test]
fn extensions_have_to_fit_in_layers() {
    let facts = package(&[("extensions/agent-linux-x64", X86), ("extensions/agent-linux-arm64", ARM64)]);
    let fits = |is_layer| {
        let report = facts.report(&Usage { is_layer, ..Usage::default() });
        report.fits().each_ref().map(|fit| fit.fit)
    };
    assert_eq!(fits(true), NOWHERE);
    assert_eq!(fits(false), BOTH);
}

#[test]
fn a_mismatch_names_what_stands_against_the_architecture() {
    let files = [
        ("node_modules/a/prebuilds/darwin-x64/a.node", MachO),
        ("node_modules/a/prebuilds/freebsd-x64/a.node", X86),
        ("node_modules/a/prebuilds/linux-x64/a.node", X86),
    ];
    let facts = package(&files);
    let usage = Usage {
        architecture: Some(Architecture::Arm64),
        runtime: Some("nodejs22.x".to_owned()),
        ..Usage::default()
    };
    let report = facts.report(&usage);
    let [offender] = &report.fit(Architecture::Arm64).offenders[..] else { panic!("{report:?}") };
    assert_eq!(offender.path, files[2].0);
    let failure = report.predicted_failure().unwrap();
    assert!(
        failure.message.starts_with("/var/task/node_modules/a/prebuilds/linux-x64/a.node:"),
        "{failure:?}"
    );
}

/// However many files have the names of extensions, the function's own program is looked at.
#[test]
fn a_bootstrap_behind_many_extensions_is_started() {
    let script = b"#!/bin/sh\r\nexit\r\n";
    let extensions = (0..100).map(|at| Entry::new(format!("extensions/{at}"), b"#!/bin/sh\n"));
    let bootstraps = (0..3).map(|_| Entry::new("bootstrap", script).mode(0o100_755));
    let facts = facts_at(Level::Heads, &archive(&extensions.chain(bootstraps).collect::<Vec<_>>()));
    let usage = Usage { runtime: Some("provided.al2023".to_owned()), ..Usage::default() };
    let report = facts.report(&usage);
    assert_eq!(
        report.predicted_failure().unwrap().message,
        "Error: fork/exec /var/task/bootstrap: no such file or directory"
    );
    let judged = report.findings().filter(|finding| finding.code == Code::ShebangCrlf);
    assert_eq!(judged.filter(|finding| finding.detail == "the service starts it").count(), 1);
}

/// What is shown of a path is not all that is judged.
#[test]
fn long_paths_are_judged_to_their_end() {
    let long = "a".repeat(250);
    let [module, x86, arm64, mac] = ["build/b", "linux-x64/b", "linux-arm64/b", "darwin-arm64/b"]
        .map(|name| format!("node_modules/{long}/{name}.node"));
    check(&[(&module, MachO)], NOWHERE);
    check(&[(&x86, X86), (&mac, MachO)], X86_ALONE);
    check(&[(&x86, X86), (&arm64, ARM64), (&mac, MachO)], BOTH);
    let tags = package(&[(&x86, ARM64)]).report(&Usage::default()).count(Code::TagMachineMismatch);
    assert_eq!(tags, 1);
    let facts = package(&[(&module, MachO)]);
    assert_eq!(facts.natives[0].path, module[..256]);
    let report = facts.report(&Usage::default());
    assert_eq!(report.fit(Architecture::X86_64).offenders[0].path, module[..256]);
    assert!(facts.memory_bytes() > package(&[("b.node", MachO)]).memory_bytes() + 256 + module.len() - 10);
    // Where a link leads may be far, and archives may be.
    let start = format!("{long}/{long}/start");
    let link = Entry::new("bootstrap", start.as_bytes()).mode(0o120_777);
    let facts = facts_at(Level::Heads, &archive(&[link, entry((&start, MachO))]));
    assert_eq!(facts.report(&Usage::default()).fits().each_ref().map(|fit| fit.fit), NOWHERE);
    let inner = archive(&[entry(("build/b.node", MachO))]);
    for jar in
        [Entry::new(format!("{long}/a.jar"), &inner), Entry::deflated(format!("{long}/a.jar"), &inner, 6)]
    {
        let facts = facts_at(Level::Heads, &archive(&[jar]));
        assert_eq!(facts.report(&Usage::default()).fits().each_ref().map(|fit| fit.fit), NOWHERE);
    }
}

/// Paths that are made to fill memory are left out, and what is left out is not known to run.
#[test]
fn very_long_paths_without_end_are_left_out() {
    let entries: Vec<Entry> =
        (0..2_000).map(|at| entry((&format!("{at:04}/{}/a.so", "b".repeat(4_000)), X86))).collect();
    let filler = Entry::new("filler", &vec![0; 1 << 20]);
    let nested = archive(&[&entries[..], &[filler]].concat());
    let packages = [archive(&entries), archive(&[Entry::deflated("a.jar", &nested, 6)])];
    for package in packages {
        let facts = facts_at(Level::Heads, &package);
        assert_eq!(facts.natives.len() as u64 + facts.natives_left_out, 2_000);
        assert!((200..300).contains(&facts.natives.len()), "{}", facts.natives.len());
        assert!(facts.memory_bytes() < 2 << 20, "{}", facts.memory_bytes());
        let report = facts.report(&Usage::default());
        assert_eq!(report.fits().each_ref().map(|fit| fit.fit), [Fit::Unknown, Fit::Mismatch]);
    }
}
