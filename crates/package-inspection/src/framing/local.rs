//! Members where they lie: the local header against the directory, the descriptor behind the content.

use std::io;

use crate::fields::{u16_at, u32_at, u64_at};
use crate::finding::{Code, Finding, Findings, Verdict};
use crate::framing::directory::Member;
use crate::framing::extra::Extra;
use crate::source::Window;

/// How a local header begins, and how long it is without what has no fixed length.
pub(super) const SIGNATURE: &[u8; 4] = b"PK\x03\x04";
pub(super) const HEADER_BYTES: usize = 30;
/// How a descriptor may begin.
const DESCRIPTOR_SIGNATURE: &[u8; 4] = b"PK\x07\x08";
/// The longest descriptor: signature, checksum, two sizes of 64 bits.
const DESCRIPTOR_BYTES_MAX: usize = 24;

/// How much is read of another name than the directory's, in bytes.
const NAME_BYTES_SHOWN: usize = 1024;

/// The flags in which both headers have to agree: encryption, descriptor, the encoding of the name.
const FLAGS_MASK: u16 = 1 | 1 << 3 | 1 << 6 | 1 << 11 | 1 << 13;

/// Where the content of a member lies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Content {
    pub(crate) at: u64,
    pub(crate) length: u64,
}

/// A member where it lies.
pub(super) struct Local {
    pub(super) content: Content,
    /// Whether its local header has a ZIP64 field.
    pub(super) has_zip64: bool,
}

impl Content {
    pub(crate) fn end(&self) -> u64 {
        self.at.saturating_add(self.length)
    }
}

/// Holds the local header of a member against the directory. `None` if there is no content to be read; what lies up to
/// `room` may be a member. One that overlaps another is refused anyway, and its extra fields are not read.
pub(super) fn compare(
    window: &mut Window<'_>,
    member: &Member,
    name: &[u8],
    room: u64,
    overlaps: bool,
    findings: &mut Findings,
) -> io::Result<Option<Local>> {
    let mut add = |code, detail| findings.tell(code, name, detail);
    if member.local.saturating_add(HEADER_BYTES as u64) > room {
        add(Code::LocalOutOfBounds, format!("its local header should lie at {}", member.local));
        return Ok(None);
    }
    let header = window.bytes(member.local, HEADER_BYTES + usize::from(member.name_length))?;
    let fields = header.starts_with(SIGNATURE).then(|| Header::parse(header)).flatten();
    let Some(fields) = fields else {
        add(Code::LocalHeaderMissing, format!("there is none at {}", member.local));
        return Ok(None);
    };
    let content = Content { at: member.local + fields.bytes(), length: member.zipped };
    if content.end() > room {
        let detail =
            format!("its {} bytes from {} on do not lie before the directory", content.length, content.at);
        add(Code::LocalOutOfBounds, detail);
        return Ok(None);
    }
    let found = header.get(HEADER_BYTES..).unwrap_or_default();
    if usize::from(fields.name_length) != name.len() || found != name {
        let length = usize::from(fields.name_length).min(NAME_BYTES_SHOWN);
        let found = window.bytes(member.local + HEADER_BYTES as u64, length)?;
        add(Code::LocalMismatchName, crate::text::display(found));
    }
    fields.compare(member, &mut add);
    if overlaps {
        return Ok(Some(Local { content, has_zip64: false }));
    }
    let extra = match fields.extra_length {
        0 => Extra::default(),
        length => {
            let at = member.local + HEADER_BYTES as u64 + u64::from(fields.name_length);
            Extra::parse(window.bytes(at, length.into())?)
        }
    };
    if !fields.compare_extra(member, name, &extra, &mut add) {
        let detail = "its local header lacks a ZIP64 field";
        let finding = Finding::new(Code::Zip64Inconsistent, Some(name), detail);
        // Where the directory has the field, readers mostly know better.
        findings.add(if member.has_zip64 { finding.judged(Verdict::Warn, Verdict::Accept) } else { finding });
    }
    Ok(Some(Local { content, has_zip64: extra.has_zip64() }))
}

/// A local header.
#[derive(Clone, Copy)]
struct Header {
    flags: u16,
    method: u16,
    crc: u32,
    zipped: u32,
    unzipped: u32,
    name_length: u16,
    extra_length: u16,
}

impl Header {
    fn parse(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            flags: u16_at(bytes, 6)?,
            method: u16_at(bytes, 8)?,
            crc: u32_at(bytes, 14)?,
            zipped: u32_at(bytes, 18)?,
            unzipped: u32_at(bytes, 22)?,
            name_length: u16_at(bytes, 26)?,
            extra_length: u16_at(bytes, 28)?,
        })
    }

    fn bytes(&self) -> u64 {
        HEADER_BYTES as u64 + u64::from(self.name_length) + u64::from(self.extra_length)
    }

    fn compare(&self, member: &Member, add: &mut impl FnMut(Code, String)) {
        if self.method != member.method {
            add(
                Code::LocalMismatchMethod,
                format!("method {}, in the directory {}", self.method, member.method),
            );
        }
        if (self.flags ^ member.flags) & FLAGS_MASK != 0 {
            add(
                Code::LocalMismatchFlags,
                format!("{:#06x}, in the directory {:#06x}", self.flags, member.flags),
            );
        }
        // With a descriptor the header may leave out what it is not known yet.
        let may_lack = member.has_descriptor() && self.crc == 0;
        if self.crc != member.crc && !may_lack {
            add(Code::LocalMismatchCrc, format!("{:08x}, in the directory {:08x}", self.crc, member.crc));
        }
    }

    /// Returns whether the header says all that it has to.
    fn compare_extra(
        &self,
        member: &Member,
        name: &[u8],
        extra: &Extra<'_>,
        add: &mut impl FnMut(Code, String),
    ) -> bool {
        if extra.malformed {
            add(Code::ExtraMalformed, "in the local header".to_owned());
        }
        if extra.duplicate {
            add(Code::ExtraDuplicate, "in the local header".to_owned());
        }
        if let Some(path) = extra.unicode_path().filter(|path| *path != name) {
            add(Code::UnicodePathMismatch, format!("{}, in the local header", crate::text::display(path)));
        }
        let mut numbers = extra.numbers();
        let (unzipped, zipped) = (numbers.or_next(self.unzipped), numbers.or_next(self.zipped));
        // What a header leaves to a field that it does not have, it leaves to the directory.
        let lacks = |number: u64| {
            number == 0 && member.has_descriptor() || number == u64::from(u32::MAX) && numbers.missing
        };
        let differs = |ours: u64, theirs: u64| ours != theirs && !lacks(ours);
        if differs(zipped, member.zipped) || differs(unzipped, member.unzipped) {
            let (ours, theirs) = (member.zipped, member.unzipped);
            add(
                Code::LocalMismatchSize,
                format!("{zipped} and {unzipped} bytes, in the directory {ours} and {theirs}"),
            );
        }
        !numbers.missing
    }
}

/// Looks for the descriptor behind the content of a member, and returns where the member ends.
pub(super) fn descriptor(
    window: &mut Window<'_>,
    member: &Member,
    name: &[u8],
    local: &Local,
    findings: &mut Findings,
) -> io::Result<u64> {
    let end = local.content.end();
    let bytes = window.bytes(end, DESCRIPTOR_BYTES_MAX)?;
    let signed = bytes.strip_prefix(DESCRIPTOR_SIGNATURE);
    // The signature was added to the format later, and nothing says how long the sizes are; what fits is right.
    let forms = [(signed, 4, true), (signed, 4, false), (Some(bytes), 0, true), (Some(bytes), 0, false)];
    for (bytes, before, wide) in forms {
        if bytes.is_some_and(|bytes| fits(bytes, member, wide)) {
            if wide && !local.has_zip64 {
                let detail = "it is as long as with a ZIP64 field, which the local header lacks";
                findings.add(Finding::new(Code::DescriptorMismatch, Some(name), detail));
            }
            return Ok(end + before + if wide { 20 } else { 12 });
        }
    }
    let code = if signed.is_some() { Code::DescriptorMismatch } else { Code::DescriptorMissing };
    findings.add(Finding::new(code, Some(name), ""));
    Ok(if signed.is_some() { end + 16 } else { end })
}

fn fits(bytes: &[u8], member: &Member, wide: bool) -> bool {
    let sizes = if wide {
        (u64_at(bytes, 4), u64_at(bytes, 12))
    } else {
        (u32_at(bytes, 4).map(u64::from), u32_at(bytes, 8).map(u64::from))
    };
    u32_at(bytes, 0) == Some(member.crc) && sizes == (Some(member.zipped), Some(member.unzipped))
}
