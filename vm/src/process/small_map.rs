//! A map from numbers (of references, pids) that is a short list as long as it is short, and that can be emptied in
//! portions however long it is.

use super::places::Places;

/// Longer lists get an index.
const LIST_MAX: usize = 12;

/// See the top of the file. The numbers are given out by the machine itself, so that they are their own hashes.
pub(crate) struct SmallMap<V> {
    entries: Vec<(u64, V)>,
    index: Option<Box<Places>>,
}

impl<V> Default for SmallMap<V> {
    fn default() -> Self {
        SmallMap { entries: Vec::new(), index: None }
    }
}

impl<V> SmallMap<V> {
    /// About how much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        let index = self.index.as_ref().map_or(0, |index| index.bytes());
        self.entries.capacity() * size_of::<(u64, V)>() + index
    }

    pub(crate) fn get(&self, key: u64) -> Option<&V> {
        self.position(key).map(|at| &self.entries[at].1)
    }

    pub(crate) fn get_mut(&mut self, key: u64) -> Option<&mut V> {
        self.position(key).map(|at| &mut self.entries[at].1)
    }

    /// Adds an entry for a key that has none.
    pub(crate) fn insert(&mut self, key: u64, value: V) {
        debug_assert!(self.get(key).is_none());
        let at = self.entries.len();
        self.entries.push((key, value));
        if let Some(index) = &mut self.index {
            index.insert(key, at);
        } else if at >= LIST_MAX {
            self.index = Some(Box::new(Places::new(self.entries.iter().map(|&(key, _)| key))));
        }
    }

    pub(crate) fn remove(&mut self, key: u64) -> Option<V> {
        let at = self.position(key)?;
        let (_, value) = self.entries.swap_remove(at);
        if let Some(index) = &mut self.index {
            index.remove(key, at);
            if let Some(&(moved, _)) = self.entries.get(at) {
                index.moved(moved, self.entries.len(), at);
            }
        }
        if self.entries.is_empty() {
            *self = SmallMap::default();
        }
        Some(value)
    }

    /// Takes any entry out, for who empties the map and looks nothing up any more.
    pub(crate) fn pop(&mut self) -> Option<(u64, V)> {
        self.index = None;
        self.entries.pop()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &V)> {
        self.entries.iter().map(|(key, value)| (*key, value))
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.entries.iter_mut().map(|(_, value)| value)
    }

    fn position(&self, key: u64) -> Option<usize> {
        match &self.index {
            Some(index) => index.find(key, |at| self.entries[at].0 == key),
            None => self.entries.iter().position(|&(this, _)| this == key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SmallMap;

    #[test]
    fn entries_are_found_however_many_there_are() {
        let mut map = SmallMap::default();
        for key in 0..1000_u64 {
            map.insert(key * 7, key);
            assert_eq!(map.iter().count() as u64, key + 1);
        }
        for key in (0..1000_u64).step_by(3) {
            assert_eq!(map.remove(key * 7), Some(key));
        }
        for key in 0..1000_u64 {
            assert_eq!(map.get(key * 7).copied(), (key % 3 != 0).then_some(key));
        }
        let mut left = 0;
        while let Some((key, value)) = map.pop() {
            assert_eq!(key, value * 7);
            left += 1;
        }
        assert_eq!(left, 666);
    }
}
