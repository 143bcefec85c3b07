//! The native files of an archive that passes by, because it is compressed as a whole.

use std::ops::ControlFlow;

use super::stream::{Head, Visitor};
use super::{Files, LINKAGE_BYTES_MAX, NATIVES_MAX};
use crate::capture::Capture;
use crate::native::kind::{self, LONG_HEAD_BYTES};
use crate::native::{Kind, Linkage, LongPaths, Native};
use crate::text::nested_path;

/// How many first bytes tell the kind of a file.
const KIND_BYTES: usize = 8;

/// Picks the native files out of an archive that passes by.
pub(super) struct NestedNatives<'a> {
    pub(super) natives: Vec<Native>,
    /// How many archives there were in it.
    pub(super) archives: u64,
    /// How many native files there were that are not kept.
    pub(super) left_out: u64,
    path: &'a str,
    deep: bool,
    current: Option<Current>,
    long_paths: LongPaths,
    files: Option<&'a mut Files>,
    entries_left: &'a mut u64,
    linkage_bytes: &'a mut u64,
}

impl<'a> NestedNatives<'a> {
    /// Of the archive at `path`; with what native files need if `deep`. The names of all members are added to `files`.
    pub(super) fn new(
        path: &'a str,
        deep: bool,
        files: Option<&'a mut Files>,
        entries_left: &'a mut u64,
        linkage_bytes: &'a mut u64,
    ) -> Self {
        Self {
            natives: Vec::new(),
            archives: 0,
            left_out: 0,
            path,
            deep,
            current: None,
            long_paths: LongPaths::default(),
            files,
            entries_left,
            linkage_bytes,
        }
    }
}

/// A member that passes by.
struct Current {
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
