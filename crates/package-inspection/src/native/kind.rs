//! What a file is by its first bytes.

use crate::fields::{u16_at, u32_at, u32_be_at};
use crate::native::{Kind, Machine, Native, elf};

/// How many bytes tell what a file is, but for the machine of a PE or fat file.
pub(crate) const HEAD_BYTES: usize = 64;
/// How many bytes tell that, too, with hardly an exception.
pub(crate) const LONG_HEAD_BYTES: usize = 4096;

/// Whether a file that begins with `first` may be anything but [`Kind::Data`]. With nothing at hand it may be.
pub(crate) fn may_tell(first: &[u8]) -> bool {
    match *first {
        [] => true,
        [first] => matches!(first, 0x7f | 0xcf | 0xce | 0xfe | 0xca | b'M' | 0 | b'P' | b'#' | b'!'),
        [first, second, ..] => matches!(
            (first, second),
            (0x7f, b'E')
                | (0xcf | 0xce, 0xfa)
                | (0xfe, 0xed)
                | (0xca, 0xfe)
                | (b'M', b'Z')
                | (0, b'a')
                | (b'P', b'K')
                | (b'#', b'!')
                | (b'!', b'<')
        ),
    }
}

/// Tells the kind of a file from its first [`HEAD_BYTES`].
pub(crate) fn of(head: &[u8]) -> Kind {
    match head {
        [0x7f, b'E', b'L', b'F', ..] => Kind::Elf,
        [0xcf | 0xce, 0xfa, 0xed, 0xfe, ..] | [0xfe, 0xed, 0xfa, 0xcf | 0xce, ..] => Kind::MachO,
        // A class file has its major version there, which is 45 or more; a fat file the number of its parts.
        [0xca, 0xfe, 0xba, 0xbe, ..] if u32_be_at(head, 4).is_some_and(|parts| parts < 45) => Kind::MachOFat,
        [0xca, 0xfe, 0xba, 0xbe, ..] => Kind::JavaClass,
        [0xca, 0xfe, 0xba, 0xbf, ..] => Kind::MachOFat,
        [b'M', b'Z', ..] => Kind::Pe,
        [0, b'a', b's', b'm', ..] => Kind::Wasm,
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Kind::Zip,
        [b'#', b'!', ..] => Kind::Script,
        [b'!', b'<', b'a', b'r', b'c', b'h', b'>', b'\n', ..] => Kind::Ar,
        _ => Kind::Data,
    }
}

/// Reads the facts of a native file of `size` bytes from its first [`LONG_HEAD_BYTES`]. Its path is the one that is judged.
pub(crate) fn native(path: String, kind: Kind, head: &[u8], size: u64) -> Native {
    let (path, long_path) = crate::text::shown(path);
    let mut native = Native {
        path,
        long_path,
        kind,
        machines: Vec::new(),
        size,
        image_type: None,
        is_64_bit_little_endian: true,
        malformed: false,
        is_managed: false,
        linkage: None,
    };
    match kind {
        Kind::Elf => elf::head(&mut native, head),
        Kind::MachO => native.machines.extend(mach_o(head)),
        Kind::MachOFat => native.machines = fat_mach_o(head),
        Kind::Pe => pe(&mut native, head),
        _ => {}
    }
    native.malformed |= native.machines.is_empty();
    native
}

fn mach_o(head: &[u8]) -> Option<Machine> {
    let little = matches!(head.first(), Some(0xcf | 0xce));
    let cpu = if little { u32_at(head, 4) } else { u32_be_at(head, 4) };
    cpu.map(apple_machine)
}

fn fat_mach_o(head: &[u8]) -> Vec<Machine> {
    // The parts of one form have 20 bytes, those of the other 32.
    let step = if head.get(3) == Some(&0xbf) { 32 } else { 20 };
    let count = u32_be_at(head, 4).unwrap_or(0).min(44) as usize;
    (0..count).filter_map(|part| u32_be_at(head, 8 + step * part)).map(apple_machine).collect()
}

fn apple_machine(cpu: u32) -> Machine {
    match cpu {
        0x0100_0007 => Machine::X86_64,
        0x0100_000c => Machine::Aarch64,
        7 => Machine::I386,
        12 => Machine::Arm,
        other => Machine::Other(other),
    }
}

/// What is MZ alone is a program for DOS, of no machine that is told here.
fn pe(native: &mut Native, head: &[u8]) {
    let Some(at) = u32_at(head, 60).and_then(|at| usize::try_from(at).ok()) else { return };
    let Some(header) = head.get(at..).filter(|header| header.starts_with(b"PE\0\0")) else { return };
    native.machines.extend(u16_at(header, 4).map(|machine| match machine {
        0x8664 => Machine::X86_64,
        0xaa64 => Machine::Aarch64,
        0x014c => Machine::I386,
        0x01c4 => Machine::Arm,
        other => Machine::Other(other.into()),
    }));
    // The optional header: its directories begin at 96 or 112 bytes, and the fifteenth is that of the .NET runtime.
    let directories = match u16_at(header, 24) {
        Some(0x010b) => 24 + 96,
        Some(0x020b) => 24 + 112,
        _ => return,
    };
    native.is_managed = u32_at(header, directories + 14 * 8).is_some_and(|address| address != 0);
}
