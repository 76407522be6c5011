//! What a server knows of its device: input that nobody has taken, and who waits for what.

use std::cell::Cell;
use std::collections::{HashMap, VecDeque};
use std::io::{self, Read, Write};
use std::sync::mpsc;

use crate::held::Mutex;
use purlin_heap::{Message, am};
use purlin_vm::actions::Sender;

use super::Device;
use super::request::{Reading, Task};

/// The state of one server. Only the server and its reader touch it.
pub(crate) struct Console {
    pub(super) inner: Mutex<Inner>,
    /// What has happened outside of the server's process; an empty message tells it to look.
    pub(super) events: Mutex<VecDeque<Event>>,
}

/// What happens outside of the server's process.
pub(super) enum Event {
    /// Bytes that were read; none at the end.
    Input(Vec<u8>),
    /// A function that the server had called for this request has returned, or failed.
    Value(u64, Option<Message>),
}

pub(super) struct Inner {
    pub(super) unicode: bool,
    /// Answers are binaries rather than lists.
    pub(super) binary: bool,
    pub(super) input: VecDeque<u8>,
    pub(super) ended: bool,
    /// Tells the thread that reads to do so once more.
    reader: Option<mpsc::Sender<()>>,
    /// Requests for input, in order.
    pub(super) readings: VecDeque<(Task, Reading)>,
    /// Requests that wait for a function, by number.
    pub(super) calls: HashMap<u64, (Task, Call)>,
    pub(super) next_call: u64,
    /// Bytes that were read.
    pub(super) input_bytes: u64,
    /// Bytes that were written.
    output_bytes: Cell<u64>,
}

/// What to do with the value of a function.
pub(super) enum Call {
    /// Writes the characters that it returned.
    Put { latin1: bool },
    /// Hands the answer on, or gives it more input: the request to go on with.
    Until(Reading),
}

impl Console {
    pub(crate) fn new() -> Console {
        Console {
            inner: Mutex::new(Inner {
                unicode: is_utf8_locale(),
                binary: false,
                input: VecDeque::new(),
                ended: false,
                reader: None,
                readings: VecDeque::new(),
                calls: HashMap::new(),
                next_call: 0,
                input_bytes: 0,
                output_bytes: Cell::new(0),
            }),
            events: Mutex::default(),
        }
    }

    /// Bytes that were read, and written.
    pub(crate) fn traffic_bytes(&self) -> (u64, u64) {
        let inner = self.inner.lock();
        (inner.input_bytes, inner.output_bytes.get())
    }

    /// Records an event and tells the server.
    pub(super) fn tell(&self, event: Event, server: &Sender) -> bool {
        self.events.lock().push_back(event);
        server.send(Message::copy_of(purlin_heap::Term::atom(am::info)))
    }
}

/// Whether the locale's characters are UTF-8, by the variables that name it.
pub(crate) fn is_utf8_locale() -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].iter().filter_map(|name| std::env::var(name).ok());
    let locale = set.into_iter().find(|value| !value.is_empty()).unwrap_or_default();
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

impl Inner {
    /// Writes characters in the device's encoding.
    pub(super) fn write(&self, device: Device, characters: &[u32]) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(characters.len());
        for &character in characters {
            match u8::try_from(character) {
                Ok(byte) if !self.unicode || byte < 0x80 => bytes.push(byte),
                _ if !self.unicode => bytes.extend(format!("\\x{{{character:X}}}").bytes()),
                _ => {
                    let character = char::from_u32(character).unwrap_or(char::REPLACEMENT_CHARACTER);
                    bytes.extend(character.encode_utf8(&mut [0; 4]).bytes());
                }
            }
        }
        let mut to: Box<dyn Write> = match device {
            Device::Standard => Box::new(io::stdout().lock()),
            Device::Error => Box::new(io::stderr().lock()),
        };
        self.output_bytes.set(self.output_bytes.get() + bytes.len() as u64);
        to.write_all(&bytes)?;
        to.flush()
    }

    /// Has more input read, by a thread of its own: nobody else waits for the operating system. `deliver` is given
    /// what was read and tells whether there is still somebody to take it.
    pub(super) fn want_input(&mut self, deliver: impl Fn(Vec<u8>) -> bool + Send + 'static) {
        let reader = self.reader.get_or_insert_with(|| {
            let (want, wanted) = mpsc::channel();
            let read = move || {
                let mut buffer = vec![0; INPUT_BYTES];
                while wanted.recv().is_ok() {
                    let count = io::stdin().lock().read(&mut buffer).unwrap_or(0);
                    if !deliver(buffer[..count].to_vec()) {
                        return;
                    }
                }
            };
            // Without a thread nobody listens to the channel, and the input is taken to have ended.
            let _ = std::thread::Builder::new().name("purlin-stdin".to_owned()).spawn(read);
            want
        });
        if reader.send(()).is_err() {
            self.ended = true;
        }
    }
}

/// Bytes that are read at once at most.
const INPUT_BYTES: usize = 64 << 10;
