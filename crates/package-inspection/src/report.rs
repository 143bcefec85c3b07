//! What a package means for what it is used for.

use crate::error::Refusal;
use crate::facts::Facts;
use crate::finding::{Code, Finding, Findings, Framing, Verdict};
use crate::inspect::Level;
use crate::limits::Limits;
use crate::native::platform::Platform;
use crate::native::{GlibcVersion, Kind, Linkage, Machine, Native};
use crate::runtime::{Runtime, Start};
use crate::verdict::{Architecture, ArchitectureFit, Fit, Group, fit, groups};

/// The bit of a mode that lets the service's user start a file.
const EXECUTABLE: u16 = 0o001;

/// What makes the service say at once that it cannot unzip the archive. What else the lenient profile rejects is found out when it
/// extracts the archive, later.
const UNREADABLE: &[Code] = &[
    Code::NotZip,
    Code::MultiDisk,
    Code::CdOutOfBounds,
    Code::CdSizeMismatch,
    Code::CdCountMismatch,
    Code::TooManyEntries,
    Code::Zip64LocatorBad,
];

/// What a package is used for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// The function's architecture, if that is to be judged.
    pub architecture: Option<Architecture>,
    /// The identifier of its runtime, such as `python3.12`. What is not known tells nothing.
    pub runtime: Option<String>,
    /// Its handler.
    pub handler: Option<String>,
    /// Whether it is a layer.
    pub is_layer: bool,
    /// What it may measure; for a function with layers, what they leave of it.
    pub limits: Limits,
}

/// How a function will fail when it starts, as far as that can be told from its package.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The type of the error, as the service's log has it.
    pub error_type: &'static str,
    /// Its message.
    pub message: String,
}

/// What a package means for what it is used for.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    facts: &'a Facts,
    limits: Limits,
    fits: [ArchitectureFit; 2],
    findings: Findings,
    failure: Option<Failure>,
}

impl<'a> Report<'a> {
    pub(crate) fn new(facts: &'a Facts, usage: &Usage) -> Self {
        let groups = groups(facts, usage.is_layer);
        let fits = Architecture::ALL.map(|architecture| fit(facts, &groups, architecture));
        let mut review = Review {
            facts,
            usage,
            runtime: usage.runtime.as_deref().and_then(Runtime::of),
            findings: facts.findings.clone(),
            failure: None,
        };
        review.sizes();
        review.programs();
        review.architectures(&fits);
        review.libraries(&groups);
        review.tags();
        let Review { findings, failure, .. } = review;
        Self { facts, limits: usage.limits, fits, findings, failure }
    }

    /// Returns the facts that it is made of.
    #[must_use]
    pub fn facts(&self) -> &'a Facts {
        self.facts
    }

    /// Returns whether it can run on each architecture.
    #[must_use]
    pub fn fits(&self) -> &[ArchitectureFit; 2] {
        &self.fits
    }

    /// Returns whether it can run on an architecture.
    #[must_use]
    pub fn fit(&self, architecture: Architecture) -> &ArchitectureFit {
        let [x86_64, arm64] = &self.fits;
        match architecture {
            Architecture::X86_64 => x86_64,
            Architecture::Arm64 => arm64,
        }
    }

    /// Returns the findings, in the order of [`Code::ALL`], 64 of each code at most.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter()
    }

    /// Returns how often something was found.
    #[must_use]
    pub fn count(&self, code: Code) -> u64 {
        self.findings.count(code)
    }

    /// Returns what a profile makes of the package.
    #[must_use]
    pub fn verdict(&self, framing: Framing) -> Verdict {
        self.findings.verdict(framing)
    }

    /// Returns how the function will fail when it starts, if that is foreseen.
    #[must_use]
    pub fn predicted_failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// Returns why an upload is refused at once.
    ///
    /// The order is the service's: the size of the archive, whether it is one, whether it has entries, their declared sizes; then,
    /// strictly, whatever else is rejected.
    #[must_use]
    pub fn refusal(&self, framing: Framing) -> Option<Refusal> {
        if self.facts.code_size > self.limits.zipped_bytes_max {
            return Some(Refusal::ZippedTooLarge { limit: self.limits.zipped_bytes_max });
        }
        let rejects = |finding: &&Finding| finding.verdict(Framing::Lenient) == Verdict::Reject;
        let unreadable = |finding: &&Finding| UNREADABLE.contains(&finding.code);
        if let Some(finding) = self.findings().filter(rejects).find(unreadable) {
            return Some(Refusal::NotAZip { reason: format!("{}: {}", finding.code, finding.detail) });
        }
        if self.count(Code::EmptyArchive) > 0 {
            return Some(Refusal::Empty);
        }
        if self.count(Code::UnzippedTooLarge) > 0 {
            return Some(Refusal::UnzippedTooLarge { limit: self.limits.unzipped_bytes_max });
        }
        let strictly = |finding: &&Finding| finding.verdict(framing) == Verdict::Reject;
        let first = self.findings().filter(|_| framing == Framing::Strict).find(strictly);
        first.map(|finding| Refusal::Framing(Box::new(finding.clone())))
    }

    /// Returns why the archive opens but cannot be extracted, which the service finds out after it has accepted it.
    #[must_use]
    pub fn extraction_failure(&self) -> Option<&Finding> {
        let rejects = |finding: &&Finding| finding.verdict(Framing::Lenient) == Verdict::Reject;
        self.findings().find(rejects)
    }

    /// Returns the text with which a package is refused whose code does not run on an architecture.
    #[must_use]
    pub fn mismatch(&self, architecture: Architecture) -> Option<Refusal> {
        let fit = self.fit(architecture);
        let first = fit.offenders.first().filter(|_| fit.fit == Fit::Mismatch)?;
        let more = match fit.offender_count - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let text = format!(
            "Funclet: the package has native code that does not run on the function's architecture {architecture}: \
             {first}{more}"
        );
        Some(Refusal::Architecture(text))
    }
}

/// Adds to what was found what follows from the usage.
struct Review<'a> {
    facts: &'a Facts,
    usage: &'a Usage,
    runtime: Option<Runtime>,
    findings: Findings,
    failure: Option<Failure>,
}

impl Review<'_> {
    fn add(&mut self, code: Code, entry: Option<&[u8]>, detail: impl Into<String>) {
        self.findings.add(Finding::new(code, entry, detail));
    }

    fn fail(&mut self, error_type: &'static str, message: impl Into<String>) {
        if self.failure.is_none() && !self.usage.is_layer {
            self.failure = Some(Failure { error_type, message: message.into() });
        }
    }

    fn sizes(&mut self) {
        let (size, limit) = (self.facts.unzipped_size, self.usage.limits.unzipped_bytes_max);
        if size >= limit {
            self.add(Code::UnzippedTooLarge, None, format!("{size} bytes, the limit is {limit}"));
        }
    }

    /// Looks for what the service starts.
    fn programs(&mut self) {
        // Without a look at members nobody knows what is there.
        if self.facts.level == Level::Frame {
            return;
        }
        if self.usage.is_layer {
            let facts = self.facts;
            for program in facts.programs.iter().filter(|program| program.path != b"bootstrap") {
                self.executable(&program.path, "Extension.LaunchError");
            }
            return;
        }
        let handler = self.usage.handler.as_deref();
        match self.runtime.as_ref().and_then(|runtime| runtime.start(handler)) {
            Some(Start::Program(name)) => self.program(name.as_bytes()),
            Some(Start::Any(files)) if files.iter().any(|file| self.facts.may_find_file(file)) => {}
            Some(Start::Any(files)) if self.class_path_is_open(&files) => {}
            Some(Start::Any(files)) => {
                let file = files.first().map(String::as_str).unwrap_or_default();
                let detail = format!("for the handler {}", handler.unwrap_or_default());
                self.add(Code::EntryMissing, Some(file.as_bytes()), detail);
            }
            // A compiled program of this name is made to be started.
            None if self.usage.runtime.is_none() => {
                let started = self
                    .facts
                    .programs
                    .iter()
                    .any(|program| program.path == b"bootstrap" && program.kind == Kind::Elf);
                if started {
                    self.executable(b"bootstrap", "Runtime.InvalidEntrypoint");
                }
            }
            None => {}
        }
    }

    /// Whether a class may be in an archive of the class path that was not read to its end.
    fn class_path_is_open(&self, files: &[String]) -> bool {
        let limits = || self.findings.iter().filter(|finding| finding.code == Code::NestingLimit);
        let is_in_class_path = |finding: &Finding| {
            let path = finding.entry.as_deref().unwrap_or_default();
            // What is shown of it may end before the name does.
            path.strip_prefix("lib/").is_some_and(|name| !name.contains('/'))
        };
        files.iter().any(|file| file.ends_with(".class"))
            && (limits().any(is_in_class_path)
                || self.findings.count(Code::NestingLimit) > limits().count() as u64)
    }

    fn program(&mut self, name: &[u8]) {
        let shown = crate::text::display(name);
        // An absolute link leads into a layer, and layers may bring the program, too.
        let Some(path) = self.facts.links.resolve(name) else { return };
        if self.facts.files.mode(&path).is_none() {
            self.add(Code::EntryMissing, Some(name), "the runtime starts it");
            return self.fail(
                "Runtime.InvalidEntrypoint",
                format!("Error: Couldn't find valid bootstrap(s): [/var/task/{shown} /opt/{shown}]"),
            );
        }
        self.executable(name, "Runtime.InvalidEntrypoint");
    }

    fn executable(&mut self, name: &[u8], error_type: &'static str) {
        let Some(path) = self.facts.links.resolve(name) else { return };
        let Some(mode) = self.facts.files.mode(&path) else { return };
        let shown = crate::text::display(name);
        if mode & EXECUTABLE == 0 {
            let mode = mode & 0o7777;
            let detail =
                if mode == 0 { "it has no mode, so 0644".to_owned() } else { format!("mode {mode:04o}") };
            self.add(Code::EntryNotExecutable, Some(name), detail);
            self.fail(error_type, format!("Error: fork/exec /var/task/{shown}: permission denied"));
        }
        if self.facts.programs.iter().any(|program| program.path == path && program.crlf) {
            let finding = Finding::new(Code::ShebangCrlf, Some(name), "the service starts it");
            self.findings.add(finding.judged(Verdict::Warn, Verdict::Warn));
            self.fail(error_type, format!("Error: fork/exec /var/task/{shown}: no such file or directory"));
        }
    }

    fn architectures(&mut self, fits: &[ArchitectureFit; 2]) {
        let asked: Vec<&ArchitectureFit> = match self.usage.architecture {
            Some(architecture) => fits.iter().filter(|fit| fit.architecture == architecture).collect(),
            None => fits.iter().collect(),
        };
        // A package that runs on one of two is as it should be.
        if asked.iter().any(|fit| fit.fit != Fit::Mismatch) {
            return;
        }
        for fit in &asked {
            let Some(first) = fit.offenders.first() else { continue };
            let detail = match fit.offender_count - 1 {
                0 => format!("made for {}, not for {}", first.made_for, fit.architecture),
                more => {
                    format!("made for {}, not for {}; {more} more are not", first.made_for, fit.architecture)
                }
            };
            self.add(Code::ArchMismatch, Some(first.path.as_bytes()), detail);
        }
        if let (Some(architecture), Some(fit)) = (self.usage.architecture, asked.first()) {
            self.predict_mismatch(architecture, fit);
        }
    }

    fn predict_mismatch(&mut self, architecture: Architecture, fit: &ArchitectureFit) {
        let wrong =
            |native: &&Native| native.kind != Kind::Elf || native.machines != [architecture.machine()];
        let bootstrap = self.facts.links.resolve(b"bootstrap").map(|path| crate::text::judged_path(&path));
        let started = self
            .facts
            .natives
            .iter()
            .filter(wrong)
            .find(|native| Some(native.judged_path()) == bootstrap.as_deref());
        if started.is_some() {
            return self.fail(
                "Runtime.InvalidEntrypoint",
                "Error: fork/exec /var/task/bootstrap: exec format error",
            );
        }
        let error_type = self.runtime.as_ref().and_then(Runtime::import_error);
        let stands_against =
            |native: &&Native| fit.offenders.iter().any(|offender| offender.path == native.path);
        let elf = |native: &&Native| native.kind == Kind::Elf && wrong(native);
        let first =
            self.facts.natives.iter().filter(elf).find(stands_against).map(|native| native.path.clone());
        if let (Some(error_type), Some(path)) = (error_type, first) {
            let message =
                format!("/var/task/{path}: cannot open shared object file: No such file or directory");
            self.fail(error_type, message);
        }
    }

    /// Holds what native code needs against what the runtime has.
    fn libraries(&mut self, groups: &[Group<'_>]) {
        let has = self.runtime.as_ref().map_or_else(Runtime::newest_glibc, Runtime::glibc);
        for machine in Architecture::ALL.map(Architecture::machine) {
            if self.usage.architecture.is_some_and(|architecture| architecture.machine() != machine) {
                continue;
            }
            for group in groups {
                self.group_libraries(group, machine, &has);
            }
        }
    }

    fn group_libraries(&mut self, group: &Group<'_>, machine: Machine, has: &GlibcVersion) {
        let linked = |native: &'_ Native| native.machines == [machine] && native.linkage.is_some();
        let images: Vec<(&Native, &Linkage)> = group
            .images()
            .filter(|native| linked(native))
            .filter_map(|native| Some((native, native.linkage.as_ref()?)))
            .collect();
        let Some((first, linkage)) = images.first().copied() else { return };
        if images.iter().all(|(_, linkage)| linkage.is_musl()) {
            let detail = linkage.interpreter.clone().unwrap_or_else(|| linkage.needed.join(", "));
            return self.add(Code::MuslLibrary, Some(first.path.as_bytes()), detail);
        }
        let mut for_glibc = images.iter().filter(|(_, linkage)| !linkage.is_musl());
        if for_glibc.clone().any(|(_, linkage)| linkage.glibc.as_ref().is_none_or(|needs| needs <= has)) {
            return;
        }
        let Some((native, Linkage { glibc: Some(needs), .. })) = for_glibc.next() else { return };
        self.add(
            Code::GlibcTooNew,
            Some(native.path.as_bytes()),
            format!("needs {needs}, the runtime has {has}"),
        );
        if native.path == "bootstrap" {
            let message = format!(
                "/lib64/libc.so.6: version `GLIBC_{needs}' not found (required by /var/task/bootstrap)"
            );
            self.fail("Runtime.ExitError", message);
        }
    }

    /// Holds what names and wheels say against the files.
    fn tags(&mut self) {
        let facts = self.facts;
        let known = Architecture::ALL.map(Architecture::machine);
        for native in facts.natives.iter().filter(|native| native.kind == Kind::Elf) {
            let Some(tag) = Platform::of(native.judged_path()).and_then(|platform| platform.machine) else {
                continue;
            };
            if let [machine] = native.machines.as_slice()
                && *machine != tag
                && known.contains(machine)
            {
                self.add(
                    Code::TagMachineMismatch,
                    Some(native.path.as_bytes()),
                    format!("it is made for {machine}"),
                );
            }
        }
        let has = |machine: Machine| facts.natives.iter().any(|native| native.machines.contains(&machine));
        for wheel in facts.wheels.iter().filter(|_| !facts.natives.is_empty()) {
            let tags = wheel.tags.iter().filter_map(|tag| Platform::of(tag)?.machine);
            let tags: Vec<Machine> = tags.collect();
            if let Some(tag) = tags.first().filter(|_| !tags.iter().any(|&tag| has(tag))) {
                let detail = format!("the wheel is for {tag}, and no file is");
                self.add(Code::TagMachineMismatch, Some(wheel.path.as_bytes()), detail);
            }
        }
    }
}
