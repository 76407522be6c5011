//! The native functions of Purlin, one file per Erlang module.
