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

/// For each step the whole part of the sine of its number, from 1 on, times 2^32.
const SINES: [[u32; 16]; 4] = [
    [
        0xd76a_a478,
        0xe8c7_b756,
        0x2420_70db,
        0xc1bd_ceee,
        0xf57c_0faf,
        0x4787_c62a,
        0xa830_4613,
        0xfd46_9501,
        0x6980_98d8,
        0x8b44_f7af,
        0xffff_5bb1,
        0x895c_d7be,
        0x6b90_1122,
        0xfd98_7193,
        0xa679_438e,
        0x49b4_0821,
    ],
    [
        0xf61e_2562,
        0xc040_b340,
        0x265e_5a51,
        0xe9b6_c7aa,
        0xd62f_105d,
        0x0244_1453,
        0xd8a1_e681,
        0xe7d3_fbc8,
        0x21e1_cde6,
        0xc337_07d6,
        0xf4d5_0d87,
        0x455a_14ed,
        0xa9e3_e905,
        0xfcef_a3f8,
        0x676f_02d9,
        0x8d2a_4c8a,
    ],
    [
        0xfffa_3942,
        0x8771_f681,
        0x6d9d_6122,
        0xfde5_380c,
        0xa4be_ea44,
        0x4bde_cfa9,
        0xf6bb_4b60,
        0xbebf_bc70,
        0x289b_7ec6,
        0xeaa1_27fa,
        0xd4ef_3085,
        0x0488_1d05,
        0xd9d4_d039,
        0xe6db_99e5,
        0x1fa2_7cf8,
        0xc4ac_5665,
    ],
    [
        0xf429_2244,
        0x432a_ff97,
        0xab94_23a7,
        0xfc93_a039,
        0x655b_59c3,
        0x8f0c_cc92,
        0xffef_f47d,
        0x8584_5dd1,
        0x6fa8_7e4f,
        0xfe2c_e6e0,
        0xa301_4314,
        0x4e08_11a1,
        0xf753_7e82,
        0xbd3a_f235,
        0x2ad7_d2bb,
        0xeb86_d391,
    ],
];

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
        let mut words = [0; 16];
        for (word, bytes) in words.iter_mut().zip(self.block.as_chunks::<4>().0) {
            *word = u32::from_le_bytes(*bytes);
        }
        let mut state = self.state;
        round::<0>(&mut state, &words, |[_, b, c, d]| b & c | !b & d, |step| step);
        round::<1>(&mut state, &words, |[_, b, c, d]| d & b | !d & c, |step| 5 * step + 1);
        round::<2>(&mut state, &words, |[_, b, c, d]| b ^ c ^ d, |step| 3 * step + 5);
        round::<3>(&mut state, &words, |[_, b, c, d]| c ^ (b | !d), |step| 7 * step);
        for (word, more) in self.state.iter_mut().zip(state) {
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

/// Sixteen steps. Each mixes the state in one way, and adds the word of the block that comes next in an order of theirs.
#[inline(always)]
fn round<const ROUND: usize>(
    state: &mut [u32; 4],
    words: &[u32; 16],
    mix: impl Fn([u32; 4]) -> u32,
    place: impl Fn(usize) -> usize,
) {
    for step in 0..16 {
        let [a, b, c, d] = *state;
        let added = SINES[ROUND][step].wrapping_add(words[place(step) % 16]);
        let sum = a.wrapping_add(mix(*state)).wrapping_add(added);
        *state = [d, b.wrapping_add(sum.rotate_left(SHIFTS[ROUND][step % 4])), b, c];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: [u8; 16]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn sines_are_those_of_the_steps() {
        for (step, &sine) in SINES.as_flattened().iter().enumerate() {
            assert_eq!(sine, (((step + 1) as f64).sin().abs() * 4_294_967_296.0) as u32, "step {step}");
        }
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
