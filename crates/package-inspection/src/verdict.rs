//! Whether native code can run on an architecture.
//!
//! Packages carry code for other platforms on purpose, so code for another one is no fault by itself. What decides, in this order:
//!
//! 1. What the service starts itself (`bootstrap`, extensions of a layer) has to fit.
//! 2. Files whose names say their platform are alternatives of those that are named alike but for that: one has to fit.
//! 3. Every other ELF program or library has to fit. Object files and code for other systems are no fault, unless a module has nothing
//!    else under a name that is loaded on Linux.

use std::collections::BTreeMap;
use std::fmt;

use crate::facts::Facts;
use crate::native::platform::{Platform, has_foreign_extension};
use crate::native::{ImageType, Kind, Machine, Native};

/// How many of the files that do not fit are named.
const OFFENDERS_MAX: usize = 8;
/// The extensions of modules that Linux loads.
const MODULE_EXTENSIONS: &[&str] = &[".node", ".so", ".pyd"];

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
    /// Some native code breaks off or contradicts itself, and nothing else is wrong.
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
    pub(crate) natives: Vec<&'a Native>,
    /// Whether their names say their platforms.
    pub(crate) named: bool,
}

impl Group<'_> {
    /// The programs and libraries of Linux among them.
    pub(crate) fn images(&self) -> impl Iterator<Item = &Native> {
        self.natives.iter().copied().filter(|native| is_image(native))
    }

    /// Whether it matters at all; one without a program or library of Linux does if Linux would load it.
    fn matters(&self, folders_with_images: &dyn Fn(&str) -> bool) -> bool {
        if self.images().next().is_some() {
            return true;
        }
        self.natives.iter().any(|native| {
            let path = native.path.to_ascii_lowercase();
            match native.kind {
                Kind::Elf => false,
                _ if native.is_managed || has_foreign_extension(&path) => false,
                _ if self.named => true,
                _ => {
                    MODULE_EXTENSIONS.iter().any(|extension| path.ends_with(extension))
                        && !folders_with_images(folder(&native.path))
                }
            }
        })
    }

    fn fit(&self, machine: Machine) -> Fit {
        if self.images().any(|native| runs_on(native, machine)) {
            return Fit::Ok;
        }
        if self.images().any(|native| native.malformed) { Fit::Unknown } else { Fit::Mismatch }
    }
}

fn is_image(native: &Native) -> bool {
    let object = matches!(native.image_type, Some(ImageType::Relocatable | ImageType::Other));
    native.kind == Kind::Elf && !object
}

fn runs_on(native: &Native, machine: Machine) -> bool {
    native.is_64_bit_little_endian && !native.malformed && native.machines == [machine]
}

fn folder(path: &str) -> &str {
    path.rfind('/').and_then(|end| path.get(..end)).unwrap_or_default()
}

/// Sorts native files into groups of alternatives. What the service starts itself stands alone.
pub(crate) fn groups<'a>(facts: &'a Facts) -> Vec<Group<'a>> {
    let started = |native: &Native| {
        facts.programs.iter().any(|program| crate::text::display(&program.path) == native.path)
    };
    let mut alone = Vec::new();
    let mut named: BTreeMap<String, Group<'a>> = BTreeMap::new();
    for native in &facts.natives {
        match Platform::of(&native.path).filter(|_| !started(native)) {
            Some(platform) => {
                let nothing = || Group { natives: Vec::new(), named: true };
                named.entry(platform.group).or_insert_with(nothing).natives.push(native);
            }
            None => alone.push(Group { natives: vec![native], named: false }),
        }
    }
    alone.extend(named.into_values());
    alone
}

/// Judges all groups for an architecture.
pub(crate) fn fit(facts: &Facts, groups: &[Group<'_>], architecture: Architecture) -> ArchitectureFit {
    let mut with_images: Vec<&str> =
        groups.iter().flat_map(Group::images).map(|native| folder(&native.path)).collect();
    with_images.sort_unstable();
    let folders_with_images = |folder: &str| with_images.binary_search(&folder).is_ok();
    let mut result =
        ArchitectureFit { architecture, fit: Fit::NoNative, offenders: Vec::new(), offender_count: 0 };
    for group in groups.iter().filter(|group| group.matters(&folders_with_images)) {
        let fit = group.fit(architecture.machine());
        result.fit = worse(result.fit, fit);
        let Some(first) = group.natives.first().filter(|_| fit == Fit::Mismatch) else { continue };
        result.offender_count += 1;
        if result.offenders.len() < OFFENDERS_MAX {
            result.offenders.push(Offender { path: first.path.clone(), made_for: made_for(first) });
        }
    }
    if facts.natives_left_out > 0 {
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
