//! The commands of `bs_match`, those that are done in one go. What may need a collection or an integer that is not small is
//! left to `matching.rs`.

use purlin_heap::bits::{self, Bits, MatchContext};
use purlin_heap::word::Word;
use purlin_isa::bits::{CommandKind, Description, LITTLE, SIGNED};

use super::matching::{SMALL_BITS_MAX, are_units, context};
use crate::interpreter::machine::Machine;
use crate::interpreter::operands::set_any;
use crate::interpreter::regs::Regs;

/// In place of a number of commands: one of them did not match.
pub(super) const NO_MATCH: usize = usize::MAX;

/// Where a match stands: the context's fields in registers, and its bits.
struct Match<'h> {
    context: MatchContext<'h>,
    bits: Bits<'h>,
    at: usize,
    end: usize,
}

/// What became of a command.
enum Step {
    Done,
    Failed,
    /// It has to be done the general way.
    General,
}

/// Does the first commands of a list, as many as it can, and gives their number, or [`NO_MATCH`], when the context is as it
/// was. Not inlined, because what it works on has an address, and so the handler would lose its tail call.
///
/// # Safety
/// As for any handler, with the registers saved; `list` has `count` commands, and `of` is a context.
#[inline(never)]
pub(super) unsafe fn match_plain(
    list: *const [Word; 3],
    count: usize,
    of: Word,
    machine: *mut Machine,
    sp: *mut Word,
) -> usize {
    // SAFETY: by the caller; nothing is collected here.
    let context = unsafe { context(of) };
    let mut state = Match { context, bits: context.bits(), at: context.position(), end: context.end() };
    for index in 0..count {
        // SAFETY: by the caller.
        match unsafe { state.step(*list.add(index), machine, sp) } {
            Step::Done => {}
            Step::Failed => return NO_MATCH,
            Step::General => {
                context.set_position(state.at);
                return index;
            }
        }
    }
    context.set_position(state.at);
    count
}

impl Match<'_> {
    /// Does a command.
    ///
    /// # Safety
    /// As for [`match_plain`].
    #[inline(always)]
    unsafe fn step(
        &mut self,
        [told, size, operand]: [Word; 3],
        machine: *mut Machine,
        sp: *mut Word,
    ) -> Step {
        let told = Description::<CommandKind>::decode(told.0);
        let (size, left) = (size.0 as usize, self.end - self.at);
        let matches = match told.kind {
            CommandKind::EnsureAtLeast => left >= size && are_units(left - size, told.unit),
            CommandKind::EnsureExactly => left == size,
            CommandKind::Tail => return self.build(left, operand, machine, sp),
            _ if size > left => false,
            CommandKind::Skip => {
                self.at += size;
                true
            }
            CommandKind::Equal => {
                let found = self.bits.number(self.at, size);
                self.at += size;
                found == Some(operand.0)
            }
            CommandKind::Integer if size <= SMALL_BITS_MAX => {
                let value = self.small(size, told.flags);
                self.at += size;
                // SAFETY: by the caller.
                unsafe { write(operand, value, machine, sp) };
                true
            }
            CommandKind::Binary => {
                let built = self.build(size, operand, machine, sp);
                if let Step::Done = built {
                    self.at += size;
                }
                return built;
            }
            CommandKind::Integer => return Step::General,
        };
        if matches { Step::Done } else { Step::Failed }
    }

    /// The integer of so many bits, at most [`SMALL_BITS_MAX`].
    #[inline(always)]
    fn small(&self, size: usize, flags: u8) -> Word {
        let value = self.bits.unsigned(self.at, size, flags & LITTLE != 0).unwrap_or(0);
        if flags & SIGNED == 0 || size == 0 {
            return Word::small(value as i64);
        }
        let unused = 64 - size as u32;
        Word::small((value << unused) as i64 >> unused)
    }

    /// The next `size` bits as a term, unless it is time to collect.
    #[inline(always)]
    fn build(&self, size: usize, operand: Word, machine: *mut Machine, sp: *mut Word) -> Step {
        // SAFETY: the machine runs a process, whose heap nobody else uses; nothing is collected here.
        unsafe {
            let heap = &(*(*machine).process).heap;
            if heap.wants_collection() {
                return Step::General;
            }
            let original = self.context.original();
            let is_whole = self.at == 0 && Bits::of(original).is_some_and(|bits| bits.bit_size() == size);
            let term = if is_whole { Some(original) } else { bits::slice(original, self.at, size, heap) };
            write(operand, term.expect("within the original").word(), machine, sp);
        }
        Step::Done
    }
}

/// Writes the register that an operand names; x0 stands in the machine.
///
/// # Safety
/// The operand is a register of the running process.
#[inline(always)]
unsafe fn write(operand: Word, value: Word, machine: *mut Machine, sp: *mut Word) {
    let mut r = Regs::reader(std::ptr::null(), machine, sp, Word::NIL);
    // SAFETY: by the caller.
    unsafe {
        if operand.0 >> 3 == 0 {
            (*machine).x[0] = value;
        } else {
            set_any(&mut r, operand, value);
        }
    }
}
