//! The extra fields of a member.

use crate::fields::{u16_at, u32_at, u64_at};

/// The fields that change what a member is: ZIP64 numbers, the Unicode path, AES encryption.
const ZIP64: u16 = 0x0001;
const UNICODE_PATH: u16 = 0x7075;
const AES: u16 = 0x9901;

/// What the extra fields of a member say.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Extra<'a> {
    zip64: Option<&'a [u8]>,
    unicode_path: Option<&'a [u8]>,
    /// A field that breaks off.
    pub(super) malformed: bool,
    /// Two fields that say the same.
    pub(super) duplicate: bool,
}

impl<'a> Extra<'a> {
    pub(super) fn parse(mut bytes: &'a [u8]) -> Self {
        let mut extra = Self::default();
        let mut aes = None;
        while !bytes.is_empty() {
            let field = u16_at(bytes, 0).zip(u16_at(bytes, 2));
            let whole = field.and_then(|(id, length)| {
                let (content, rest) = bytes.get(4..)?.split_at_checked(length.into())?;
                Some((id, content, rest))
            });
            let Some((id, content, rest)) = whole else {
                // Some writers align members with up to three zeros.
                extra.malformed = bytes.len() > 3 || bytes.iter().any(|&byte| byte != 0);
                return extra;
            };
            let slot = match id {
                ZIP64 => Some(&mut extra.zip64),
                UNICODE_PATH => Some(&mut extra.unicode_path),
                AES => Some(&mut aes),
                _ => None,
            };
            if let Some(slot) = slot {
                match slot {
                    Some(_) => extra.duplicate = true,
                    None => *slot = Some(content),
                }
            }
            bytes = rest;
        }
        extra
    }

    pub(super) fn has_zip64(&self) -> bool {
        self.zip64.is_some()
    }

    /// Returns the ZIP64 numbers, to be taken in the order in which the format has them.
    pub(super) fn numbers(&self) -> Numbers<'a> {
        Numbers { rest: self.zip64, needless: false, missing: false }
    }

    /// Returns the name that the Unicode path field gives the member, whose header has the name `name`. Another checksum than
    /// that of `name` makes the field void, which not every reader checks.
    pub(super) fn unicode_path(&self) -> Option<&'a [u8]> {
        self.unicode_path.and_then(|field| field.get(5..))
    }
}

/// The numbers of a ZIP64 field.
pub(super) struct Numbers<'a> {
    rest: Option<&'a [u8]>,
    /// A number is there that would have fitted into the header.
    pub(super) needless: bool,
    /// A number is not there that the header leaves to the field.
    pub(super) missing: bool,
}

impl Numbers<'_> {
    /// Returns a number of the header, or the next of the field if the header leaves it to that.
    pub(super) fn or_next(&mut self, plain: u32) -> u64 {
        if plain != u32::MAX {
            return plain.into();
        }
        let next = self.rest.and_then(|rest| Some((u64_at(rest, 0)?, rest.get(8..)?)));
        let Some((number, rest)) = next else {
            self.missing = true;
            return plain.into();
        };
        self.rest = Some(rest);
        self.needless |= number < u64::from(u32::MAX);
        number
    }

    /// As [`Numbers::or_next`], for the number of a disk.
    pub(super) fn disk_or_next(&mut self, plain: u16) -> u32 {
        if plain != u16::MAX {
            return plain.into();
        }
        self.rest.and_then(|rest| u32_at(rest, 0)).unwrap_or_else(|| plain.into())
    }
}
