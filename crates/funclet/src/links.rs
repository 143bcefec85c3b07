//! Links under which packages can be downloaded for a while, signed with a key that the store keeps.

use std::sync::Arc;

use funclet_function_store::Timestamp;
use funclet_storage::{Abort, Backend, BlobDigest, BlobReader, CommitError, Entropy, Scope, TxnId, codec};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::error::Error;

/// The scope of what the engine keeps for itself.
const ENGINE_SCOPE: &str = "_funclet";
const LINK_KEY: &[u8] = b"link-key";
const LINK_KEY_KIND: u8 = 64;
/// How often the key is tried to be read or written, when others are about it too.
const TRIES_MAX: usize = 20;

/// Permission to read one package until a time.
///
/// A link grants what it names and nothing else; whoever has it needs no account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageLink {
    /// The package.
    pub digest: BlobDigest,
    /// When it ends.
    pub expires: Timestamp,
    /// HMAC-SHA256 over both, 64 lower-case hexadecimal digits.
    pub signature: String,
}

/// Why a link opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The signature is not ours.
    #[error("the signature of the link does not match")]
    Forged,
    /// Its time is over.
    #[error("the link has expired")]
    Expired,
    /// Nobody keeps the package any more.
    #[error("the package is gone")]
    Gone,
    /// The store failed.
    #[error(transparent)]
    Failed(#[from] Error),
}

/// Signs and opens links.
pub(crate) struct Links {
    key: [u8; 32],
}

impl Links {
    /// Reads the key of the store, or draws it the first time.
    pub(crate) fn load(backend: &dyn Backend, ids: &dyn Entropy, now_ms: u64) -> Result<Self, Error> {
        let scope = Scope::new(ENGINE_SCOPE).map_err(Error::failed)?;
        let mut tries = TRIES_MAX;
        loop {
            if let Some(key) = read_key(backend, &scope)? {
                return Ok(Self { key });
            }
            let key = draw_key(ids);
            let value = codec::encode(LINK_KEY_KIND, &key).map_err(Error::failed)?;
            let id = TxnId::new(now_ms, ids.bytes());
            let written = backend.transact(&scope, id, &mut |tx| match tx.get(LINK_KEY)? {
                Some(_) => Err(Abort::Refused),
                None => tx.put(LINK_KEY, value.clone()),
            });
            tries -= 1;
            match written {
                Ok(_) => return Ok(Self { key }),
                // Another engine on the same backend was faster, or may have been: the key that is stored counts.
                Err(CommitError::Refused | CommitError::Conflict | CommitError::OutcomeUnknown { .. })
                    if tries > 0 => {}
                Err(error) => return Err(Error::failed(error)),
            }
        }
    }

    pub(crate) fn sign(&self, digest: &BlobDigest, expires: Timestamp) -> PackageLink {
        let signature = BlobDigest::from_bytes(self.mac(digest, expires).finalize().into_bytes().into());
        PackageLink { digest: *digest, expires, signature: signature.to_string() }
    }

    /// Opens what a link names.
    ///
    /// The signature is compared in constant time, and before anything is said about the package.
    pub(crate) fn open(
        &self,
        link: &PackageLink,
        now: Timestamp,
        backend: &Arc<dyn Backend>,
    ) -> Result<BlobReader, LinkError> {
        let sent = BlobDigest::from_hex(&link.signature).ok_or(LinkError::Forged)?;
        self.mac(&link.digest, link.expires).verify_slice(sent.as_bytes()).map_err(|_| LinkError::Forged)?;
        if now > link.expires {
            return Err(LinkError::Expired);
        }
        backend.blobs().open(&link.digest).map_err(Error::from)?.ok_or(LinkError::Gone)
    }

    fn mac(&self, digest: &BlobDigest, expires: Timestamp) -> Hmac<Sha256> {
        // A key shorter than the block is padded with zeros (RFC 2104).
        let mut block = [0; 64];
        for (to, from) in block.iter_mut().zip(self.key) {
            *to = from;
        }
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(b"funclet package link 1\n");
        mac.update(digest.as_bytes());
        mac.update(&expires.0.to_be_bytes());
        mac
    }
}

fn read_key(backend: &dyn Backend, scope: &Scope) -> Result<Option<[u8; 32]>, Error> {
    let mut stored = None;
    let read = backend.read(scope, &mut |view| {
        stored = view.get(LINK_KEY)?;
        Ok(())
    });
    read.map_err(Error::failed)?;
    stored.map(|value| codec::decode(LINK_KEY_KIND, &value)).transpose().map_err(Error::failed)
}

fn draw_key(ids: &dyn Entropy) -> [u8; 32] {
    let mut key = [0; 32];
    let (first, second) = key.split_at_mut(16);
    first.copy_from_slice(&ids.bytes());
    second.copy_from_slice(&ids.bytes());
    key
}
