//! Purlin, an actor-concurrency virtual machine: the library's face.
#![forbid(unsafe_code)]
