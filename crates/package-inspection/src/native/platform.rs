//! What the name of a file says about the platform that it is for.
//!
//! Packages carry files for several platforms on purpose, and a loader picks the one whose name or folder fits. Such
//! files are alternatives of one another: their paths are equal but for the words that name platforms.

use crate::native::Machine;

/// Words that name a platform, with the machine if they name one of Lambda's. Longer ones come before those that begin them.
const WORDS: &[(&str, Word)] = &[
    ("manylinux", Word::System),
    ("musllinux", Word::System),
    ("linuxmusl", Word::System),
    ("linuxglibc", Word::System),
    ("linux", Word::System),
    ("alpine", Word::System),
    ("android", Word::System),
    ("darwin", Word::System),
    ("macosx", Word::System),
    ("macos", Word::System),
    ("osx", Word::System),
    ("windows", Word::System),
    ("win32", Word::System),
    ("win64", Word::System),
    ("win", Word::System),
    ("freebsd", Word::System),
    ("openbsd", Word::System),
    ("netbsd", Word::System),
    ("sunos", Word::System),
    ("solaris", Word::System),
    ("aix", Word::System),
    ("wasm32", Word::Processor(None)),
    ("x86_64", Word::Processor(Some(Machine::X86_64))),
    ("x86-64", Word::Processor(Some(Machine::X86_64))),
    ("amd64", Word::Processor(Some(Machine::X86_64))),
    ("x64", Word::Processor(Some(Machine::X86_64))),
    ("aarch_64", Word::Processor(Some(Machine::Aarch64))),
    ("aarch64", Word::Processor(Some(Machine::Aarch64))),
    ("arm64", Word::Processor(Some(Machine::Aarch64))),
    ("arm64e", Word::Processor(None)),
    ("armv8", Word::Processor(None)),
    ("armv7l", Word::Processor(None)),
    ("armv7", Word::Processor(None)),
    ("armv6", Word::Processor(None)),
    ("armhf", Word::Processor(None)),
    ("arm", Word::Processor(None)),
    ("i386", Word::Processor(None)),
    ("i686", Word::Processor(None)),
    ("ia32", Word::Processor(None)),
    ("x86_32", Word::Processor(None)),
    ("x86", Word::Processor(None)),
    ("riscv64", Word::Processor(None)),
    ("ppc64le", Word::Processor(None)),
    ("ppcle_64", Word::Processor(None)),
    ("ppc64", Word::Processor(None)),
    ("s390x", Word::Processor(None)),
    ("s390_64", Word::Processor(None)),
    ("loong64", Word::Processor(None)),
    ("loongarch64", Word::Processor(None)),
    ("loongarch_64", Word::Processor(None)),
    ("universal2", Word::Processor(None)),
    ("glibc", Word::Detail),
    ("musl", Word::Detail),
    ("gnueabihf", Word::Detail),
    ("musleabihf", Word::Detail),
    ("gnu", Word::Detail),
    ("msvc", Word::Detail),
];

#[derive(Debug, Clone, Copy)]
enum Word {
    System,
    Processor(Option<Machine>),
    /// Names no platform by itself.
    Detail,
}

/// The extensions of files that only macOS or Windows loads.
const FOREIGN_EXTENSIONS: &[&str] = &[".dll", ".dylib", ".jnilib", ".exe"];

/// What a path says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Platform {
    /// The path without the words that name platforms: the same for alternatives.
    pub(crate) group: String,
    /// The one of Lambda's machines that it names, if it names just one.
    pub(crate) machine: Option<Machine>,
}

impl Platform {
    /// Reads a path. `None` if it names no platform.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let path = path.to_ascii_lowercase();
        let mut group = String::with_capacity(path.len());
        let (mut named, mut machines) = (has_foreign_extension(&path), Vec::new());
        let mut rest = path.as_str();
        let mut at_boundary = true;
        while let Some(letter) = rest.chars().next() {
            let found = if at_boundary { word(rest) } else { None };
            let Some((text, word)) = found else {
                at_boundary = !letter.is_alphanumeric();
                group.push(letter);
                rest = rest.get(letter.len_utf8()..).unwrap_or_default();
                continue;
            };
            // With the word goes what joins it to the word before.
            if group.ends_with(|letter: char| !letter.is_alphanumeric() && letter != '/') {
                group.pop();
            }
            named |= !matches!(word, Word::Detail);
            if let Word::Processor(machine) = word {
                machines.push(machine);
            }
            at_boundary = false;
            rest = rest.get(text.len()..).unwrap_or_default();
        }
        let machine = match machines.as_slice() {
            [first, others @ ..] if others.iter().all(|other| other == first) => *first,
            _ => None,
        };
        named.then_some(Self { group, machine })
    }
}

/// Whether only macOS or Windows loads a file of this name.
pub(crate) fn has_foreign_extension(path: &str) -> bool {
    FOREIGN_EXTENSIONS.iter().any(|extension| path.ends_with(extension))
}

/// Finds the word with which `rest` begins and which ends there.
fn word(rest: &str) -> Option<(&'static str, Word)> {
    WORDS.iter().copied().find(|(text, _)| {
        let following = rest.strip_prefix(text).map(|following| following.chars().next());
        following.is_some_and(|letter| letter.is_none_or(|letter| !letter.is_alphanumeric()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, group: &str, machine: Option<Machine>) {
        let found = Platform::of(path).unwrap_or_else(|| panic!("{path} names no platform"));
        assert_eq!((found.group.as_str(), found.machine), (group, machine), "{path}");
    }

    #[test]
    fn words_that_name_platforms_are_left_out() {
        let (x86, arm) = (Some(Machine::X86_64), Some(Machine::Aarch64));
        check("prebuilds/linux-x64/bcrypt.glibc.node", "prebuilds//bcrypt.node", x86);
        check("prebuilds/linux-arm64/bcrypt.musl.node", "prebuilds//bcrypt.node", arm);
        check("prebuilds/darwin-x64+arm64/a.node", "prebuilds//a.node", None);
        check("META-INF/native/libnative-linux-aarch_64.so", "meta-inf/native/libnative.so", arm);
        check("numpy/_core/_m.cpython-312-x86_64-linux-gnu.so", "numpy/_core/_m.cpython-312.so", x86);
        check("@img/sharp-linuxmusl-arm64/lib/s.node", "@img/sharp/lib/s.node", arm);
        check("distlib/t64.exe", "distlib/t64.exe", None);
    }

    #[test]
    fn other_names_name_none() {
        for path in [
            "numpy.libs/libgfortran-83c28eba.so.5",
            "bootstrap",
            "armor/charm.so",
            "lib/musl.so",
            "twin/a.so",
        ] {
            assert_eq!(Platform::of(path), None, "{path}");
        }
    }
}
