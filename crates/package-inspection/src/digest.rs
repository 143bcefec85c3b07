//! The SHA-256 of a package.

use std::fmt;
use std::io::{self, ErrorKind, Read};

use sha2::{Digest as _, Sha256};

/// How many bytes of a package are in memory while it is hashed.
const HASH_BUFFER_BYTES: usize = 64 * 1024;

/// The alphabet of standard base64, RFC 4648 section 4.
const BASE64_ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The SHA-256 of the bytes of a package.
///
/// [`base64`](Self::base64) is the form that Lambda shows as `CodeSha256`;
/// [`Display`](fmt::Display) writes 64 lower-case hexadecimal digits.
///
/// ```
/// use funclet_package_inspection::Sha256Digest;
///
/// let digest = Sha256Digest::of(b"");
/// assert_eq!(digest.base64(), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
/// assert!(digest.to_string().starts_with("e3b0c44298fc1c14"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256Digest([u8; 32]);

impl Sha256Digest {
    /// Returns the digest whose 32 bytes are `bytes`.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Computes the digest of `content`.
    #[must_use]
    pub fn of(content: &[u8]) -> Self {
        Self(Sha256::digest(content).into())
    }

    /// Computes the digest of everything that `reader` still has, 64 KiB at a time.
    ///
    /// # Errors
    ///
    /// The first error of `reader` other than [`ErrorKind::Interrupted`].
    pub fn of_reader(reader: impl Read) -> io::Result<Self> {
        let mut hasher = Hasher::new();
        hasher.update_from(reader)?;
        Ok(hasher.finish())
    }

    /// Returns the 32 bytes of the digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the digest as Lambda shows it in `CodeSha256`: standard base64 with padding, 44 characters.
    #[must_use]
    pub fn base64(&self) -> String {
        self.0.chunks(3).flat_map(base64_quartet).collect()
    }
}

/// Encodes one to three bytes as four characters.
fn base64_quartet(bytes: &[u8]) -> [char; 4] {
    let bits = (0..3).fold(0_u32, |bits, at| bits << 8 | u32::from(bytes.get(at).copied().unwrap_or(0)));
    std::array::from_fn(|at| {
        let sextet = (bits >> (18 - 6 * at) & 0x3f) as usize;
        // n bytes fill n + 1 characters, the rest is padding.
        let letter = if at <= bytes.len() { BASE64_ALPHABET.get(sextet) } else { None };
        letter.map_or('=', |letter| char::from(*letter))
    })
}

impl fmt::Display for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256Digest({self})")
    }
}

/// Takes the digest of a package while its bytes pass by.
///
/// Whoever receives a package piece by piece hashes it on the way and hands the digest to
/// [`inspect`](crate::inspect()), which then does not read the bytes a second time.
///
/// ```
/// use funclet_package_inspection::{Hasher, Sha256Digest};
///
/// let mut hasher = Hasher::new();
/// hasher.update(b"in two ");
/// hasher.update(b"pieces");
/// assert_eq!(hasher.bytes_hashed(), 13);
/// assert_eq!(hasher.finish(), Sha256Digest::of(b"in two pieces"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Hasher {
    state: Sha256,
    bytes_hashed: u64,
}

impl Hasher {
    /// Starts the digest of a package of which nothing has been seen yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next bytes of the package.
    pub fn update(&mut self, bytes: &[u8]) {
        self.state.update(bytes);
        self.bytes_hashed = self.bytes_hashed.saturating_add(bytes.len() as u64);
    }

    /// Adds everything that `reader` still has, 64 KiB at a time.
    ///
    /// # Errors
    ///
    /// The first error of `reader` other than [`ErrorKind::Interrupted`]. What was read before it counts as added.
    pub fn update_from(&mut self, mut reader: impl Read) -> io::Result<()> {
        let mut buffer = vec![0; HASH_BUFFER_BYTES];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => self.update(buffer.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Returns how many bytes were added so far.
    #[must_use]
    pub fn bytes_hashed(&self) -> u64 {
        self.bytes_hashed
    }

    /// Returns the digest of all bytes that were added.
    #[must_use]
    pub fn finish(self) -> Sha256Digest {
        Sha256Digest(self.state.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hash values are those of FIPS 180-2, the base64 those of another implementation.
    fn check(content: &[u8], hex: &str, base64: &str) {
        let digest = Sha256Digest::of(content);
        assert_eq!(digest.to_string(), hex);
        assert_eq!(digest.base64(), base64);
        assert_eq!(Sha256Digest::of_reader(content).unwrap(), digest);
    }

    #[test]
    fn known_digests() {
        check(
            b"abc",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
        );
        check(
            &vec![b'a'; 1_000_000],
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
            "zcduXJkU+5KBocfihNc+Z/GAmkiklyAOBG05zMcRLNA=",
        );
    }

    #[test]
    fn base64_of_every_sextet_and_padding() {
        let quartet = |bytes: &[u8]| base64_quartet(bytes).iter().collect::<String>();
        assert_eq!(quartet(&[0xff, 0xff, 0xfe]), "///+");
        assert_eq!(quartet(&[0x00, 0x10, 0x83]), "ABCD");
        assert_eq!(quartet(b"f"), "Zg==");
        assert_eq!(quartet(b"fo"), "Zm8=");
    }

    #[test]
    fn an_interrupted_read_is_repeated() {
        struct Interrupted<'a>(&'a [u8], bool);
        impl Read for Interrupted<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.1 = !self.1;
                if self.1 { Err(ErrorKind::Interrupted.into()) } else { self.0.read(buffer) }
            }
        }
        let digest = Sha256Digest::of_reader(Interrupted(b"abc", false)).unwrap();
        assert_eq!(digest, Sha256Digest::of(b"abc"));
    }
}
