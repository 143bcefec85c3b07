//! The payload of an invocation.

use std::fmt;

use bytes::Bytes;

use crate::document::{Document, FromDocument, Kind, WrongType};
use crate::rejection::Rejection;
use crate::requests::InvocationType;
use crate::structure::{AsValue, Value};

/// What a function is invoked with: bytes as they were sent, never looked into here. Cheap to clone.
///
/// ```
/// use funclet_validation::Payload;
///
/// let payload = Payload::from(b"{}".to_vec());
/// assert_eq!((payload.len(), payload.as_bytes()), (2, &b"{}"[..]));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Payload(Bytes);

impl Payload {
    /// The most bytes that somebody may send who waits for the answer; quoted from the service.
    pub const SYNCHRONOUS_BYTES_MAX: usize = 6_291_456;
    /// The most bytes of an event; quoted from the service.
    pub const EVENT_BYTES_MAX: usize = 1_048_576;

    /// Returns the length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether there are no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the bytes.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.0
    }
}

impl InvocationType {
    /// Returns the most bytes that a payload may have. That a dry run takes as many as an invocation that somebody waits
    /// for is chosen.
    #[must_use]
    pub fn payload_bytes_max(self) -> usize {
        match self {
            Self::Event => Payload::EVENT_BYTES_MAX,
            Self::RequestResponse | Self::DryRun => Payload::SYNCHRONOUS_BYTES_MAX,
        }
    }

    /// Refuses a payload that is too large.
    ///
    /// # Errors
    /// [`Rejection::PayloadTooLarge`].
    pub fn admit_payload(self, bytes: u64) -> Result<(), Rejection> {
        if bytes <= self.payload_bytes_max() as u64 {
            return Ok(());
        }
        Err(Rejection::PayloadTooLarge { bytes, invocation_type: self })
    }
}

impl From<Bytes> for Payload {
    fn from(bytes: Bytes) -> Self {
        Self(bytes)
    }
}

impl From<Vec<u8>> for Payload {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

impl From<&'static str> for Payload {
    fn from(text: &'static str) -> Self {
        Self(Bytes::from_static(text.as_bytes()))
    }
}

/// It may hold secrets, so only its length is shown.
impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({} bytes)", self.0.len())
    }
}

impl AsValue for Payload {
    fn as_value(&self) -> Value<'_> {
        Value::Blob
    }
}

impl<P> FromDocument<P> for Payload {
    fn from_document(document: Document<P>) -> Result<Self, WrongType> {
        match document {
            Document::Payload(payload) => Ok(payload),
            other => Err(other.instead_of(Kind::Payload)),
        }
    }
}
