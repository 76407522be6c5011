//! MD5 (RFC 1321), in a form whose state can be saved and taken up again, as `erlang:md5_update/2` needs.

/// A digest being made.
#[derive(Clone)]
pub(crate) struct Md5 {
    state: [u32; 4],
    /// Bytes so far.
    length: u64,
    /// The bytes of the block that is not full; as many as the length tells.
    block: [u8; 64],
}

const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

/// Bytes of a saved state.
const SAVED_BYTES: usize = 16 + 8 + 64;

impl Default for Md5 {
    fn default() -> Md5 {
        Md5 { state: [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476], length: 0, block: [0; 64] }
    }
}

impl Md5 {
    pub(crate) fn update(&mut self, mut bytes: &[u8]) {
        loop {
            let at = (self.length % 64) as usize;
            let (now, later) = bytes.split_at(bytes.len().min(64 - at));
            self.block[at..at + now.len()].copy_from_slice(now);
            self.length = self.length.wrapping_add(now.len() as u64);
            if at + now.len() < 64 {
                return;
            }
            self.transform();
            bytes = later;
        }
    }

    /// The digest of all bytes.
    pub(crate) fn digest(mut self) -> [u8; 16] {
        let bits = self.length.wrapping_mul(8);
        let zeros = (119 - self.length % 64) % 64;
        let mut padding = vec![0x80];
        padding.resize(1 + zeros as usize, 0);
        padding.extend(bits.to_le_bytes());
        self.update(&padding);
        let mut digest = [0; 16];
        digest.chunks_mut(4).zip(self.state).for_each(|(to, word)| to.copy_from_slice(&word.to_le_bytes()));
        digest
    }

    fn transform(&mut self) {
        let word = |at: usize| {
            let bytes = &self.block[at * 4..at * 4 + 4];
            u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
        };
        let [mut a, mut b, mut c, mut d] = self.state;
        for step in 0..64 {
            let (mixed, at) = match step / 16 {
                0 => (b & c | !b & d, step),
                1 => (d & b | !d & c, (5 * step + 1) % 16),
                2 => (b ^ c ^ d, (3 * step + 5) % 16),
                _ => (c ^ (b | !d), 7 * step % 16),
            };
            // The whole part of the sine of the step's number, times 2^32.
            let sine = (((step + 1) as f64).sin().abs() * 4_294_967_296.0) as u32;
            let sum = a.wrapping_add(mixed).wrapping_add(sine).wrapping_add(word(at));
            (a, d, c) = (d, c, b);
            b = b.wrapping_add(sum.rotate_left(SHIFTS[step / 16][step % 4]));
        }
        for (word, more) in self.state.iter_mut().zip([a, b, c, d]) {
            *word = word.wrapping_add(more);
        }
    }

    /// The state as bytes.
    pub(crate) fn save(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(SAVED_BYTES);
        self.state.iter().for_each(|word| bytes.extend(word.to_le_bytes()));
        bytes.extend(self.length.to_le_bytes());
        bytes.extend(self.block);
        bytes
    }

    /// The state that was saved as these bytes, if it has the size of one.
    pub(crate) fn restore(bytes: &[u8]) -> Option<Md5> {
        let (words, rest) = bytes.split_at_checked(16)?;
        let (length, block) = rest.split_at_checked(8)?;
        let mut state = [0; 4];
        for (word, bytes) in state.iter_mut().zip(words.chunks(4)) {
            *word = u32::from_le_bytes(bytes.try_into().ok()?);
        }
        let length = u64::from_le_bytes(length.try_into().ok()?);
        Some(Md5 { state, length, block: block.try_into().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: [u8; 16]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The test suite of RFC 1321.
    #[test]
    fn digests_of_the_rfc() {
        let cases = [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
        ];
        for (text, digest) in cases {
            let mut md5 = Md5::default();
            md5.update(text.as_bytes());
            assert_eq!(hex(md5.digest()), digest);
        }
        let mut parts = Md5::default();
        for _ in 0..8 {
            parts.update(b"1234567890");
            parts = Md5::restore(&parts.save()).unwrap();
        }
        assert_eq!(hex(parts.digest()), "57edf4a22be3c955ac49da2e2107b67a");
    }
}
