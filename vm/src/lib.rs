//! Processes, mailboxes, signals, code tables and the interpreter of Purlin.
