//! Reads what stands in the lists of `bs_match` and `bs_create_bin`: commands, and flags told by name.

use purlin_isa::bits::{LITTLE, SIGNED};
use purlin_isa::{Operand, Register};

use crate::module::Module;

/// A command of `bs_match`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    EnsureAtLeast {
        bits: u64,
        unit: u16,
    },
    EnsureExactly {
        bits: u64,
    },
    Integer {
        live: u16,
        flags: u8,
        bits: u64,
        destination: Register,
    },
    Binary {
        live: u16,
        flags: u8,
        bits: u64,
        destination: Register,
    },
    Tail {
        live: u16,
        unit: u16,
        destination: Register,
    },
    Skip {
        bits: u64,
    },
    /// The next bits are those of this number.
    Equal {
        bits: u64,
        value: u64,
    },
}

impl Command {
    /// How many bits it is about; none for a tail.
    pub(crate) fn bits(&self) -> u64 {
        match *self {
            Command::EnsureAtLeast { bits, .. }
            | Command::EnsureExactly { bits }
            | Command::Integer { bits, .. }
            | Command::Binary { bits, .. }
            | Command::Skip { bits }
            | Command::Equal { bits, .. } => bits,
            Command::Tail { .. } => 0,
        }
    }
}

/// The commands of a list, or `None` where an operand is none that belongs there.
pub(crate) fn commands<'a>(
    module: &'a Module,
    list: &'a [Operand],
) -> impl Iterator<Item = Option<Command>> + use<'a> {
    let mut reader = Reader { module, rest: list };
    std::iter::from_fn(move || {
        if reader.rest.is_empty() {
            return None;
        }
        let command = reader.command();
        if command.is_none() {
            reader.rest = &[];
        }
        Some(command)
    })
}

struct Reader<'a> {
    module: &'a Module,
    rest: &'a [Operand],
}

impl Reader<'_> {
    fn command(&mut self) -> Option<Command> {
        let Operand::Atom(name) = self.take()? else { return None };
        match self.module.atom(name) {
            "ensure_at_least" => Some(Command::EnsureAtLeast { bits: self.number()?, unit: self.narrow()? }),
            "ensure_exactly" => Some(Command::EnsureExactly { bits: self.number()? }),
            "integer" => {
                let (live, flags, bits, destination) = self.field()?;
                Some(Command::Integer { live, flags, bits, destination })
            }
            "binary" => {
                let (live, flags, bits, destination) = self.field()?;
                Some(Command::Binary { live, flags, bits, destination })
            }
            "get_tail" => Some(Command::Tail {
                live: self.narrow()?,
                unit: self.narrow()?,
                destination: self.register()?,
            }),
            "skip" => Some(Command::Skip { bits: self.number()? }),
            "=:=" => {
                self.take()?;
                let (bits, value) = (self.number()?, self.number()?);
                (bits <= 64).then_some(Command::Equal { bits, value })
            }
            _ => None,
        }
    }

    fn field(&mut self) -> Option<(u16, u8, u64, Register)> {
        let live = self.narrow()?;
        let flags = self.take()?;
        let flags = named_flags(self.module, flags)?;
        let (size, unit) = (self.number()?, self.number()?);
        Some((live, flags, size.checked_mul(unit)?, self.register()?))
    }

    fn take(&mut self) -> Option<Operand> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        match self.take()? {
            Operand::Unsigned(number) => Some(number),
            Operand::Integer(number) => u64::try_from(number).ok(),
            _ => None,
        }
    }

    fn narrow(&mut self) -> Option<u16> {
        self.number().and_then(|number| u16::try_from(number).ok())
    }

    fn register(&mut self) -> Option<Register> {
        self.take()?.register()
    }
}

/// Flags as the numbers of older instructions tell them, with `native` resolved.
pub(crate) fn numbered_flags(flags: u32) -> u8 {
    const NATIVE: u32 = 16;
    let native = if flags & NATIVE != 0 { native() } else { 0 };
    (flags as u8 & (LITTLE | SIGNED)) | native
}

/// What `native` means on this machine.
fn native() -> u8 {
    if cfg!(target_endian = "little") { LITTLE } else { 0 }
}

/// Flags as a list of atoms, which is nil or a literal; `None` if it is something else.
pub(crate) fn named_flags(module: &Module, operand: Operand) -> Option<u8> {
    match operand {
        Operand::Nil => Some(0),
        Operand::Literal(index) => flags_of_term(module.literal(index)),
        _ => None,
    }
}

/// Reads a list of atoms in the external term format.
fn flags_of_term(bytes: &[u8]) -> Option<u8> {
    let bytes = bytes.strip_prefix(&[131])?;
    let (length, mut rest) = match bytes {
        [106] => return Some(0),
        [108, a, b, c, d, rest @ ..] => (u32::from_be_bytes([*a, *b, *c, *d]), rest),
        _ => return None,
    };
    let mut flags = 0;
    for _ in 0..length {
        let (size, text) = match rest {
            [115 | 119, size, text @ ..] => (usize::from(*size), text),
            [100 | 118, high, low, text @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), text),
            _ => return None,
        };
        flags |= match text.get(..size)? {
            b"little" => LITTLE,
            b"signed" => SIGNED,
            b"native" => native(),
            b"big" | b"unsigned" | b"aligned" | b"exact" => 0,
            _ => return None,
        };
        rest = &text[size..];
    }
    (rest == [106]).then_some(flags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read_by_name() {
        let signed_little = [&[131, 108, 0, 0, 0, 2, 119, 6][..], b"signed", &[100, 0, 6], b"little", &[106]];
        assert_eq!(flags_of_term(&signed_little.concat()), Some(SIGNED | LITTLE));
        assert_eq!(flags_of_term(&[131, 106]), Some(0));
        assert_eq!(flags_of_term(&[131, 108, 0, 0, 0, 9, 119, 6]), None);
        assert_eq!(flags_of_term(&[131, 108, 0, 0, 0, 1, 119, 1, b'x', 106]), None);
    }
}
