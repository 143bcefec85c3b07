//! The native files of an archive that passes by, because it is compressed as a whole.

use std::io::{self, Read};
use std::ops::ControlFlow;

use flate2::{Decompress, FlushDecompress};

use crate::capture::Capture;
use crate::framing::Content;
use crate::native::kind::{self, LONG_HEAD_BYTES};
use crate::native::{Kind, Linkage, LongPaths, Native};
use crate::nested::{Head, Visitor};
use crate::scan::{Files, LINKAGE_BYTES_MAX, NATIVES_MAX, PREFIX_BYTES, at_most};
use crate::source::{Part, shortened};
use crate::text::nested_path;

/// How many first bytes tell the kind of a file.
const KIND_BYTES: usize = 8;

/// Reads a compressed member from its beginning.
pub(crate) struct MemberReader<'s> {
    source: Part<'s>,
    at: u64,
    end: u64,
    left: u64,
    state: Decompress,
    buffer: Vec<u8>,
    filled: std::ops::Range<usize>,
}

impl<'s> MemberReader<'s> {
    pub(crate) fn new(source: Part<'s>, content: Content, size: u64) -> Self {
        Self {
            source,
            at: content.at,
            end: content.end(),
            left: size,
            state: Decompress::new(false),
            buffer: vec![0; PREFIX_BYTES],
            filled: 0..0,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        let length = at_most(self.end - self.at, self.buffer.len());
        let Some(buffer) = self.buffer.get_mut(..length) else { return Ok(()) };
        let found = crate::source::copy_at(&self.source, self.at, buffer)?;
        if found < length {
            return Err(shortened());
        }
        self.at += found as u64;
        self.filled = 0..found;
        Ok(())
    }
}

impl Read for MemberReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // No more is believed than was declared.
        let wanted = at_most(self.left, buffer.len());
        let Some(buffer) = buffer.get_mut(..wanted).filter(|buffer| !buffer.is_empty()) else { return Ok(0) };
        loop {
            if self.filled.is_empty() && self.at < self.end {
                self.fill()?;
            }
            let input = self.buffer.get(self.filled.clone()).unwrap_or_default();
            let (before_in, before_out) = (self.state.total_in(), self.state.total_out());
            let status = self.state.decompress(input, buffer, FlushDecompress::None);
            let used = (self.state.total_in() - before_in) as usize;
            let written = (self.state.total_out() - before_out) as usize;
            self.filled.start += used;
            self.left -= written as u64;
            match status {
                Err(_) => return Ok(0),
                Ok(_) if written > 0 => return Ok(written),
                Ok(flate2::Status::StreamEnd) => return Ok(0),
                Ok(_) if used == 0 && self.at >= self.end => return Ok(0),
                Ok(_) => {}
            }
        }
    }
}

/// Picks the native files out of an archive that passes by.
pub(crate) struct NestedNatives<'a> {
    pub(crate) path: &'a str,
    pub(crate) deep: bool,
    pub(crate) current: Option<Current>,
    pub(crate) natives: Vec<Native>,
    pub(crate) long_paths: LongPaths,
    pub(crate) files: Option<&'a mut Files>,
    /// How many archives there were in it.
    pub(crate) archives: u64,
    /// How many native files there were that are not kept.
    pub(crate) left_out: u64,
    pub(crate) entries_left: &'a mut u64,
    pub(crate) linkage_bytes: &'a mut u64,
}

/// A member that passes by.
pub(crate) struct Current {
    name: Vec<u8>,
    size: Option<u64>,
    passed: u64,
    head: Vec<u8>,
    /// Whether enough of its first bytes were there to tell what it is.
    is_known: bool,
    capture: Option<Capture>,
}

impl Visitor for NestedNatives<'_> {
    fn begin(&mut self, Head { name, size }: Head<'_>) {
        if *self.entries_left == 0 {
            return;
        }
        *self.entries_left -= 1;
        if let Some(files) = &mut self.files {
            files.add(name, 0);
        }
        self.current = Some(Current {
            name: name.to_vec(),
            size,
            passed: 0,
            head: Vec::new(),
            is_known: false,
            capture: None,
        });
    }

    fn piece(&mut self, bytes: &[u8]) -> ControlFlow<()> {
        let Some(current) = &mut self.current else { return ControlFlow::Break(()) };
        let before = current.head.len();
        let room = LONG_HEAD_BYTES - before;
        current.head.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        current.passed += bytes.len() as u64;
        if !current.is_known {
            // However few bytes come at a time.
            if current.head.len() < KIND_BYTES {
                return ControlFlow::Continue(());
            }
            current.is_known = true;
            let kind = kind::of(&current.head);
            if !kind.is_native() && kind != Kind::Zip {
                return ControlFlow::Break(());
            }
            if self.deep && kind == Kind::Elf {
                let mut capture = Capture::default();
                capture.push(current.head.get(..before).unwrap_or_default());
                current.capture = Some(capture);
            }
        }
        match &mut current.capture {
            Some(capture) => capture.push(bytes),
            // The length of a member with a descriptor is that of what passes.
            None if current.size.is_some() && current.head.len() == LONG_HEAD_BYTES => {
                return ControlFlow::Break(());
            }
            None => {}
        }
        ControlFlow::Continue(())
    }

    fn end(&mut self) {
        let Some(mut current) = self.current.take() else { return };
        match kind::of(&current.head) {
            Kind::Zip => self.archives += 1,
            kind if kind.is_native() && self.natives.len() >= NATIVES_MAX => self.left_out += 1,
            kind if kind.is_native() => {
                let path = nested_path(self.path, &current.name);
                let size = current.size.unwrap_or(current.passed);
                let mut native = kind::native(path, kind, &current.head, size);
                let linkage = current.capture.as_mut().and_then(|capture| capture.finish().flatten());
                *self.linkage_bytes += linkage.as_ref().map_or(0, Linkage::bytes);
                native.linkage = linkage.filter(|_| *self.linkage_bytes <= LINKAGE_BYTES_MAX);
                if self.long_paths.have_room_for(&native) {
                    self.natives.push(native);
                } else {
                    self.left_out += 1;
                }
            }
            _ => {}
        }
    }
}
