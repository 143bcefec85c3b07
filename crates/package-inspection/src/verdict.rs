//! Whether native code can run on an architecture.
//!
//! Packages carry code for other platforms on purpose, so code for another one is no fault by itself. What decides, in this order:
//!
//! 1. What the service starts itself (`bootstrap`, where its link leads, the extensions of a layer) has to fit, whatever it is.
//! 2. Files whose paths name a platform are alternatives of those whose paths are equal but for that. If one of them is for Linux on a
//!    machine of Lambda, one has to fit: one of them, or another file in the folder of that platform, for a library may have
//!    companions on some platforms only. Images for other machines or other systems are shipped for those, and stand for nothing.
//! 3. Every other ELF program or library has to fit.
//! 4. Code of macOS or Windows under a name that is loaded on Linux is what somebody built there and forgot to build again, unless there
//!    is code for Linux beside it: for what names its platform, in the same package of Node or in the folders of other platforms; for
//!    a module that does not, in the same folder. Modules that are known to exist for macOS alone never count.
//!
//! Object files, and files that only the loaders of other systems look for, are no fault.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::facts::Facts;
use crate::native::platform::{Platform, has_foreign_extension};
use crate::native::{ImageType, Kind, Machine, Native};

/// How many of the files that do not fit are named.
const OFFENDERS_MAX: usize = 8;
/// The extensions of modules that Linux loads.
const MODULE_EXTENSIONS: &[&str] = &[".node", ".so", ".pyd"];
/// Modules of Node that exist for macOS alone; what uses them does without elsewhere.
const MACOS_MODULES: &[&str] = &["fsevents.node", "fse.node"];

/// An instruction set of Lambda.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Architecture {
    /// `x86_64`.
    X86_64,
    /// `arm64`.
    Arm64,
}

impl Architecture {
    /// Both.
    pub const ALL: [Self; 2] = [Self::X86_64, Self::Arm64];

    /// Returns the machine that code for it is made for.
    #[must_use]
    pub fn machine(self) -> Machine {
        match self {
            Self::X86_64 => Machine::X86_64,
            Self::Arm64 => Machine::Aarch64,
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        })
    }
}

/// Whether a package can run on an architecture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fit {
    /// All native code that it needs is there.
    Ok,
    /// Something is made for another machine.
    Mismatch,
    /// There is no native code that matters.
    NoNative,
    /// Some native code breaks off or contradicts itself, or not all of it was looked at, and nothing is made for another machine. Or
    /// nothing was looked at: the directory could not be read, or the level is [`Frame`](crate::Level::Frame).
    Unknown,
}

impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok",
            Self::Mismatch => "mismatch",
            Self::NoNative => "no_native",
            Self::Unknown => "unknown",
        })
    }
}

/// Whether a package can run on one architecture, and what stands against it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ArchitectureFit {
    /// Which one.
    pub architecture: Architecture,
    /// Whether it can.
    pub fit: Fit,
    /// The first files that stand against it.
    pub offenders: Vec<Offender>,
    /// How many there are.
    pub offender_count: u64,
}

/// A file that does not run on an architecture.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Offender {
    /// Its path, fit for a terminal.
    pub path: String,
    /// What it is made for: a machine, and what else keeps it from running.
    pub made_for: String,
}

impl fmt::Display for Offender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.path, self.made_for)
    }
}

/// Native files that are alternatives of one another; mostly one file alone.
pub(crate) struct Group<'a> {
    /// The programs and libraries of Linux among them. If their paths name platforms, those for Lambda's machines.
    images: Vec<&'a Native>,
    /// Code of other systems that Linux would load.
    others: Vec<&'a Native>,
    place: Place,
}

/// Where code for Linux makes up for a group that has none.
enum Place {
    /// Nowhere: the service starts it.
    Started,
    /// In this folder.
    Folder(String),
    /// In the same package of Node, or under the same folders but for the words that name platforms.
    Platform { package: Option<String>, folders: Option<String> },
}

impl Group<'_> {
    /// The programs and libraries of Linux among them.
    pub(crate) fn images(&self) -> impl Iterator<Item = &Native> {
        self.images.iter().copied()
    }

    fn runs_on(&self, machine: Machine) -> bool {
        self.images().any(|native| runs_on(native, machine))
    }

    /// What stands for it if it does not fit.
    fn first(&self) -> Option<&Native> {
        self.images.first().or(self.others.first()).copied()
    }

    fn folders(&self) -> Option<&str> {
        match &self.place {
            Place::Platform { folders, .. } => folders.as_deref(),
            _ => None,
        }
    }
}

fn is_image(native: &Native) -> bool {
    let object = matches!(native.image_type, Some(ImageType::Relocatable | ImageType::Other));
    native.kind == Kind::Elf && !object
}

fn runs_on(native: &Native, machine: Machine) -> bool {
    !native.malformed && is_made_for(native, machine)
}

fn is_made_for(native: &Native, machine: Machine) -> bool {
    native.is_64_bit_little_endian && native.machines == [machine]
}

/// Whether an image is broken, and made for the machine as far as it tells. What is made for another one does not run on it, however
/// much of it there is.
fn may_run_on(native: &Native, machine: Machine) -> bool {
    native.malformed && (native.machines.is_empty() || is_made_for(native, machine))
}

/// Whether an image whose path names a platform is for Lambda, as far as that can be told.
fn is_for_lambda(native: &Native, platform: &Platform) -> bool {
    let mut machines = Architecture::ALL.iter().map(|architecture| architecture.machine());
    !platform.is_other_of_elf
        && machines.any(|machine| runs_on(native, machine) || may_run_on(native, machine))
}

/// Whether Linux would load code of another system. What names its platform may be a program, too.
fn is_loaded(native: &Native, is_named: bool) -> bool {
    let path = native.judged_path().to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    let foreign = native.kind == Kind::Elf || native.is_managed || has_foreign_extension(name);
    !foreign
        && !MACOS_MODULES.contains(&name)
        && (is_named || MODULE_EXTENSIONS.iter().any(|extension| name.ends_with(extension)))
}

fn folder(path: &str) -> &str {
    path.rfind('/').and_then(|end| path.get(..end)).unwrap_or_default()
}

/// The package of Node in which a path lies, the innermost of several.
fn node_package(path: &str) -> Option<&str> {
    const MODULES: &str = "node_modules/";
    let start = path.rfind(MODULES)? + MODULES.len();
    let name = path.get(start..)?;
    let parts = if name.starts_with('@') { 2 } else { 1 };
    let (end, _) = name.match_indices('/').nth(parts - 1)?;
    path.get(..start + end)
}

/// The paths of what the service starts itself.
struct Started {
    bootstrap: Option<String>,
    is_layer: bool,
}

impl Started {
    fn contains(&self, path: &str) -> bool {
        let extension = path.strip_prefix("extensions/").is_some_and(|name| !name.contains('/'));
        self.bootstrap.as_deref() == Some(path) || self.is_layer && extension
    }
}

/// Sorts native files into groups of alternatives; those that stand for nothing are in none. Extensions are started if they are those of a
/// layer.
pub(crate) fn groups(facts: &Facts, is_layer: bool) -> Vec<Group<'_>> {
    let bootstrap = facts.links.resolve(b"bootstrap").map(|path| crate::text::judged_path(&path));
    let started = Started { bootstrap, is_layer };
    let mut alone = Vec::new();
    let mut named: BTreeMap<String, Group<'_>> = BTreeMap::new();
    for native in &facts.natives {
        let path = native.judged_path();
        let platform = Platform::of(path);
        let is_started = started.contains(path);
        if is_started || platform.is_none() {
            let place = if is_started { Place::Started } else { Place::Folder(folder(path).to_owned()) };
            if is_image(native) {
                alone.push(Group { images: vec![native], others: Vec::new(), place });
            } else if is_started || is_loaded(native, false) {
                alone.push(Group { images: Vec::new(), others: vec![native], place });
            }
        }
        // One that is started is an alternative of others nevertheless: those need not fit.
        let Some(platform) = platform else { continue };
        let image = is_image(native) && is_for_lambda(native, &platform);
        if !image && !is_loaded(native, true) {
            continue;
        }
        let folders = platform.group.get(..platform.folders).filter(|folders| !folders.is_empty());
        let place = Place::Platform {
            package: node_package(&platform.group).map(str::to_owned),
            folders: folders.map(str::to_owned),
        };
        let group = named.entry(platform.group).or_insert_with(|| Group {
            images: Vec::new(),
            others: Vec::new(),
            place,
        });
        if image { group.images.push(native) } else { group.others.push(native) }
    }
    alone.extend(named.into_values());
    alone
}

/// Where there is code for Linux.
struct Places<'a> {
    folders: BTreeSet<&'a str>,
    packages: BTreeSet<String>,
    /// Folders without the words that name platforms: with any image, and with one that runs on the machine.
    platforms: BTreeSet<&'a str>,
    running: BTreeSet<&'a str>,
}

impl<'a> Places<'a> {
    fn of(groups: &'a [Group<'a>], machine: Machine) -> Self {
        let mut places = Self {
            folders: BTreeSet::new(),
            packages: BTreeSet::new(),
            platforms: BTreeSet::new(),
            running: BTreeSet::new(),
        };
        for group in groups.iter().filter(|group| !group.images.is_empty()) {
            places.folders.extend(group.images().map(|native| folder(native.judged_path())));
            places.platforms.extend(group.folders());
            places.running.extend(group.folders().filter(|_| group.runs_on(machine)));
            match &group.place {
                Place::Started => {}
                Place::Folder(folder) => {
                    let path = format!("{}/", folder.to_ascii_lowercase());
                    places.packages.extend(node_package(&path).map(str::to_owned));
                }
                Place::Platform { package, .. } => places.packages.extend(package.clone()),
            }
        }
        places
    }

    /// Whether something else makes up for a group that does not fit.
    fn make_up_for(&self, group: &Group<'_>) -> bool {
        match &group.place {
            Place::Started => false,
            _ if !group.images.is_empty() => {
                group.folders().is_some_and(|folders| self.running.contains(folders))
            }
            Place::Folder(folder) => self.folders.contains(folder.as_str()),
            Place::Platform { package, folders } => {
                package.as_ref().is_some_and(|package| self.packages.contains(package))
                    || folders.as_deref().is_some_and(|folders| self.platforms.contains(folders))
            }
        }
    }
}

/// Judges all groups for an architecture.
pub(crate) fn fit(facts: &Facts, groups: &[Group<'_>], architecture: Architecture) -> ArchitectureFit {
    let machine = architecture.machine();
    let places = Places::of(groups, machine);
    let mut result =
        ArchitectureFit { architecture, fit: Fit::NoNative, offenders: Vec::new(), offender_count: 0 };
    for group in groups {
        let runs = group.runs_on(machine);
        if !runs && places.make_up_for(group) {
            continue;
        }
        if runs {
            result.fit = worse(result.fit, Fit::Ok);
        } else if group.images().any(|native| may_run_on(native, machine)) {
            result.fit = worse(result.fit, Fit::Unknown);
        } else if let Some(first) = group.first() {
            result.fit = worse(result.fit, Fit::Mismatch);
            result.offender_count += 1;
            if result.offenders.len() < OFFENDERS_MAX {
                result.offenders.push(Offender { path: first.path.clone(), made_for: made_for(first) });
            }
        }
    }
    if facts.natives_left_out > 0 || !facts.knows_files() {
        result.fit = worse(result.fit, Fit::Unknown);
    }
    result
}

fn worse(one: Fit, other: Fit) -> Fit {
    let rank = |fit| match fit {
        Fit::NoNative => 0,
        Fit::Ok => 1,
        Fit::Unknown => 2,
        Fit::Mismatch => 3,
    };
    if rank(other) > rank(one) { other } else { one }
}

/// What a file is made for, for people.
fn made_for(native: &Native) -> String {
    let machines: Vec<String> = native.machines.iter().map(ToString::to_string).collect();
    let machines = if machines.is_empty() { "unknown machine".to_owned() } else { machines.join(" and ") };
    match native.kind {
        Kind::Elf if native.is_64_bit_little_endian => machines,
        Kind::Elf => format!("{machines}, another word size or byte order"),
        Kind::Pe => format!("{machines}, Windows"),
        _ => format!("{machines}, macOS"),
    }
}
