//! The first bytes of a deflate stream (RFC 1951), at a fraction of what it costs to set up a decoder for all of it.
//!
//! Most members of a package are no native code, and their first few bytes show it. Those are nearly always literals of the
//! first block, and a symbol can be decoded by counting code lengths alone, without tables. Whatever else there is, is left to a
//! real decoder.

/// The order in which the lengths of the code lengths' own codes are written.
const LENGTH_ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/// The longest code, in bits.
const CODE_BITS_MAX: usize = 15;
/// Literals, the end of the block and the lengths of matches; and all that with the distances.
const LITERAL_CODES_MAX: usize = 286;
const CODES_MAX: usize = LITERAL_CODES_MAX + 30;

/// How many bytes are told at most.
pub(crate) const BYTES: usize = 8;

/// The first bytes of a stream's content.
pub(crate) struct Peeked {
    bytes: [u8; BYTES],
    count: usize,
}

impl Peeked {
    /// Returns what could be told; of some streams that is nothing.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.count).unwrap_or_default()
    }
}

/// Returns the first bytes that `stream` decompresses to, as many as can be told without a real decoder. Goes on only while
/// `wanted` wants more than it has.
pub(crate) fn first_bytes(stream: &[u8], wanted: impl Fn(&[u8]) -> bool) -> Peeked {
    let mut bits = Bits { rest: stream, held: 0, count: 0 };
    let mut peeked = Peeked { bytes: [0; BYTES], count: 0 };
    let Some(_last) = bits.take(1) else { return peeked };
    let code = match bits.take(2) {
        Some(0) => {
            let content = stored(stream);
            for (to, from) in peeked.bytes.iter_mut().zip(content) {
                *to = *from;
            }
            peeked.count = content.len().min(BYTES);
            return peeked;
        }
        Some(1) => None,
        Some(2) => match Code::read(&mut bits) {
            Some(code) => Some(code),
            None => return peeked,
        },
        _ => return peeked,
    };
    while wanted(peeked.bytes()) {
        let literal = match &code {
            Some(code) => code.literal(&mut bits),
            None => fixed_literal(&mut bits),
        };
        let (Some(literal), Some(free)) = (literal, peeked.bytes.get_mut(peeked.count)) else { break };
        *free = literal;
        peeked.count += 1;
    }
    peeked
}

/// A block without compression: its length and the complement of that follow the first byte.
fn stored(stream: &[u8]) -> &[u8] {
    match stream {
        [_, low, high, not_low, not_high, content @ ..] if *low == !not_low && *high == !not_high => {
            let length = u16::from_le_bytes([*low, *high]).into();
            content.get(..length).unwrap_or(content)
        }
        _ => &[],
    }
}

/// Decodes a literal of the code that the format fixes: 8 bits up to 143, then 9.
fn fixed_literal(bits: &mut Bits<'_>) -> Option<u8> {
    let mut code = 0;
    for _ in 0..7 {
        code = code << 1 | bits.take(1)?;
    }
    // Seven bits up to 23 are lengths and the end of the block.
    if code < 24 {
        return None;
    }
    code = code << 1 | bits.take(1)?;
    match code {
        0x30..=0xbf => u8::try_from(code - 0x30).ok(),
        0xc8..=0xff => u8::try_from((code << 1 | bits.take(1)?) - 0x190 + 144).ok(),
        _ => None,
    }
}

/// Takes bits from the lowest of each byte on.
struct Bits<'a> {
    rest: &'a [u8],
    held: u64,
    count: u32,
}

impl Bits<'_> {
    /// Holds at least `wanted` bits if the stream has so many.
    fn hold(&mut self, wanted: u32) {
        if self.count >= wanted {
            return;
        }
        if let Some((word, _)) = self.rest.split_first_chunk::<8>() {
            self.held |= u64::from_le_bytes(*word) << self.count;
            let bytes = (63 - self.count) / 8;
            self.count += bytes * 8;
            self.rest = self.rest.get(bytes as usize..).unwrap_or_default();
            self.held &= u64::MAX >> (64 - self.count);
            return;
        }
        while self.count < 56
            && let Some((byte, rest)) = self.rest.split_first()
        {
            self.held |= u64::from(*byte) << self.count;
            self.count += 8;
            self.rest = rest;
        }
    }

    fn take(&mut self, count: u32) -> Option<u32> {
        self.hold(count);
        let bits = self.held & ((1 << count) - 1);
        self.skip(count)?;
        u32::try_from(bits).ok()
    }

    /// Passes over bits that are held; `None` if they are not.
    fn skip(&mut self, count: u32) -> Option<()> {
        let left = self.count.checked_sub(count)?;
        self.held >>= count;
        self.count = left;
        Some(())
    }
}

/// The code of a block's literals, as the lengths of its symbols' codes.
struct Code {
    lengths: [u8; CODES_MAX],
    /// How many symbols have codes of each length.
    counts: [u16; CODE_BITS_MAX + 1],
}

impl Code {
    /// Reads the head of a block with codes of its own. Incomplete and oversubscribed codes are left to a real decoder.
    fn read(bits: &mut Bits<'_>) -> Option<Self> {
        let literals = bits.take(5)? as usize + 257;
        let distances = bits.take(5)? as usize + 1;
        let written = bits.take(4)? as usize + 4;
        if literals > LITERAL_CODES_MAX || distances > 30 {
            return None;
        }
        let mut own_lengths = [0_u8; 19];
        for &symbol in LENGTH_ORDER.get(..written)? {
            *own_lengths.get_mut(symbol)? = bits.take(3)? as u8;
        }
        let own = Table::of(&own_lengths)?;
        let mut lengths = [0_u8; CODES_MAX];
        let mut counts = [0_u16; CODE_BITS_MAX + 1];
        let total = literals + distances;
        let mut at = 0;
        // Each symbol waits for the one before, so what it waits for stays in registers.
        let Bits { mut held, count: mut left, .. } = *bits;
        while at < total {
            if left < Table::BITS_MAX {
                (bits.held, bits.count) = (held, left);
                bits.hold(Table::BITS_MAX);
                (held, left) = (bits.held, bits.count);
            }
            let (symbol, length) = own.symbol(held);
            held >>= length;
            left = left.checked_sub(length.into())?;
            let (value, least, more) = match symbol {
                0..16 => {
                    *lengths.get_mut(at)? = symbol;
                    *counts.get_mut(usize::from(symbol))? += u16::from(at < literals);
                    at += 1;
                    continue;
                }
                16 => (*lengths.get(at.checked_sub(1)?)?, 3, 2),
                17 => (0, 3, 3),
                _ => (0, 11, 7),
            };
            let after = at + least + (held & ((1 << more) - 1)) as usize;
            held >>= more;
            left = left.checked_sub(more)?;
            if after > total {
                return None;
            }
            if value != 0 {
                lengths.get_mut(at..after)?.fill(value);
                *counts.get_mut(usize::from(value))? += after.min(literals).saturating_sub(at) as u16;
            }
            at = after;
        }
        (bits.held, bits.count) = (held, left);
        let mut free = 1_i32;
        for &count in counts.get(1..)? {
            free = (free << 1) - i32::from(count);
            if free < 0 {
                return None;
            }
        }
        // A block that can end has a code for its end.
        (free == 0 && lengths.get(256) != Some(&0)).then_some(Self { lengths, counts })
    }

    /// Decodes a symbol; `None` unless it is a literal.
    fn literal(&self, bits: &mut Bits<'_>) -> Option<u8> {
        bits.hold(CODE_BITS_MAX as u32);
        // Words are read from their highest bit on.
        let word = (bits.held as u32).reverse_bits() >> (32 - CODE_BITS_MAX);
        let mut first = 0;
        for (length, &count) in self.counts.iter().enumerate().skip(1) {
            let code = word >> (CODE_BITS_MAX - length);
            let count = u32::from(count);
            if code < first + count {
                bits.skip(length as u32)?;
                return self.nth(length as u8, code - first);
            }
            first = (first + count) << 1;
        }
        None
    }

    /// Returns the symbol that comes after `skipped` others with codes of this length, if it is a literal.
    fn nth(&self, length: u8, skipped: u32) -> Option<u8> {
        let mut left = skipped;
        // Counted sixteen at a time, which processors do at once.
        for (at, lengths) in self.lengths.as_chunks::<16>().0.iter().take(16).enumerate() {
            let count = u32::from(lengths.iter().map(|own| u8::from(*own == length)).sum::<u8>());
            if left < count {
                let within =
                    lengths.iter().enumerate().filter(|(_, own)| **own == length).nth(left as usize)?.0;
                return u8::try_from(at * 16 + within).ok();
            }
            left -= count;
        }
        None
    }
}

/// A code whose longest word has seven bits, by all words of seven bits: the symbol and the length of its word.
struct Table([(u8, u8); 128]);

impl Table {
    /// The longest word, and the most bits that follow one.
    const BITS_MAX: u32 = 7 + 7;

    fn of(lengths: &[u8; 19]) -> Option<Self> {
        let mut counts = [0_u32; 8];
        for &length in lengths {
            *counts.get_mut(usize::from(length))? += 1;
        }
        // Where the words of each length begin, as words of seven bits.
        let (mut next, mut used) = ([0_u32; 8], 0);
        for ((length, next), count) in next.iter_mut().enumerate().zip(counts).skip(1) {
            *next = used;
            used += count << (7 - length);
        }
        if used != 128 {
            return None;
        }
        let mut table = [(0, 0); 128];
        for (symbol, &length) in lengths.iter().enumerate().filter(|(_, length)| **length > 0) {
            let next = next.get_mut(usize::from(length))?;
            // Words are written from their highest bit on, and bits are taken from the lowest on.
            let word = next.reverse_bits() >> 25;
            *next += 128 >> length;
            for entry in table.iter_mut().skip(word as usize).step_by(1 << length) {
                *entry = (symbol as u8, length);
            }
        }
        Some(Self(table))
    }

    /// Returns the symbol with whose word `bits` begin, and how long that is.
    fn symbol(&self, bits: u64) -> (u8, u8) {
        self.0.get((bits & 127) as usize).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use flate2::{Compress, Compression, FlushCompress};
    use proptest::prelude::*;

    use super::*;

    fn deflate(content: &[u8], level: u32) -> Vec<u8> {
        let mut stream = Vec::with_capacity(content.len() + 64);
        let mut state = Compress::new(Compression::new(level), false);
        state.compress_vec(content, &mut stream, FlushCompress::Finish).unwrap();
        stream
    }

    fn text(seed: u64, length: usize) -> Vec<u8> {
        let mut state = seed | 1;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as u8
        };
        (0..length)
            .map(|_| b"etaoin shrdlu\n\x7fEM".get(usize::from(next() % 17)).copied().unwrap())
            .collect()
    }

    fn all(stream: &[u8]) -> Peeked {
        first_bytes(stream, |bytes| bytes.len() < BYTES)
    }

    #[test]
    fn each_kind_of_block_shows_its_first_bytes() {
        for (content, level) in
            [(text(1, 4000), 0), (text(2, 12), 9), (text(3, 4000), 9), (text(4, 40_000), 1)]
        {
            let peeked = all(&deflate(&content, level));
            assert!(content.starts_with(peeked.bytes()));
            assert!(peeked.bytes().len() >= 2, "{level}: {:?}", peeked.bytes());
        }
    }

    #[test]
    fn no_more_is_decoded_than_is_wanted() {
        let stream = deflate(&text(3, 4000), 9);
        assert_eq!(first_bytes(&stream, |bytes| bytes.len() < 3).bytes(), text(3, 3));
        assert_eq!(first_bytes(&stream, |_| false).bytes(), b"");
    }

    #[test]
    fn what_is_not_all_there_is_left_to_others() {
        let stream = deflate(&text(3, 4000), 9);
        for length in 0..30 {
            assert_eq!(all(&stream[..length]).bytes(), b"", "{length}");
        }
        assert_eq!(all(&deflate(b"", 9)).bytes(), b"");
        assert_eq!(all(&deflate(b"a", 9)).bytes(), b"a");
        assert_eq!(all(&[0x07; 16]).bytes(), b"", "no such block");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn what_is_told_is_true(seed: u64, length in 2_usize..5000, level in 0_u32..10, head: [u8; 3]) {
            let content = [&head[..], &text(seed, length)].concat();
            let peeked = all(&deflate(&content, level));
            prop_assert!(content.starts_with(peeked.bytes()), "{:?}", peeked.bytes());
        }

        #[test]
        fn any_bytes_agree_with_a_real_decoder(stream in prop::collection::vec(any::<u8>(), 0..400), kind in 0_u8..4) {
            let mut stream = stream;
            if let Some(first) = stream.first_mut() {
                *first = *first & !7 | kind << 1;
            }
            let peeked = all(&stream);
            let mut content = Vec::with_capacity(4096);
            let mut state = flate2::Decompress::new(false);
            let result = state.decompress_vec(&stream, &mut content, flate2::FlushDecompress::None);
            // A decoder may refuse the block for its distances, which nobody looked at here.
            prop_assert!(result.is_err() || content.starts_with(peeked.bytes()), "{:?} {content:?}", peeked.bytes());
        }
    }
}
