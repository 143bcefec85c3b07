//! What the path of a file says about the platform that it is for.
//!
//! Packages carry files for several platforms on purpose, and a loader picks the one whose name or folder fits. Such
//! files are alternatives of one another: their paths are equal but for the words that name platforms.

use crate::native::Machine;

/// Linux, by whichever name builds for it have.
const LINUX: &[&str] = &[
    "linux",
    "manylinux",
    "musllinux",
    "linuxmusl",
    "linuxglibc",
    "unix",
    "alpine",
    "rhel",
    "centos",
    "fedora",
    "debian",
    "ubuntu",
    "opensuse",
    "suse",
    "sles",
    "amzn",
    "amazonlinux",
];
/// Other systems whose programs are ELF images, too.
const OTHERS_OF_ELF: &[&str] = &[
    "android",
    "androideabi",
    "armeabi",
    "armeabi-v7a",
    "arm64-v8a",
    "freebsd",
    "openbsd",
    "netbsd",
    "dragonfly",
    "dragonflybsd",
    "sunos",
    "solaris",
    "illumos",
    "haiku",
    "hpux",
    "qnx",
    "fuchsia",
    "ohos",
    "openharmony",
    "tizen",
];
/// Systems with programs of another format.
const OTHERS: &[&str] = &[
    "darwin",
    "darwin_all",
    "mac",
    "macos",
    "macosx",
    "maccatalyst",
    "osx",
    "ios",
    "iossimulator",
    "tvos",
    "watchos",
    "win",
    "windows",
    "cygwin",
    "mingw",
    "msys",
    "aix",
    "emscripten",
    "wasi",
];
/// The machines of Lambda.
const X86_64: &[&str] = &["x86_64", "x86-64", "amd64", "x64"];
const AARCH64: &[&str] = &["aarch64", "aarch_64", "arm64"];
/// Processors that Lambda has not, and names for more than one.
const PROCESSORS: &[&str] = &[
    "aarch64_be",
    "arm64e",
    "armv7l",
    "armv7a",
    "armv6l",
    "armv6hf",
    "armv5te",
    "armv5tel",
    "armel",
    "armhf",
    "arm32",
    "arm",
    "x86",
    "x86_32",
    "i386",
    "i486",
    "i586",
    "i686",
    "ia32",
    "ia64",
    "riscv64",
    "riscv64gc",
    "riscv32",
    "riscv",
    "ppc64le",
    "ppc64el",
    "ppcle_64",
    "ppc_64",
    "ppc",
    "powerpc",
    "powerpc64le",
    "s390x",
    "s390_64",
    "s390",
    "mips",
    "mipsel",
    "mips64el",
    "mipsr6",
    "mipsr6el",
    "mips64r6",
    "mips64r6el",
    "sparc",
    "sparcv9",
    "loongarch",
    "loongarch_64",
    "loong64",
    "wasm",
    "wasm32",
    "universal2",
];
/// What goes along with such words and names no platform by itself. Modules of Node that have the extension of a library before their
/// own have another one on each system.
const DETAILS: &[&str] = &[
    "glibc",
    "musl",
    "gnu",
    "gnueabi",
    "gnueabihf",
    "musleabi",
    "musleabihf",
    "eabi",
    "eabihf",
    "gnux32",
    "msvc",
    "bionic",
    "unknown",
    "apple",
    "pc",
    "universal",
    "gpp",
    "clang",
    "openssl",
    "so.node",
    "dylib.node",
    "dll.node",
];

const WORDS: &[(Word, &[&str])] = &[
    (Word::System { is_other_of_elf: false }, LINUX),
    (Word::System { is_other_of_elf: true }, OTHERS_OF_ELF),
    (Word::System { is_other_of_elf: false }, OTHERS),
    (Word::Processor(Some(Machine::X86_64)), X86_64),
    (Word::Processor(Some(Machine::Aarch64)), AARCH64),
    (Word::Processor(None), PROCESSORS),
    (Word::Detail, DETAILS),
];

#[derive(Debug, Clone, Copy)]
enum Word {
    System {
        is_other_of_elf: bool,
    },
    /// With the machine if it is one of Lambda's.
    Processor(Option<Machine>),
    Detail,
}

/// The extensions of files that only macOS or Windows loads.
const FOREIGN_EXTENSIONS: &[&str] = &[".dll", ".dylib", ".jnilib", ".exe"];

/// What a path says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Platform {
    /// The path without the words that name platforms: the same for alternatives.
    pub(crate) group: String,
    /// How much of that is the folders up to the last one that names a platform; nothing if only the name of the file does.
    pub(crate) folders: usize,
    /// The one of Lambda's machines that it names, if it names just one.
    pub(crate) machine: Option<Machine>,
    /// Whether an ELF image there is for another system than Linux.
    pub(crate) is_other_of_elf: bool,
}

impl Platform {
    /// Reads a path. `None` if it names no platform.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let path = path.to_ascii_lowercase();
        let mut platform = Self {
            group: String::with_capacity(path.len()),
            folders: 0,
            machine: None,
            is_other_of_elf: false,
        };
        let group = &mut platform.group;
        let (mut named, mut machines) = (has_foreign_extension(&path), Vec::new());
        let mut rest = path.as_str();
        let (mut at_boundary, mut part_names) = (true, false);
        while let Some(letter) = rest.chars().next() {
            let found = if at_boundary { word(rest) } else { None };
            let Some((length, word)) = found else {
                at_boundary = !letter.is_alphanumeric();
                group.push(letter);
                if letter == '/' {
                    platform.folders = if part_names { group.len() } else { platform.folders };
                    part_names = false;
                }
                rest = rest.get(letter.len_utf8()..).unwrap_or_default();
                continue;
            };
            // With the word goes what joins it to the word before.
            if group.ends_with(|letter: char| !letter.is_alphanumeric() && letter != '/') {
                group.pop();
            }
            match word {
                Word::System { is_other_of_elf } => platform.is_other_of_elf = is_other_of_elf,
                Word::Processor(machine) => machines.push(machine),
                Word::Detail => {}
            }
            part_names |= !matches!(word, Word::Detail);
            named |= part_names;
            at_boundary = false;
            rest = rest.get(length..).unwrap_or_default();
        }
        platform.machine = match machines.as_slice() {
            [first, others @ ..] if others.iter().all(|other| other == first) => *first,
            _ => None,
        };
        named.then_some(platform)
    }
}

/// Whether only macOS or Windows loads a file of this name.
pub(crate) fn has_foreign_extension(path: &str) -> bool {
    FOREIGN_EXTENSIONS.iter().any(|extension| path.ends_with(extension))
}

/// Finds the longest word with which `rest` begins and which ends there, and its length with the version that follows it.
fn word(rest: &str) -> Option<(usize, Word)> {
    let first = rest.as_bytes().first()?;
    let words = WORDS.iter().flat_map(|(word, texts)| texts.iter().map(move |text| (*text, *word)));
    let found =
        words.filter(|(text, _)| text.as_bytes().first() == Some(first)).filter_map(|(text, word)| {
            let following = rest.strip_prefix(text)?;
            let ends = |length: &usize| {
                following.get(*length..).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
            };
            let version = [version_length(following), 0].into_iter().find(ends)?;
            Some((text.len() + version, text.len(), word))
        });
    let (length, _, word) = found.max_by_key(|(length, text_length, _)| (*length, *text_length))?;
    Some((length, word))
}

/// How much of the beginning is a version or a size of words: `64`, `.9`, `_2_17`, `_v1`, `-3.0.x`.
fn version_length(following: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let separated = following.strip_prefix(['.', '_', '-']).unwrap_or(following);
    let mut rest = separated.strip_prefix('v').unwrap_or(separated);
    if digits(rest) == 0 {
        return 0;
    }
    loop {
        rest = rest.get(digits(rest)..).unwrap_or_default();
        match rest.strip_prefix(['.', '_']) {
            Some(next) if digits(next) > 0 => rest = next,
            _ => break,
        }
    }
    following.len() - rest.strip_prefix(".x").unwrap_or(rest).len()
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
    fn versions_and_sizes_belong_to_the_word_before() {
        let (x86, arm) = (Some(Machine::X86_64), Some(Machine::Aarch64));
        check("runtimes/debian.9-x64/native/a.so", "runtimes//native/a.so", x86);
        check("runtimes/osx.10.10-x64/native/a.so", "runtimes//native/a.so", x86);
        check("librocksdbjni-linux64-musl.so", "librocksdbjni.so", None);
        check("sharp-linux-arm64v8.node", "sharp.node", arm);
        check("tool_linux_amd64_v1/tool", "tool/tool", x86);
        check("query-engine-rhel-openssl-3.0.x", "query-engine", None);
        check("cp312-manylinux_2_17_x86_64", "cp312", x86);
        check("cp312-macosx_11_0_arm64", "cp312", arm);
        check("a-linux-mips64el.so", "a.so", None);
        check("a-linux7z.exe", "a-linux7z.exe", None);
    }

    #[test]
    fn the_longest_word_counts() {
        check("aarch64_be/a.so", "/a.so", None);
        check("x86/a.so", "/a.so", None);
        check("x86_64/a.so", "/a.so", Some(Machine::X86_64));
        check("linux-ppc64le/a.so", "/a.so", None);
    }

    #[test]
    fn the_last_system_says_whether_an_image_is_for_another() {
        let other = |path: &str| Platform::of(path).unwrap().is_other_of_elf;
        assert!(["freebsd-x64/a.so", "Linux-Android/arm64/a.so", "x86_64-SunOS/a.so"].into_iter().all(other));
        assert!(!["freebsd-tools/linux-x64/a.so", "x64/a.so", "darwin/a.so"].into_iter().any(other));
    }

    #[test]
    fn folders_reach_up_to_the_last_that_names_a_platform() {
        let folders = |path: &str| {
            let platform = Platform::of(path).unwrap();
            platform.group[..platform.folders].to_owned()
        };
        assert_eq!(folders("a/Linux/x86_64/lib/b-x64.so"), "a///");
        assert_eq!(folders("a/musl/b-x64.so"), "");
        assert_eq!(folders("a-osx-x64.jar!/lib/b.so"), "a.jar!/");
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
