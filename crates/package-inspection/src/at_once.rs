//! Members that are decompressed at once, which libdeflate does nearly twice as fast as anything does piece by piece.
//!
//! It does not tell where a stream ends or why one is bad. So the stream is handed to it as a gzip file whose trailer has what the directory
//! declares: what it takes is sound to the last byte, and whatever else it is, is found out piece by piece.

use std::io;

use crate::framing::{Content, Member};
use crate::source::Part;

#[cfg(not(feature = "libdeflater"))]
#[derive(Default)]
pub(crate) struct AtOnce(());

#[cfg(not(feature = "libdeflater"))]
impl AtOnce {
    pub(crate) fn sound(&mut self, _: Part<'_>, _: &Member, _: Content) -> io::Result<Option<&[u8]>> {
        Ok(None)
    }
}

#[cfg(feature = "libdeflater")]
pub(crate) use with_libdeflate::AtOnce;

#[cfg(feature = "libdeflater")]
mod with_libdeflate {
    use libdeflater::Decompressor;
    use memchr::memmem;

    use super::*;
    use crate::framing::DEFLATED;
    use crate::source::{copy_at, shortened};

    /// Up to how many bytes a member is decompressed at once, compressed and content together: both are held.
    const BYTES_MAX: u64 = 4 << 20;
    /// How a gzip file of deflated data begins that says nothing else of itself (RFC 1952).
    const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    const TRAILER_BYTES: usize = 8;

    /// Decompresses members one after the other; what one needs is kept for the next.
    #[derive(Default)]
    pub(crate) struct AtOnce {
        decompressor: Decompressor,
        gzip: Vec<u8>,
        output: Vec<u8>,
    }

    impl AtOnce {
        /// Returns the content of a member if it is small enough and as declared: its length, its checksum, and nothing behind its end.
        pub(crate) fn sound(
            &mut self,
            source: Part<'_>,
            member: &Member,
            content: Content,
        ) -> io::Result<Option<&[u8]>> {
            let sizes = (usize::try_from(content.length), usize::try_from(member.unzipped));
            let (Ok(zipped), Ok(unzipped)) = sizes else { return Ok(None) };
            if member.method != DEFLATED || content.length.saturating_add(member.unzipped) > BYTES_MAX {
                return Ok(None);
            }
            self.gzip.resize(GZIP_HEADER.len() + zipped + TRAILER_BYTES, 0);
            let Some((header, rest)) = self.gzip.split_first_chunk_mut() else { return Ok(None) };
            let Some((stream, trailer)) = rest.split_last_chunk_mut() else { return Ok(None) };
            *header = GZIP_HEADER;
            if copy_at(&source, content.at, stream)? < zipped {
                return Err(shortened());
            }
            *trailer = (u64::from(member.crc) | member.unzipped << 32).to_le_bytes();
            let trailer: [u8; TRAILER_BYTES] = *trailer;
            if self.output.len() < unzipped {
                self.output.resize(unzipped, 0);
            }
            let Some(output) = self.output.get_mut(..unzipped) else { return Ok(None) };
            let taken = self.decompressor.gzip_decompress(&self.gzip, output) == Ok(unzipped);
            // Bytes behind the end of a stream that look like the trailer would be taken for it.
            let rest = self.gzip.get(GZIP_HEADER.len()..).unwrap_or_default();
            let at_end = || memmem::find(rest, &trailer) == Some(zipped);
            Ok((taken && at_end()).then_some(output))
        }
    }

    #[cfg(test)]
    mod tests {
        use flate2::{Compress, Compression, FlushCompress};
        use proptest::prelude::*;

        use super::*;
        use crate::framing::MemberKind;

        fn deflated(content: &[u8]) -> Vec<u8> {
            let mut stream = Vec::with_capacity(content.len() + 64);
            let mut state = Compress::new(Compression::new(6), false);
            state.compress_vec(content, &mut stream, FlushCompress::Finish).unwrap();
            stream
        }

        fn member(content: &[u8]) -> Member {
            Member {
                name_at: 0,
                local: 0,
                content: None,
                zipped: 0,
                unzipped: content.len() as u64,
                crc: crc32fast::hash(content),
                mode: 0,
                name_length: 0,
                method: DEFLATED,
                flags: 0,
                kind: MemberKind::File,
                has_zip64: false,
            }
        }

        /// Tells whether a stream is taken for what `member` declares, and checks that its content then is `expected`.
        fn is_taken(stream: &[u8], member: &Member, expected: &[u8]) -> bool {
            let length = stream.len() as u64;
            let mut at_once = AtOnce::default();
            let found =
                at_once.sound(Part::new(&stream, 0, length), member, Content { at: 0, length }).unwrap();
            assert!(found.is_none_or(|found| found == expected));
            found.is_some()
        }

        #[test]
        fn what_follows_a_stream_and_looks_like_the_end_is_not_taken_for_it() {
            for content in [&b"a"[..], b"some content, some content"] {
                let (stream, member) = (deflated(content), member(content));
                assert!(is_taken(&stream, &member, content));
                let trailer = (u64::from(member.crc) | member.unzipped << 32).to_le_bytes();
                for length in 1..=trailer.len() {
                    let tail = &trailer[..length];
                    assert!(!is_taken(&[&stream, tail].concat(), &member, content), "{length}");
                }
                assert!(!is_taken(&[&stream, &trailer[..], b"more"].concat(), &member, content));
            }
        }

        #[test]
        fn more_than_fits_is_left() {
            let content = vec![7; 5 << 20];
            assert!(!is_taken(&deflated(&content), &member(&content), &content));
            assert!(!is_taken(b"", &Member { unzipped: u64::MAX, ..member(b"") }, b""));
        }

        proptest! {
            #[test]
            fn what_is_taken_is_sound_to_the_last_byte(
                content in prop::collection::vec(0_u8..3, 1..600),
                tail in prop::collection::vec(0_u8..2, 0..12),
                damage in prop::option::of((any::<prop::sample::Index>(), 1_u8..)),
                (length, crc) in (-1_i64..2, 0_u32..2),
            ) {
                let sound = member(&content);
                let declared = Member {
                    unzipped: sound.unzipped.saturating_add_signed(length),
                    crc: sound.crc ^ crc,
                    ..sound
                };
                let as_declared = (declared.unzipped, declared.crc) == (sound.unzipped, sound.crc);
                let mut stream = [deflated(&content), tail.clone()].concat();
                let at = damage.map(|(at, mask)| (at.index(stream.len()), mask));
                if let Some((at, mask)) = at {
                    stream[at] ^= mask;
                }
                let taken = is_taken(&stream, &declared, &content);
                if at.is_none() {
                    prop_assert_eq!(taken, as_declared && tail.is_empty());
                } else {
                    // Damage may leave the content as it was, but nothing behind it.
                    prop_assert!(!taken || as_declared);
                }
            }
        }
    }
}
