//! Random bytes that are the same in every run.

use std::sync::atomic::{AtomicU64, Ordering};

use funclet_storage::Entropy;

/// An [`Entropy`] that gives the same bytes for the same seed, in the order of the calls.
///
/// Two stores that share one never get the same bytes; two with equal seeds get equal bytes, so give each its own seed
/// where that matters.
///
/// ```
/// use funclet_storage::Entropy;
/// use funclet_testkit::SeededEntropy;
///
/// let (one, same) = (SeededEntropy::new(7), SeededEntropy::new(7));
/// assert_eq!(one.bytes(), same.bytes());
/// assert_ne!(one.bytes(), SeededEntropy::new(7).bytes());
/// ```
#[derive(Debug, Default)]
pub struct SeededEntropy(SplitMix);

impl SeededEntropy {
    /// Makes the source that `seed` stands for.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(SplitMix::new(seed))
    }
}

impl Entropy for SeededEntropy {
    fn bytes(&self) -> [u8; 16] {
        let number = u128::from(self.0.next()) << 64 | u128::from(self.0.next());
        number.to_le_bytes()
    }
}

/// The generator SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014). Its state is
/// a counter, so that it can be shared between threads.
#[derive(Debug, Default)]
pub(crate) struct SplitMix(AtomicU64);

impl SplitMix {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    pub(crate) fn next(&self) -> u64 {
        let state = self.0.fetch_add(Self::STEP, Ordering::Relaxed).wrapping_add(Self::STEP);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Is true with the probability `odds`: never for 0, always for 1.
    pub(crate) fn happens(&self, odds: f64) -> bool {
        // The upper 53 bits as a number from 0 to 1, 1 excluded.
        let drawn = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        drawn < odds
    }

    /// Draws a number below `end`, which is not 0. The bias is far below what a test could notice.
    pub(crate) fn below(&self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap_or_default()
    }

    pub(crate) fn pick<T: Copy, const N: usize>(&self, choices: [T; N]) -> T {
        const { assert!(N > 0) };
        #[expect(clippy::indexing_slicing, reason = "the position is below N, which is not 0")]
        choices[self.below(N)]
    }

    pub(crate) fn shuffle<T>(&self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_split_mix_64() {
        // The first outputs for the seed 1234567, as other implementations of the algorithm give them.
        let generator = SplitMix::new(1_234_567);
        let drawn = [generator.next(), generator.next(), generator.next()];
        assert_eq!(drawn, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn odds_are_kept() {
        let generator = SplitMix::new(1);
        let count = |odds| (0..10_000).filter(|_| generator.happens(odds)).count();
        assert_eq!((count(0.0), count(1.0)), (0, 10_000));
        assert!((2_200..2_800).contains(&count(0.25)));
    }

    #[test]
    fn everything_below_the_end_is_drawn_and_shuffling_loses_nothing() {
        let generator = SplitMix::new(1);
        let drawn: std::collections::BTreeSet<_> = (0..1000).map(|_| generator.below(10)).collect();
        assert!(drawn.into_iter().eq(0..10));
        let mut items: Vec<_> = (0..100).collect();
        generator.shuffle(&mut items);
        assert!(!items.is_sorted());
        items.sort_unstable();
        assert!(items.into_iter().eq(0..100));
    }

    #[test]
    fn bytes_never_repeat() {
        let entropy = SeededEntropy::new(0);
        let drawn: std::collections::HashSet<_> = (0..1000).map(|_| entropy.bytes()).collect();
        assert_eq!(drawn.len(), 1000);
    }
}
