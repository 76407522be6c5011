//! Damaged inputs for tests: valid files with something wrong in them, the same ones for the same seed.
//!
//! Each is to be refused with a reason, or to be accepted and harmless.

use purlin_isa::{Code, Operand};

use crate::image;
use crate::module::Module;
use crate::verify::state::Value;
use crate::verify::{Kinds, Type, Verified};

/// A source of damage.
pub struct Damage {
    state: u64,
}

/// What a number becomes when it is changed: near misses and extremes.
const EXTREMES: [u32; 8] = [0, 1, 2, 255, 256, 0x7fff_ffff, 0x8000_0000, u32::MAX];

impl Damage {
    /// A source whose damage follows from the seed.
    #[must_use]
    pub fn new(seed: u64) -> Damage {
        Damage { state: seed }
    }

    /// A `.beam` file that is this one with something wrong. The file given must be valid.
    pub fn beam(&mut self, file: &[u8]) -> Vec<u8> {
        match self.below(8) {
            0 => self.flipped(file),
            1 => file[..self.below(file.len())].to_vec(),
            2 => self.renumbered(file),
            3 => self.replaced(file, *b"Type", |damage, hints| damage.flipped(hints)),
            4 => self.replaced(file, *b"LitT", Damage::literals),
            5 => self.replaced(file, *b"Code", Damage::moved),
            _ => self.replaced(file, *b"Code", Damage::swapped),
        }
    }

    /// An image of the module with something wrong and its hash made right again.
    pub fn image(&mut self, verified: &Verified) -> Vec<u8> {
        let contents = match self.below(3) {
            0 => self.lying_states(verified),
            1 => {
                let packed = image::pack_module(verified.module(), verified.maps());
                let mut damaged = self.flipped(&packed[8..]);
                damaged
                    .truncate(damaged.len() - if self.below(4) == 0 { self.below(damaged.len()) } else { 0 });
                [&(damaged.len() as u64).to_le_bytes()[..], &damaged].concat()
            }
            _ => {
                let packed = image::pack_module(verified.module(), verified.maps());
                self.flipped(&packed)
            }
        };
        image::seal(&contents)
    }

    /// The next number of the sequence (splitmix64).
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below the limit, or 0.
    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    /// A few bytes are others.
    fn flipped(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut flipped = bytes.to_vec();
        for _ in 0..=self.below(4) {
            let place = self.below(bytes.len());
            let Some(byte) = flipped.get_mut(place) else { break };
            *byte = match self.below(3) {
                0 => *byte ^ 1 << self.below(8),
                1 => byte.wrapping_add(1),
                _ => self.next() as u8,
            };
        }
        flipped
    }

    /// A length of a chunk, or a number in a table, is another.
    fn renumbered(&mut self, file: &[u8]) -> Vec<u8> {
        let mut bytes = file.to_vec();
        let Some((start, length)) = self.any_chunk(file) else { return bytes };
        let place = match self.below(3) {
            0 => start - 4,
            _ => start + self.below(length / 4) * 4,
        };
        if let Some(word) = bytes.get_mut(place..place + 4) {
            let old = u32::from_be_bytes([word[0], word[1], word[2], word[3]]);
            let new = match self.below(3) {
                0 => old.wrapping_add(1),
                1 => old.wrapping_sub(1),
                _ => EXTREMES[self.below(EXTREMES.len())],
            };
            word.copy_from_slice(&new.to_be_bytes());
        }
        bytes
    }

    /// A chunk's contents are replaced, and all lengths are right.
    fn replaced(
        &mut self,
        file: &[u8],
        id: [u8; 4],
        damage: impl Fn(&mut Damage, &[u8]) -> Vec<u8>,
    ) -> Vec<u8> {
        let mut form = b"BEAM".to_vec();
        for (start, length) in chunks(file) {
            let mut contents = file[start..start + length].to_vec();
            if file[start - 8..start - 4] == id {
                contents = damage(self, &contents);
            }
            form.extend(&file[start - 8..start - 4]);
            form.extend((contents.len() as u32).to_be_bytes());
            contents.resize(contents.len().next_multiple_of(4), 0);
            form.extend(contents);
        }
        [b"FOR1", &(form.len() as u32).to_be_bytes()[..], &form].concat()
    }

    fn any_chunk(&mut self, file: &[u8]) -> Option<(usize, usize)> {
        let all = chunks(file);
        all.get(self.below(all.len())).copied()
    }

    /// The literals, raw, with bytes changed.
    fn literals(&mut self, chunk: &[u8]) -> Vec<u8> {
        let mut table = Vec::new();
        if chunk[..4] == [0; 4] {
            table.extend(&chunk[4..]);
        } else {
            let mut inflated = flate2::read::ZlibDecoder::new(&chunk[4..]);
            let _ = std::io::Read::read_to_end(&mut inflated, &mut table);
        }
        [&[0; 4], &self.flipped(&table)[..]].concat()
    }

    /// Instructions stand elsewhere, twice, or not at all.
    fn moved(&mut self, chunk: &[u8]) -> Vec<u8> {
        let Ok(code) = Code::decode(&chunk[20..]) else { return chunk.to_vec() };
        let mut order = (0..code.len()).collect::<Vec<_>>();
        for _ in 0..=self.below(2) {
            let last = order.len() - 1;
            let (from, to) = (self.below(order.len()), self.below(order.len()));
            let near = (from + self.below(4)).min(last);
            match self.below(4) {
                0 if last > 0 => {
                    order.remove(from);
                }
                1 => order.insert(near, order[from]),
                2 => order.swap(from, near),
                _ => order.swap(from, to),
            }
        }
        let mut bytes = chunk[..20].to_vec();
        for index in order {
            code.encode_instruction(index, &mut |operand| operand, &mut bytes);
        }
        bytes
    }

    /// Operands are those of other instructions, or off by little.
    fn swapped(&mut self, chunk: &[u8]) -> Vec<u8> {
        let Ok(code) = Code::decode(&chunk[20..]) else { return chunk.to_vec() };
        let victims = [self.below(code.len()), self.below(code.len()), self.below(code.len())];
        let count = 1 + self.below(victims.len());
        let mut bytes = chunk[..20].to_vec();
        for index in 0..code.len() {
            let mut replace = |operand| operand;
            if !victims[..count].contains(&index) {
                code.encode_instruction(index, &mut replace, &mut bytes);
                continue;
            }
            let mut replace =
                |operand| if self.below(3) == 0 { self.other_operand(&code, operand) } else { operand };
            code.encode_instruction(index, &mut replace, &mut bytes);
        }
        bytes
    }

    fn other_operand(&mut self, code: &Code, operand: Operand) -> Operand {
        let nudge = |damage: &mut Damage, number: u32| match damage.below(4) {
            0 => number.wrapping_add(1),
            1 => number.wrapping_sub(1),
            2 => EXTREMES[damage.below(EXTREMES.len())],
            _ => damage.below(16) as u32,
        };
        match operand {
            Operand::Unsigned(number) => Operand::Unsigned(nudge(self, number as u32).into()),
            Operand::X(number) if self.below(2) == 0 => Operand::X(nudge(self, number.into()) as u16),
            Operand::Y(number) if self.below(2) == 0 => Operand::Y(nudge(self, number.into()) as u16),
            Operand::Label(label) if self.below(2) == 0 => Operand::Label(nudge(self, label)),
            Operand::TypedX(number, _) => Operand::TypedX(number, nudge(self, 0)),
            Operand::List(list) => Operand::List(list),
            _ => {
                let operands = code.operands(self.below(code.len()));
                match operands.get(self.below(operands.len())) {
                    None | Some(Operand::List(_)) => Operand::X(self.below(8) as u16),
                    Some(other) => *other,
                }
            }
        }
    }

    /// States that tell more, or something else, than is so.
    fn lying_states(&mut self, verified: &Verified) -> Vec<u8> {
        let mut maps = verified.maps().clone();
        for _ in 0..=self.below(2) {
            let (label, donor) = (self.below(maps.labels.len()), self.below(maps.labels.len()));
            let function = self.below(maps.results.len());
            match self.below(6) {
                0 => maps.labels[label] = maps.labels[donor].clone(),
                1 => maps.results.get_mut(function).into_iter().for_each(|result| *result = self.any_type()),
                2 => {
                    let arguments = maps.arguments.get_mut(function).and_then(Option::as_mut);
                    let argument = arguments.and_then(|arguments| arguments.first_mut());
                    argument.into_iter().for_each(|of| *of = self.any_type());
                }
                3 => maps.copies_messages.get_mut(function).into_iter().for_each(|copies| *copies = !*copies),
                _ => {
                    let Some(state) = &mut maps.labels[label] else { continue };
                    let count = state.x.len() + state.y.len();
                    let place = self.below(count);
                    let value =
                        Value { of: self.any_type(), id: self.below(count) as u32, is_fragile: false };
                    let is_y = self.below(4) == 0;
                    let mut slots = state.x.iter_mut().chain(&mut state.y);
                    slots.nth(place).into_iter().for_each(|slot| *slot = value);
                    if is_y {
                        state.y.push(value);
                    }
                }
            }
        }
        image::pack_module(verified.module(), &maps)
    }

    fn any_type(&mut self) -> Type {
        match self.below(6) {
            0 => Type::ANY,
            1 => Type::NONE,
            2 => Type::tuple(self.below(6) as u32, 0),
            3 => Type::integer(self.below(300) as i64, i64::MAX),
            _ => Type::of(Kinds(1 << self.below(24))),
        }
    }
}

/// Where the contents of each chunk begin, and their lengths.
fn chunks(file: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 12;
    while let Some(header) = file.get(at..at + 8) {
        let length = u32::from_be_bytes([header[4], header[5], header[6], header[7]]) as usize;
        if at + 8 + length > file.len() {
            break;
        }
        found.push((at + 8, length));
        at += 8 + length.next_multiple_of(4);
    }
    found
}

/// Parses and verifies a damaged file, and says in a word what became of it.
#[must_use]
pub fn judge(file: &[u8]) -> &'static str {
    match Module::parse(file) {
        Err(_) => "does not parse",
        Ok(module) => match Verified::new(module) {
            Err(_) => "is refused",
            Ok(_) => "is accepted",
        },
    }
}
