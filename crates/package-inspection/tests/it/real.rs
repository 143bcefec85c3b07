//! Packages as functions have them, downloaded and put together by `scripts/packages/make_packages.py real DIR`, and
//! inspected where `FUNCLET_REAL_PACKAGES` names that folder. Goal: kinds, machines, what native code needs, digests
//! and the verdict for each architecture are those of the manifest, which another reader wrote.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use funclet_package_inspection::{Facts, Framing, InspectOptions, Level, Native, Usage, inspect};
use serde::Deserialize;

use crate::table::{self, Table, compare};

#[derive(Deserialize)]
struct Manifest {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    file: String,
    size: u64,
    sha256: String,
    code_sha256: String,
    runtime: String,
    handler: Option<String>,
    entries: u64,
    unzipped: u64,
    kinds: BTreeMap<String, u64>,
    machines: BTreeMap<String, u64>,
    glibc_need: Option<String>,
    arch: BTreeMap<String, String>,
    natives: BTreeMap<String, ExpectedNative>,
}

/// What another reader read of a native file; the parts that formats other than ELF do not have are not there.
#[derive(Debug, Deserialize)]
struct ExpectedNative {
    kind: String,
    machine: Option<String>,
    machines: Option<Vec<String>>,
    interp: Option<String>,
    #[serde(default)]
    needed: Vec<String>,
    glibc: Option<String>,
    musl: Option<bool>,
    #[serde(rename = "static")]
    is_static: Option<bool>,
}

impl Package {
    fn compare(&self, facts: &Facts) -> Vec<String> {
        let mut wrong = Vec::new();
        compare(&mut wrong, "size", &self.size, &facts.code_size);
        compare(&mut wrong, "sha256", &self.sha256, &facts.code_sha256.to_string());
        compare(&mut wrong, "code_sha256", &self.code_sha256, &facts.code_sha256.base64());
        compare(&mut wrong, "entries", &self.entries, &facts.entry_count);
        compare(&mut wrong, "unzipped", &self.unzipped, &facts.unzipped_size);
        let kinds = facts.kinds.iter().map(|(kind, &count)| (kind.to_string(), count)).collect();
        compare(&mut wrong, "kinds", &self.kinds, &kinds);
        let mut machines: BTreeMap<String, u64> = BTreeMap::new();
        for native in &facts.natives {
            for machine in table::machines(native) {
                *machines.entry(format!("{}:{machine}", native.kind)).or_default() += 1;
            }
        }
        compare(&mut wrong, "machines", &self.machines, &machines);
        let linkages = facts.natives.iter().filter_map(|native| native.linkage.as_ref());
        let newest = linkages.filter_map(|linkage| linkage.glibc.clone()).max();
        compare(&mut wrong, "glibc", &self.glibc_need, &newest.map(|glibc| glibc.to_string()));
        let found: BTreeMap<&str, &Native> =
            facts.natives.iter().map(|native| (native.path.as_str(), native)).collect();
        let paths: Vec<&str> = self.natives.keys().map(String::as_str).collect();
        compare(&mut wrong, "natives", &paths, &found.keys().copied().collect());
        for (path, expected) in &self.natives {
            if let Some(native) = found.get(path.as_str()) {
                expected.compare(path, native, &mut wrong);
            }
        }
        let (runtime, handler) = (Some(self.runtime.clone()), self.handler.clone());
        let usage = Usage { runtime, is_layer: handler.is_none(), handler, ..Usage::default() };
        let report = facts.report(&usage);
        for (architecture, fit) in &self.arch {
            if !table::is_fit(&report, architecture, fit) {
                wrong.push(format!("{architecture}: expected {fit}, found {:?}", report.fits()));
            }
        }
        // Nobody needs to see more of a package that a tool has made than warnings.
        if report.verdict(Framing::Strict) == funclet_package_inspection::Verdict::Reject {
            wrong.push(format!("refused: {:?}", report.refusal(Framing::Strict)));
        }
        wrong
    }
}

impl ExpectedNative {
    fn compare(&self, path: &str, native: &Native, wrong: &mut Vec<String>) {
        compare(wrong, path, &self.kind, &native.kind.to_string());
        let machines = self.machines.clone().unwrap_or_else(|| self.machine.clone().into_iter().collect());
        compare(wrong, path, &machines, &table::machines(native));
        if self.kind != "elf" {
            return;
        }
        let Some(linkage) = &native.linkage else { return wrong.push(format!("{path}: no linkage")) };
        compare(wrong, path, &self.interp, &linkage.interpreter);
        compare(wrong, path, &self.needed, &linkage.needed);
        compare(wrong, path, &self.glibc, &linkage.glibc.as_ref().map(ToString::to_string));
        compare(wrong, path, &self.musl, &Some(linkage.is_musl()));
        compare(wrong, path, &self.is_static, &Some(linkage.is_static()));
    }
}

#[test]
fn real_packages_are_what_another_reader_says() {
    let Some(folder) = std::env::var_os("FUNCLET_REAL_PACKAGES").map(PathBuf::from) else {
        println!(
            "SKIPPED: FUNCLET_REAL_PACKAGES names no folder (scripts/packages/make_packages.py real DIR)"
        );
        return;
    };
    let manifest = fs::read_to_string(folder.join("manifest.json")).unwrap();
    let manifest: Manifest = serde_json::from_str(&manifest).unwrap();
    assert!(!manifest.packages.is_empty());
    let mut table = Table::default();
    for package in &manifest.packages {
        let facts = verify(&folder.join(&package.file));
        let told = format!(
            "{:>9} bytes {:>5} entries {:>3} natives {:?}",
            facts.code_size,
            facts.entry_count,
            facts.natives.len(),
            table::fits(&facts.report(&Usage::default())),
        );
        table.row(&package.file, &told, &package.compare(&facts));
    }
    table.finish();
}

fn verify(path: &Path) -> Facts {
    let options = InspectOptions { level: Level::Verify, ..InspectOptions::default() };
    inspect(&File::open(path).unwrap(), &options).unwrap()
}
