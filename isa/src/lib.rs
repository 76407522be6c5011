//! The instruction tables of Purlin and all that is derived from them.
