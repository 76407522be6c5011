//! Code: exports, loaded modules, and which function an instruction belongs to.

mod export;
mod external;
mod link;

mod module;
mod on_load;
mod prepared;
pub(crate) mod purge;
mod purging;
mod stub;
mod table;
mod unloaded;

pub use export::{Export, Exports};

pub use link::LoadError;
pub use module::{Counter, FunctionInfo, LoadedModule, Origin};
pub use on_load::{OnLoads, Waiting};
pub use prepared::{NotFinished, Prepared};
pub use stub::RuntimeCode;
pub use table::{CodeTable, NotPurged, Place};
