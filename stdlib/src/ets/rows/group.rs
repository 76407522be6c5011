//! The rows of one key. Most keys have a single one, which takes no memory beside it.

use std::sync::Arc;

use purlin_heap::Message;

/// A row: a copy that belongs to no process. Readers may keep it while the table changes.
pub(in crate::ets) type Row = Arc<Message>;

/// The rows of one key, in the order in which they came.
#[derive(Default)]
pub(in crate::ets) enum Group {
    /// The key is not there.
    #[default]
    Empty,
    One(Row),
    /// Two or more.
    Many(Box<Several>),
}

/// Rows of one key.
#[derive(Default)]
pub(in crate::ets) struct Several {
    rows: Vec<Row>,
    /// Words of all of them.
    words: usize,
}

impl Several {
    fn push(mut self: Box<Self>, row: Row) -> Box<Several> {
        self.words += row.words();
        self.rows.push(row);
        self
    }
}

impl Group {
    pub(in crate::ets) fn rows(&self) -> &[Row] {
        match self {
            Group::Empty => &[],
            Group::One(row) => std::slice::from_ref(row),
            Group::Many(several) => &several.rows,
        }
    }

    /// The row, if there is one and no more.
    pub(in crate::ets) fn only(&mut self) -> Option<&mut Row> {
        match self {
            Group::One(row) => Some(row),
            _ => None,
        }
    }

    /// Words of all rows.
    pub(in crate::ets) fn words(&self) -> usize {
        match self {
            Group::Empty => 0,
            Group::One(row) => row.words(),
            Group::Many(several) => several.words,
        }
    }

    pub(in crate::ets) fn is_empty(&self) -> bool {
        matches!(self, Group::Empty)
    }

    pub(in crate::ets) fn push(&mut self, row: Row) {
        *self = match std::mem::take(self) {
            Group::Empty => Group::One(row),
            Group::One(first) => Group::Many(Box::<Several>::default().push(first).push(row)),
            Group::Many(several) => Group::Many(several.push(row)),
        }
    }

    /// Moves the rows out that are not wanted.
    pub(in crate::ets) fn take(&mut self, mut unwanted: impl FnMut(&Row) -> bool, taken: &mut Vec<Row>) {
        *self = match std::mem::take(self) {
            Group::One(row) if unwanted(&row) => {
                taken.push(row);
                Group::Empty
            }
            Group::Many(mut several) => {
                let before = taken.len();
                taken.extend(several.rows.extract_if(.., |row| unwanted(row)));
                several.words -= taken[before..].iter().map(|row| row.words()).sum::<usize>();
                match several.rows.len() {
                    0 => Group::Empty,
                    1 => several.rows.pop().map_or(Group::Empty, Group::One),
                    _ => Group::Many(several),
                }
            }
            other => other,
        }
    }
}
