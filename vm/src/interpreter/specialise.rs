//! Rewriting an instruction to a form for what it has seen: see `docs/specialisation.md`.

use std::sync::atomic::Ordering;

use purlin_isa::Specific;

use super::machine::Machine;
use super::regs::{Regs, TAIL_CALLS};
use super::{fused_handler, handler_of};
use crate::code::{Counter, LoadedModule};

/// Lets the instruction that runs be the form `to` of `forms` from now on, if it is an earlier one. It only ever moves on in
/// that order, so that it is rewritten as often as it has forms, at most. The portable interpreter keeps to the first
/// form, which is what the tests compare the others with.
///
/// # Safety
/// As for any handler; the instruction is one of the forms, which have the same operands.
#[cold]
#[inline(never)]
pub unsafe fn specialise(r: &Regs, forms: &[Specific], to: usize) {
    if !TAIL_CALLS {
        return;
    }
    // SAFETY: by the caller.
    let code = unsafe { r.m().vm().code() };
    if let Some(module) = code.module_with(r.ip.cast())
        && rewrite(module, r.ip.cast(), forms, to)
        // SAFETY: by the caller.
        && let Some(counter) = unsafe { counter(r.machine, r.ip) }
    {
        counter.changes.fetch_add(1, Ordering::Relaxed);
    }
}

/// Counts that the guess of the instruction at `ip` was wrong, where the machine counts.
///
/// # Safety
/// As for any handler; the instruction is one that guesses.
pub unsafe fn missed(machine: *mut Machine, ip: *const u8) {
    // SAFETY: by the caller.
    if let Some(counter) = unsafe { counter(machine, ip) } {
        counter.misses.fetch_add(1, Ordering::Relaxed);
    }
}

/// The cell of the instruction at `ip`, where the machine counts: the word before it names it, see `Count`.
///
/// # Safety
/// As for [`missed`].
unsafe fn counter<'c>(machine: *mut Machine, ip: *const u8) -> Option<&'c Counter> {
    // SAFETY: by the caller; cells live as long as the code.
    unsafe { (*machine).vm().counts().then(|| &**ip.cast::<*const Counter>().sub(1)) }
}

/// Whether this thread has rewritten it.
fn rewrite(module: &LoadedModule, address: *const u64, forms: &[Specific], to: usize) -> bool {
    let offset = module.offset_of(address);
    let find = |offset| module.instructions.binary_search_by_key(&offset, |placed| placed.offset).ok();
    let Some(index) = offset.and_then(find) else { return false };
    let placed = &module.instructions[index];
    let handler = |op| handler_of(op, placed.forms()) as usize as u64;
    let word = &module.code[placed.offset as usize];
    let found = word.load(Ordering::Relaxed);
    // A fused handler begins with the first form.
    let at = forms.iter().position(|&op| handler(op) == found).unwrap_or(0);
    // Where another thread was first, it saw as much.
    let rewritten = at < to
        && word.compare_exchange(found, handler(forms[to]), Ordering::Relaxed, Ordering::Relaxed).is_ok();
    separate(module, index);
    rewritten
}

/// Takes the instruction out of the fused handlers of those before it, which run its first form.
fn separate(module: &LoadedModule, index: usize) {
    let instruction = |index: usize| module.instructions.get(index).map(|placed| (placed.op, placed.forms()));
    for before in 1..=index.min(2) {
        let first = &module.instructions[index - before];
        let plain = handler_of(first.op, first.forms());
        let Some(second) = instruction(index - before + 1) else { continue };
        let pair = fused_handler((first.op, first.forms()), second, None);
        let all = fused_handler((first.op, first.forms()), second, instruction(index - before + 2));
        // The next but one is in a fused handler of three only.
        let (Some(fused), shorter) = (all, if before == 2 { pair.unwrap_or(plain) } else { plain }) else {
            continue;
        };
        let word = &module.code[first.offset as usize];
        let (fused, shorter) = (fused as usize as u64, shorter as usize as u64);
        let _ = word.compare_exchange(fused, shorter, Ordering::Relaxed, Ordering::Relaxed);
    }
}
