//! Takes a request's body in as it arrives, in bounded memory.

use funclet::{Error, Funclet, InvocationType, Package, PackageWriter, Payload};

use crate::base64::{Decoder, decoded_length_min};
use crate::decode::payload_is_json;
use crate::error::WireError;
use crate::path::Labels;
use crate::route::{RequestBody, Route};
use crate::scan::{Piece, Scanner};

/// The largest zip archive in a request, in bytes; recorded from AWS.
const ZIPPED_BYTES_MAX: u64 = 52_428_800;

/// The largest request with a package, in bytes: the archive in base64 and 256 KiB. Quoted from the service for
/// CreateFunction; chosen for UpdateFunctionCode.
const PACKAGE_REQUEST_BYTES_MAX: u64 = 70_167_211;

/// The largest request without a package, and the most that a request may hold beside its package, in bytes. Chosen.
const MEMBERS_BYTES_MAX: u64 = 1 << 20;

/// What a body held.
pub(crate) struct Received {
    /// The members, with an empty text in the package's place.
    pub(crate) members: Vec<u8>,
    pub(crate) package: Option<Package>,
    /// If the body is one.
    pub(crate) payload: Option<Payload>,
}

/// How a function is to be invoked, if the body is a payload. What no type is counts as none here; it is refused later.
pub(crate) fn invocation_type(route: &Route, labels: &Labels) -> Option<InvocationType> {
    let RequestBody::Payload { invocation_type, .. } = route.body else { return None };
    let told = labels.iter().find(|(name, _)| *name == "InvocationType");
    Some(told.and_then(|(_, value)| value.parse().ok()).unwrap_or(invocation_type))
}

/// Takes a body in.
///
/// Whatever goes wrong, it goes on counting, so that the greater error is told, and stores nothing more.
pub(crate) struct Intake {
    route: &'static Route,
    /// If the body is a payload.
    invocation_type: Option<InvocationType>,
    scanner: Option<Scanner>,
    received: u64,
    contents: Contents,
}

/// The parts of a body.
struct Contents {
    funclet: Funclet,
    members: Vec<u8>,
    members_bytes_max: u64,
    package: PackageState,
    zip_too_large: bool,
    members_too_large: bool,
}

enum PackageState {
    /// No text was seen.
    Absent,
    Arriving(Box<Arriving>),
    Complete(Package),
    /// The text is no base64, or no JSON.
    Unreadable,
    /// The engine could not take it in.
    Failed(Error),
    /// Stored no further, because the request is refused anyway.
    Given {
        chars: u64,
    },
}

struct Arriving {
    chars: u64,
    decoder: Decoder,
    writer: PackageWriter,
}

impl Intake {
    pub(crate) fn new(
        funclet: Funclet,
        route: &'static Route,
        invocation_type: Option<InvocationType>,
    ) -> Self {
        let scanner = match route.body {
            RequestBody::Package(path) => Some(Scanner::new(path)),
            RequestBody::Members | RequestBody::None | RequestBody::Payload { .. } => None,
        };
        let contents = Contents {
            funclet,
            members: Vec::new(),
            members_bytes_max: invocation_type
                .map_or(MEMBERS_BYTES_MAX, |told| told.payload_bytes_max() as u64),
            package: PackageState::Absent,
            zip_too_large: false,
            members_too_large: false,
        };
        Self { route, invocation_type, scanner, received: 0, contents }
    }

    /// Returns how many bytes came in.
    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    /// Takes the next bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.received += bytes.len() as u64;
        if self.is_too_large() {
            self.contents.give_up();
        }
        let contents = &mut self.contents;
        match &mut self.scanner {
            Some(scanner) => scanner.push(bytes, &mut |piece| contents.take(piece)),
            None if self.route.body == RequestBody::None => {}
            None => contents.take(Piece::Rest(bytes)),
        }
    }

    fn is_too_large(&self) -> bool {
        match self.invocation_type {
            Some(told) => told.admit_payload(self.received).is_err(),
            None => self.received >= self.request_bytes_max(),
        }
    }

    fn request_bytes_max(&self) -> u64 {
        if self.scanner.is_some() { PACKAGE_REQUEST_BYTES_MAX } else { MEMBERS_BYTES_MAX }
    }

    /// Ends the body.
    ///
    /// # Errors
    /// The size of the archive before that of the request (recorded from AWS), then what is wrong with the package. Of a
    /// payload its size, then that it is no JSON, unless nobody is to read it \[chosen\].
    pub(crate) fn finish(self) -> Result<Received, WireError> {
        if let Some(told) = self.invocation_type {
            told.admit_payload(self.received)?;
            let payload = self.contents.members;
            if told != InvocationType::DryRun {
                payload_is_json(&payload)?;
            }
            return Ok(Received { members: Vec::new(), package: None, payload: Some(payload.into()) });
        }
        let limit = self.request_bytes_max();
        let Self { route, received, contents, .. } = self;
        if contents.zip_too_large {
            return Err(WireError::too_large(format!(
                "Zipped size must be smaller than {ZIPPED_BYTES_MAX} bytes"
            )));
        }
        if received >= limit {
            return Err(WireError::too_large(format!(
                "Request must be smaller than {limit} bytes for the {} operation",
                route.name
            )));
        }
        if contents.members_too_large {
            return Err(WireError::too_large(format!(
                "Request must be smaller than {MEMBERS_BYTES_MAX} bytes, beside the ZipFile, for the {} operation",
                route.name
            )));
        }
        let package = match contents.package {
            PackageState::Complete(package) => Some(package),
            PackageState::Unreadable => {
                return Err(WireError::serialization(
                    "The request could not be read: the ZipFile is not base64.",
                ));
            }
            PackageState::Failed(error) => return Err(error.into()),
            // A text that did not end is no JSON; whoever reads the members says so.
            PackageState::Absent | PackageState::Arriving(_) | PackageState::Given { .. } => None,
        };
        Ok(Received { members: contents.members, package, payload: None })
    }
}

impl Contents {
    /// Frees what was stored and stores nothing more.
    fn give_up(&mut self) {
        if let PackageState::Given { .. } = self.package {
            return;
        }
        self.members = Vec::new();
        let chars = if let PackageState::Arriving(arriving) = &self.package { arriving.chars } else { 0 };
        self.package = PackageState::Given { chars };
    }

    fn take(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Rest(bytes) => self.rest(bytes),
            Piece::Begin => self.begin(),
            Piece::Text(chars) => self.text(chars),
            Piece::End => self.end(),
            Piece::Malformed => self.unreadable(),
        }
    }

    fn rest(&mut self, bytes: &[u8]) {
        if let PackageState::Given { .. } = self.package {
            return;
        }
        if (self.members.len() + bytes.len()) as u64 > self.members_bytes_max {
            self.members_too_large = true;
            self.give_up();
        } else {
            self.members.extend_from_slice(bytes);
        }
    }

    fn begin(&mut self) {
        match &mut self.package {
            PackageState::Given { chars } => *chars = 0,
            PackageState::Unreadable | PackageState::Failed(_) => {}
            // A later text supersedes an earlier one.
            PackageState::Absent | PackageState::Arriving(_) | PackageState::Complete(_) => {
                self.package = match self.funclet.package_writer() {
                    Ok(writer) => PackageState::Arriving(Box::new(Arriving {
                        chars: 0,
                        decoder: Decoder::new(),
                        writer,
                    })),
                    Err(error) => PackageState::Failed(error),
                };
            }
        }
    }

    fn text(&mut self, text: &[u8]) {
        match &mut self.package {
            PackageState::Given { chars } => {
                *chars += text.len() as u64;
                self.zip_too_large |= decoded_length_min(*chars) > ZIPPED_BYTES_MAX;
            }
            PackageState::Arriving(arriving) => match arriving.push(text) {
                Ok(()) if decoded_length_min(arriving.chars) > ZIPPED_BYTES_MAX => self.zip_too_large(),
                Ok(()) => {}
                Err(state) => self.package = state,
            },
            _ => {}
        }
    }

    fn zip_too_large(&mut self) {
        self.zip_too_large = true;
        self.give_up();
    }

    fn end(&mut self) {
        let state = std::mem::replace(&mut self.package, PackageState::Absent);
        self.package = match state {
            PackageState::Arriving(arriving) => arriving.finish(),
            other => other,
        };
        if let PackageState::Complete(package) = &self.package
            && package.size() > ZIPPED_BYTES_MAX
        {
            self.zip_too_large();
        }
    }

    fn unreadable(&mut self) {
        if !matches!(self.package, PackageState::Given { .. }) {
            self.package = PackageState::Unreadable;
        }
    }
}

impl Arriving {
    /// Decodes the next characters into the writer. An error is the state that the package is in then.
    fn push(&mut self, text: &[u8]) -> Result<(), PackageState> {
        self.chars += text.len() as u64;
        let (decoder, writer) = (&mut self.decoder, &mut self.writer);
        write(writer, |sink| decoder.push(text, sink))
    }

    fn finish(self) -> PackageState {
        let Self { decoder, mut writer, .. } = self;
        let finished = write(&mut writer, |sink| decoder.finish(sink));
        match finished.and_then(|()| writer.finish().map_err(PackageState::Failed)) {
            Ok(package) => PackageState::Complete(package),
            Err(state) => state,
        }
    }
}

/// Runs a decoder into a writer.
fn write(
    writer: &mut PackageWriter,
    decode: impl FnOnce(&mut dyn FnMut(&[u8])) -> Result<(), crate::base64::NotBase64>,
) -> Result<(), PackageState> {
    let mut written = Ok(());
    let decoded = decode(&mut |bytes| {
        if written.is_ok() {
            written = writer.push(bytes);
        }
    });
    written.map_err(PackageState::Failed)?;
    decoded.map_err(|_| PackageState::Unreadable)
}
