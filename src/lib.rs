//! Purlin, an actor-concurrency virtual machine: the library's face.
