//! The content of a member, piece by piece.

use std::io;
use std::ops::ControlFlow;

use flate2::{Decompress, DecompressError, FlushDecompress, Status};

use crate::framing::{Content, DEFLATED, Member};
use crate::source::{Source, shortened};

/// How much is read and written at a time, in bytes. What is written is kept as the window of what follows, so larger steps copy
/// less.
const INPUT_BYTES: usize = 64 << 10;
const OUTPUT_BYTES: usize = 256 << 10;

/// How the content of a member came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// All of it was read; what is left of the compressed bytes was not needed.
    Whole { left: u64 },
    /// Whoever reads had enough.
    Early,
    /// The compressed bytes are none, or break off.
    Broken,
}

/// Reads members one after the other; what one needs is kept for the next.
pub(crate) struct Inflater {
    state: Decompress,
    input: Vec<u8>,
    output: Vec<u8>,
}

impl Inflater {
    pub(crate) fn new() -> Self {
        Self { state: Decompress::new(false), input: Vec::new(), output: Vec::new() }
    }

    /// Hands the content of a member to `sink`, which may end it; nothing, for as long as nothing comes out.
    pub(crate) fn read(
        &mut self,
        source: &dyn Source,
        member: &Member,
        content: Content,
        mut sink: impl FnMut(&[u8]) -> io::Result<ControlFlow<()>>,
    ) -> io::Result<Ended> {
        let mut input = Input { source, at: content.at, end: content.end() };
        self.input.resize(INPUT_BYTES, 0);
        if member.method != DEFLATED {
            while !input.is_over() {
                if sink(input.next(&mut self.input)?)?.is_break() {
                    return Ok(Ended::Early);
                }
            }
            return Ok(Ended::Whole { left: 0 });
        }
        self.output.resize(OUTPUT_BYTES, 0);
        self.state.reset(false);
        loop {
            let last = input.is_over();
            let piece = input.next(&mut self.input)?;
            match inflate(&mut self.state, piece, &mut self.output, &mut sink)? {
                Piece::Used if last => return Ok(Ended::Broken),
                Piece::Used => {}
                Piece::End { unused } => return Ok(Ended::Whole { left: input.left() + unused }),
                Piece::Early => return Ok(Ended::Early),
                Piece::Broken => return Ok(Ended::Broken),
            }
        }
    }
}

/// The compressed bytes of a member.
struct Input<'a> {
    source: &'a dyn Source,
    at: u64,
    end: u64,
}

impl Input<'_> {
    fn is_over(&self) -> bool {
        self.at >= self.end
    }

    fn left(&self) -> u64 {
        self.end - self.at
    }

    fn next<'a>(&mut self, buffer: &'a mut [u8]) -> io::Result<&'a [u8]>
    where
        Self: 'a,
    {
        let length = buffer.len().min(usize::try_from(self.left()).unwrap_or(usize::MAX));
        let Some(buffer) = buffer.get_mut(..length) else { return Ok(&[]) };
        let piece = self.source.read_at(self.at, buffer)?;
        if piece.len() < length {
            return Err(shortened());
        }
        self.at += length as u64;
        Ok(piece)
    }
}

/// What a decompression came to: how much it took and made, and whether it goes on.
pub(crate) struct Step {
    pub(crate) used: usize,
    pub(crate) written: usize,
    pub(crate) status: Result<Status, DecompressError>,
}

/// Decompresses as much of `input` as fits into `output`.
pub(crate) fn step(state: &mut Decompress, input: &[u8], output: &mut [u8]) -> Step {
    let (used, written) = (state.total_in(), state.total_out());
    let status = state.decompress(input, output, FlushDecompress::None);
    let used = (state.total_in() - used) as usize;
    let written = (state.total_out() - written) as usize;
    Step { used, written, status }
}

/// What became of a piece of compressed bytes.
enum Piece {
    Used,
    End { unused: u64 },
    Early,
    Broken,
}

fn inflate(
    state: &mut Decompress,
    mut piece: &[u8],
    output: &mut [u8],
    sink: &mut impl FnMut(&[u8]) -> io::Result<ControlFlow<()>>,
) -> io::Result<Piece> {
    let mut silent = true;
    loop {
        let Step { used, written, status } = step(state, piece, output);
        let Ok(status) = status else { return Ok(Piece::Broken) };
        piece = piece.get(used..).unwrap_or_default();
        silent &= written == 0;
        if written > 0 && sink(output.get(..written).unwrap_or_default())?.is_break() {
            return Ok(Piece::Early);
        }
        match status {
            Status::StreamEnd => return Ok(Piece::End { unused: piece.len() as u64 }),
            // What does not fit into the output yet may be held back without input.
            _ if written == output.len() => {}
            // Whoever reads may have enough of what makes nothing, too.
            _ if piece.is_empty() && silent && sink(&[])?.is_break() => return Ok(Piece::Early),
            _ if piece.is_empty() => return Ok(Piece::Used),
            _ if used == 0 && written == 0 => return Ok(Piece::Broken),
            _ => {}
        }
    }
}
