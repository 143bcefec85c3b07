//! Files that are made for a processor, and what can be told of them.

pub(crate) mod elf;
pub(crate) mod kind;
pub(crate) mod platform;

use std::fmt;

use crate::finding::{Code, Finding, Findings};

/// What a file is by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A Linux program, library or object file.
    Elf,
    /// A macOS program or library for one processor.
    MachO,
    /// A macOS program or library for several processors.
    MachOFat,
    /// A Windows program or library, or a .NET assembly.
    Pe,
    /// A Java class.
    JavaClass,
    /// A WebAssembly module.
    Wasm,
    /// An archive in the archive: a zip, jar or wheel.
    Zip,
    /// A script that names its interpreter in its first line.
    Script,
    /// A static library.
    Ar,
    /// Anything else.
    Data,
}

impl Kind {
    /// Tells whether a file of this kind is made for a processor.
    #[must_use]
    pub fn is_native(self) -> bool {
        matches!(self, Self::Elf | Self::MachO | Self::MachOFat | Self::Pe)
    }

    /// Returns the kind as reports have it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Elf => "elf",
            Self::MachO => "macho",
            Self::MachOFat => "macho-fat",
            Self::Pe => "pe",
            Self::JavaClass => "java-class",
            Self::Wasm => "wasm",
            Self::Zip => "zip",
            Self::Script => "script",
            Self::Ar => "ar",
            Self::Data => "data",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A processor that code is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Machine {
    /// AMD64, Lambda's `x86_64`.
    X86_64,
    /// 64-bit Arm, Lambda's `arm64`.
    Aarch64,
    /// 32-bit x86.
    I386,
    /// 32-bit Arm.
    Arm,
    /// RISC-V.
    Riscv,
    /// 64-bit PowerPC.
    Ppc64,
    /// IBM Z.
    S390x,
    /// LoongArch.
    Loongarch,
    /// Another one, by its number in the file's format.
    Other(u32),
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::X86_64 => "x86_64",
            Self::Aarch64 => "aarch64",
            Self::I386 => "i386",
            Self::Arm => "arm",
            Self::Riscv => "riscv",
            Self::Ppc64 => "ppc64",
            Self::S390x => "s390x",
            Self::Loongarch => "loongarch",
            Self::Other(number) => return write!(f, "em-{number}"),
        })
    }
}

/// What an ELF image is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageType {
    /// An object file, for a linker.
    Relocatable,
    /// A program at a fixed address.
    Executable,
    /// A library, or a program at any address.
    Dynamic,
    /// Anything else.
    Other,
}

/// What the first bytes of a native file say.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Native {
    /// Its path, fit for a terminal, 256 characters of it at most; one in an archive in the package has the form
    /// `outer.jar!/inner.so`.
    pub path: String,
    /// The whole path, if that is longer.
    pub(crate) long_path: Option<Box<str>>,
    /// What it is.
    pub kind: Kind,
    /// What it is made for: one machine, several only in a fat file, none if it breaks off before that.
    pub machines: Vec<Machine>,
    /// Its length in bytes as declared.
    pub size: u64,
    /// What an ELF image is for.
    pub image_type: Option<ImageType>,
    /// Whether addresses have 64 bits and the lowest byte comes first, as on both of Lambda's architectures.
    pub is_64_bit_little_endian: bool,
    /// Whether it breaks off or contradicts itself.
    pub malformed: bool,
    /// Whether it is a .NET assembly, which runs on every machine that has the runtime.
    pub is_managed: bool,
    /// What the loader reads of an ELF image; only at [`Level::Verify`](crate::Level::Verify).
    pub linkage: Option<Linkage>,
}

impl Native {
    /// Returns the path by which it is judged.
    pub(crate) fn judged_path(&self) -> &str {
        self.long_path.as_deref().unwrap_or(&self.path)
    }

    /// How much memory its paths take, in bytes.
    pub(crate) fn path_bytes(&self) -> usize {
        self.path.len() + self.long_path.as_ref().map_or(0, |path| path.len())
    }

    /// Takes what was found out about its needs; with `None` it is malformed.
    pub(crate) fn link(&mut self, linkage: Option<Linkage>, findings: &mut Findings) {
        if linkage.is_none() && !self.malformed {
            self.malformed = true;
            let detail = "its program headers or its dynamic segment";
            findings.add(Finding::new(Code::ElfMalformed, Some(self.path.as_bytes()), detail));
        }
        self.linkage = linkage;
    }
}

/// How much memory the paths take that are longer than what is shown of them.
#[derive(Debug, Default)]
pub(crate) struct LongPaths {
    bytes: usize,
}

impl LongPaths {
    /// How much all of them may take, in bytes: as much as thousands that somebody wrote down, and hundreds of the longest.
    const BYTES_MAX: usize = 1 << 20;

    /// Whether a native file can be kept.
    pub(crate) fn have_room_for(&mut self, native: &Native) -> bool {
        let Some(path) = &native.long_path else { return true };
        let bytes = self.bytes + path.len();
        if bytes <= Self::BYTES_MAX {
            self.bytes = bytes;
        }
        bytes <= Self::BYTES_MAX
    }
}

/// What the dynamic loader needs for an ELF image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Linkage {
    /// The loader that the image asks for.
    pub interpreter: Option<String>,
    /// The libraries that it needs.
    pub needed: Vec<String>,
    /// Where it looks for them first.
    pub run_path: Option<String>,
    /// The newest glibc of which it needs a symbol.
    pub glibc: Option<GlibcVersion>,
}

impl Linkage {
    /// How much memory it takes, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        let texts = self.needed.iter().chain(&self.interpreter).chain(&self.run_path);
        texts.map(|text| (size_of::<String>() + text.len()) as u64).sum()
    }

    /// Tells whether it is made for musl.
    #[must_use]
    pub fn is_musl(&self) -> bool {
        let library = |name: &String| name.starts_with("libc.musl-") || name == "libc.so";
        self.needed.iter().any(library)
            || self.interpreter.as_ref().is_some_and(|interpreter| interpreter.contains("ld-musl"))
    }

    /// Tells whether it needs nothing.
    #[must_use]
    pub fn is_static(&self) -> bool {
        self.needed.is_empty() && self.interpreter.is_none()
    }
}

/// A version of the GNU C library.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GlibcVersion(Vec<u32>);

impl GlibcVersion {
    /// The version whose numbers are `numbers`.
    pub(crate) fn of(numbers: &[u32]) -> Self {
        Self(numbers.to_vec())
    }

    /// Reads the name of a version of symbols: `GLIBC_2.34`. `GLIBC_PRIVATE` and the like are none.
    pub(crate) fn of_symbols(name: &str) -> Option<Self> {
        let numbers = name.strip_prefix("GLIBC_")?;
        numbers.split('.').map(|number| number.parse().ok()).collect::<Option<_>>().map(Self)
    }
}

impl fmt::Display for GlibcVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, number) in self.0.iter().enumerate() {
            write!(f, "{}{number}", if at == 0 { "" } else { "." })?;
        }
        Ok(())
    }
}
