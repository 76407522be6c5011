//! Native records. None of these instructions trusts its operands: what they need to be is tested here.

use purlin_heap::layout::Kind;
use purlin_heap::record::{CreateError, Record};
use purlin_heap::word::Word;
use purlin_heap::{Atom, Build, Term, am};
use smallvec::SmallVec;

use super::tests::boxed_kind;
use super::{Label, Op, list_word, op};
use crate::interpreter::operands::{any, set_any};
use crate::interpreter::regs::Cold;

op! { test IsRecord [src: S Src] (fail: Label) |r| { boxed_kind(src.get(&r)) == Some(Kind::Record) } }

op! { test IsNamedRecord [src: S Src] (fail: Label, module: Word, name: Word) |r| {
    is_named(src.get(&r), module.get(&r), name.get(&r))
} }

op! { test IsAccessible [src: S Src] (fail: Label, home: Word) |r| {
    Record::of(src.get(&r).term()).is_some_and(|record| is_seen(record, home.get(&r)))
} }

/// Whether `term` is a native record of this module and name.
///
/// # Safety
/// `term` is a value of the running process.
unsafe fn is_named(term: Word, module: Word, name: Word) -> bool {
    // SAFETY: by the caller; names are atoms.
    unsafe { Record::of(term.term()).is_some_and(|record| record.is(module.term(), name.term())) }
}

/// Whether the module `home` may see the fields of a record.
fn is_seen(record: Record<'_>, home: Word) -> bool {
    record.is_exported() || record.module().word() == home
}

op! { control GetRecordElements [src: S Src] (fail: Label, count: u32) |r| {
    let (record, count) = (src.get(&r), count.get(&r) as usize);
    for index in 0..count {
        let field = any(&r, list_word(&r, <Self as Op>::BYTES, 2 * index));
        let Some(value) = Record::of(record.term()).and_then(|record| record.get(field.term())) else {
            return r.branch(fail.get(&r));
        };
        let to = list_word(&r, <Self as Op>::BYTES, 2 * index + 1);
        set_any(&mut r, to, value.word());
    }
    r.next(<Self as Op>::BYTES + count * 16)
} }

op! { cold GetRecordField [src: S Src, id: I Src, dst: D Dst] (fail: Label, field: Word) |r| {
    let (term, id, field) = (src.get(&r), id.get(&r), field.get(&r));
    let record = Record::of(term.term()).filter(|record| is_meant(*record, id.term()));
    let to = fail.get(&r);
    match record.map(|record| (record, record.get(field.term()))) {
        Some((_, Some(value))) => {
            dst.set(&mut r, value.word());
            r.next(<Self as Op>::BYTES)
        }
        _ if to != 0 => r.branch(to),
        Some((record, None)) => raise_field(r, am::badfield, record, field),
        None => r.raise_pair(am::badrecord, term),
    }
} }

/// Whether a record is one that `id` means. As in OTP 29, a name without a module is enough, and `_` means all records,
/// though its manual says that those of other modules must be exported.
fn is_meant(record: Record<'_>, id: Term<'_>) -> bool {
    match id.as_tuple().map(|id| id.elements()) {
        Some(&[module, name]) => record.is(module, name) && record.is_exported(),
        _ => id.is_atom(am::underscore) || record.name().is_same(id),
    }
}

/// Why a record could not be made.
enum Fault<'h> {
    /// Another module does not have such a record, or shows it to nobody.
    NoRecord,
    /// A field is missing.
    Field(Atom, Record<'h>, Word),
}

impl<'h> Fault<'h> {
    fn of_creation(template: Record<'h>, error: CreateError<'h>) -> Fault<'h> {
        match error {
            CreateError::BadField(field) => Fault::Field(am::badfield, template, field.word()),
            CreateError::NoValue(field) => Fault::Field(am::novalue, template, field.word()),
        }
    }
}

/// Raises `{Kind, {{Module, Name}, Field}}`.
///
/// # Safety
/// As for any handler; `field` is an atom.
unsafe fn raise_field(mut r: Cold, kind: Atom, record: Record<'_>, field: Word) {
    let (module, name) = (record.module().word(), record.name().word());
    // SAFETY: atoms are terms that stay; the pair is stored before anything is collected.
    unsafe {
        let place = r.build(|heap| {
            let id = heap.tuple(&[module.term(), name.term()]);
            heap.tuple(&[id, field.term()])
        });
        r.raise_pair(kind, place)
    }
}

/// The fields and values in the list of an instruction of `bytes` bytes.
///
/// # Safety
/// As for any handler; the list has `count` pairs.
unsafe fn pairs<'h>(r: &Cold, bytes: usize, count: usize) -> SmallVec<[Term<'h>; 16]> {
    // SAFETY: by the caller.
    unsafe { (0..2 * count).map(|index| any(r, list_word(r, bytes, index)).term()).collect() }
}

/// What an instruction makes a record of.
enum Source {
    Template,
    External,
    Record,
}

/// Makes the record of an instruction; the result is kept in the machine.
///
/// # Safety
/// As for any handler; `from` is what `source` says, the list has `count` pairs.
unsafe fn make<'h>(
    r: &mut Cold,
    source: Source,
    from: Word,
    pairs: &[Term<'h>],
    live: u16,
) -> Result<(), Fault<'h>> {
    // SAFETY: all words are values of the process; nothing is collected before the result is stored as a root.
    unsafe {
        r.save();
        let machine = r.m();
        let heap = &(*machine.process).heap;
        let from = from.term();
        let made = match source {
            Source::Template => Record::of(from).ok_or(Fault::NoRecord).and_then(|template| {
                template.create(pairs, heap).map_err(|error| Fault::of_creation(template, error))
            }),
            Source::External => {
                machine.vm().code().exported_record(from).ok_or(Fault::NoRecord).and_then(|template| {
                    template.create(pairs, heap).map_err(|error| Fault::of_creation(template, error))
                })
            }
            Source::Record => Record::of(from).ok_or(Fault::NoRecord).and_then(|record| {
                let missing = |field: Term<'h>| Fault::Field(am::badfield, record, field.word());
                record.update(pairs, heap).map_err(missing)
            }),
        };
        let made = made?.as_term().word();
        r.restore();
        r.keep_result(made, live);
    }
    Ok(())
}

macro_rules! put_record {
    ($Name:ident $source:ident) => {
        op! { cold $Name [src: S Src, dst: D Dst] (fail: Label, live: u16, count: u32) |r| {
            let (from, count, to) = (src.get(&r), count.get(&r) as usize, fail.get(&r));
            let pairs = pairs(&r, <Self as Op>::BYTES, count);
            let live = live.get(&r);
            match make(&mut r, Source::$source, from, &pairs, live) {
                Ok(()) => {
                    let result = r.m().result;
                    dst.set(&mut r, result);
                    r.next(<Self as Op>::BYTES + count * 16)
                }
                Err(_) if to != 0 => r.branch(to),
                Err(Fault::NoRecord) => r.raise_pair(am::badrecord, from),
                Err(Fault::Field(kind, record, field)) => raise_field(r, kind, record, field),
            }
        } }
    };
}

put_record!(CreateRecord Template);
put_record!(CreateExternalRecord External);
put_record!(UpdateNativeRecord Record);
