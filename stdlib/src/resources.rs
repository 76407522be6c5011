//! What natives keep for programs outside of any heap, known by a reference.
//!
//! The reference holds a counted token. What has a token that nobody else counts can be reached by no process any more; it is
//! dropped when enough others have been made.

use std::collections::HashMap;
use std::sync::Arc;

use purlin_heap::bits::{self, Bits, Shared};
use purlin_heap::layout::Kind;
use purlin_heap::{Build, Term};
use purlin_vm::{Context, Stop};

use crate::args::Read;
use crate::held::{Held, Mutex};

/// The things of one kind that a machine keeps.
pub(crate) struct Resources<T>(Mutex<Table<T>>);

struct Table<T> {
    kept: HashMap<u64, Kept<T>>,
    /// How many there were after the last search for those that nobody has.
    after_search: usize,
}

struct Kept<T> {
    token: Shared,
    value: Arc<Mutex<T>>,
}

/// So many are made before the first search.
const SEARCH_MIN: usize = 64;

impl<T> Default for Resources<T> {
    fn default() -> Resources<T> {
        Resources(Mutex::new(Table { kept: HashMap::new(), after_search: 0 }))
    }
}

impl<T> Table<T> {
    /// Takes out what nobody can reach, if there is twice as much as after the last search.
    fn unreachable(&mut self) -> Vec<Kept<T>> {
        if self.kept.len() < SEARCH_MIN.max(self.after_search * 2) {
            return Vec::new();
        }
        let unreachable = self.kept.extract_if(|_, kept| kept.token.references() == 1);
        let unreachable = unreachable.map(|(_, kept)| kept).collect();
        self.after_search = self.kept.len();
        unreachable
    }
}

impl<T> Resources<T> {
    /// Keeps a value, and gives its reference.
    pub(crate) fn add<'h>(&self, cx: &Context<'h>, value: T) -> Term<'h> {
        let (number, token) = (cx.unique_number(), Shared::zeroed(1, 1));
        let held = bits::view(token.clone(), 0, 8, cx.heap());
        let kept = Kept { token, value: Arc::new(Mutex::new(value)) };
        let unreachable = {
            let mut table = self.0.lock();
            table.kept.insert(number, kept);
            table.unreachable()
        };
        // Not under the lock.
        drop(unreachable);
        cx.heap().object(Kind::Reference, &[number, 0, 0], &[held])
    }

    /// The value of a reference.
    pub(crate) fn get<'h>(&self, reference: Term<'h>) -> Read<'h, Arc<Mutex<T>>> {
        let object = reference.as_boxed().filter(|object| object.kind() == Kind::Reference);
        let object = object.ok_or(Stop::badarg())?;
        let held = object.terms().first().and_then(|&held| Bits::of(held)).ok_or(Stop::badarg())?;
        let table = self.0.lock();
        let kept = table.kept.get(&object.raw(1)).ok_or(Stop::badarg())?;
        // A reference that somebody has put together himself holds no token.
        if std::ptr::eq(held.base(), kept.token.data()) {
            Ok(kept.value.clone())
        } else {
            Err(Stop::badarg())
        }
    }

    /// Does something with the value of a reference. Nobody is interrupted meanwhile.
    pub(crate) fn with<'h, R>(
        &self,
        reference: Term<'h>,
        work: impl FnOnce(&mut T) -> Read<'h, R>,
    ) -> Read<'h, R> {
        let value = self.get(reference)?;
        let mut value: Held<_> = value.lock();
        work(&mut value)
    }
}
