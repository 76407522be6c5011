//! What went wrong, for the person at the terminal: what, where, and what to do about it.

use std::fmt::Display;
use std::io::{IsTerminal, Write};

/// A failure of the command.
#[derive(Debug)]
pub struct Failure {
    what: String,
    help: Option<String>,
}

impl Failure {
    /// A failure that names the thing.
    pub fn new(what: impl Display) -> Self {
        Self { what: what.to_string(), help: None }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Display) -> Self {
        self.help = Some(help.to_string());
        self
    }

    /// Prints it to standard error, in colour on a terminal.
    pub fn print(&self) {
        let mut stderr = std::io::stderr().lock();
        let (red, green, plain) =
            if is_colourful(&stderr) { ("\x1b[1;31m", "\x1b[1;32m", "\x1b[0m") } else { ("", "", "") };
        // Nothing can be done about a message that cannot be written.
        let _ = writeln!(stderr, "{red}error{plain}: {}", self.what);
        if let Some(help) = &self.help {
            let _ = writeln!(stderr, "{green}help{plain}: {help}");
        }
    }
}

/// Whether to write colours to a stream: to a terminal whose user has not asked for none.
pub fn is_colourful(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none()
}
