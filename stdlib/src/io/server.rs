//! The server of a device: a native that takes the messages of its process one by one.

use purlin_heap::{Atom, Build, Message, Mfa, Term, am, bits};
use purlin_vm::actions::Received;
use purlin_vm::{Context, End, Outcome, Stop, natives};

use super::Device;
use super::console::{Call, Console, Event, Inner};
use super::request::{Reading, Task, What, taken};
use crate::args;
use crate::state::State;
use crate::unicode;

natives! { "purlin_io": "serve"/1 => serve, }

/// So many messages are handled before others have their turn.
const MESSAGES_MAX: usize = 64;

fn serve<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let device = Device::of(args[0]).ok_or(Stop::badarg())?;
    let server = Server { cx, device, console: State::of(cx).console(device) };
    for _ in 0..MESSAGES_MAX {
        let event = server.console.events.lock().pop_front();
        if let Some(event) = event {
            server.event(event);
            continue;
        }
        match cx.receive()? {
            Received::Message(message) => server.message(message),
            Received::Nothing => return Err(Stop::Wait(cx.heap().list(args))),
            Received::Later => break,
        }
    }
    Err(Stop::Again(cx.heap().list(args)))
}

struct Server<'c, 'h> {
    cx: &'c Context<'h>,
    device: Device,
    console: &'h Console,
}

/// What becomes of a request.
enum Progress<'h> {
    /// It is answered with this.
    Answered(Term<'h>),
    /// It is part of several, of which these come next.
    Several(Vec<Term<'h>>),
    /// It waits for input.
    Reads(Reading),
    /// It waits for a function.
    Calls(Mfa, Term<'h>, Call),
}

impl<'h> Server<'_, 'h> {
    fn message(&self, message: Term<'h>) {
        if let Some((task, request)) = Task::of(message) {
            self.go_on(task, request);
        }
    }

    /// Works on a request and those that come after it, as far as that goes.
    fn go_on(&self, mut task: Task, mut request: Term<'h>) {
        loop {
            let answer = match self.perform(request) {
                Progress::Answered(answer) => answer,
                Progress::Several(requests) => {
                    task.rest.extend(requests.into_iter().rev().map(Message::copy_of));
                    self.atom(am::ok)
                }
                Progress::Reads(reading) => {
                    self.console.inner.lock().readings.push_back((task, reading));
                    return self.read();
                }
                Progress::Calls(name, arguments, call) => return self.call(name, arguments, task, call),
            };
            match self.next(&mut task, answer) {
                Some(next) => request = next,
                None => return self.reply(&task, answer),
            }
        }
    }

    /// The request that comes next, unless one has failed.
    fn next(&self, task: &mut Task, answer: Term<'h>) -> Option<Term<'h>> {
        let failed =
            answer.as_tuple().is_some_and(|pair| pair.arity() == 2 && pair.element(0).is_atom(am::error));
        if failed {
            return None;
        }
        task.rest.pop().map(|next| purlin_heap::copy_into(self.cx.heap(), next.term()))
    }

    /// The present request of a task has this answer.
    fn answer(&self, mut task: Task, answer: Term<'h>) {
        match self.next(&mut task, answer) {
            Some(next) => self.go_on(task, next),
            None => self.reply(&task, answer),
        }
    }

    fn reply(&self, task: &Task, answer: Term<'h>) {
        let heap = self.cx.heap();
        let tag = purlin_heap::copy_into(heap, task.tag.term());
        let reply = heap.tuple(&[self.atom(am::io_reply), tag, answer]);
        self.cx.send(task.from.term(), reply);
    }

    fn atom(&self, atom: Atom) -> Term<'h> {
        Term::atom(atom)
    }

    fn error(&self, reason: Term<'h>) -> Term<'h> {
        self.cx.heap().tuple(&[self.atom(am::error), reason])
    }

    fn perform(&self, request: Term<'h>) -> Progress<'h> {
        let parts = request.as_tuple().map_or(&[][..], |parts| parts.elements());
        let kind = parts.first().copied().unwrap_or(request).as_atom();
        match (kind, parts.get(1..).unwrap_or_default()) {
            (Some(am::put_chars), &[data]) => Progress::Answered(self.put(data, true)),
            (Some(am::put_chars), &[encoding, data]) => {
                Progress::Answered(self.put(data, is_latin1(encoding)))
            }
            (Some(am::put_chars), &[module, function, arguments]) => {
                self.put_result(true, module, function, arguments)
            }
            (Some(am::put_chars), &[encoding, module, function, arguments]) => {
                self.put_result(is_latin1(encoding), module, function, arguments)
            }
            (Some(am::requests), &[list]) => match args::elements(list) {
                Ok(requests) => Progress::Several(requests),
                Err(_) => self.unknown(),
            },
            (Some(am::setopts), &[options]) => Progress::Answered(self.set_options(options)),
            (Some(am::getopts), &[]) => Progress::Answered(self.options()),
            (Some(am::get_geometry), &[_]) => Progress::Answered(self.error(self.atom(am::enotsup))),
            (Some(am::get_line | am::get_chars | am::get_until), parameters) => {
                self.input_request(kind, parameters)
            }
            _ => self.unknown(),
        }
    }

    fn unknown(&self) -> Progress<'h> {
        Progress::Answered(self.error(self.atom(am::request)))
    }

    /// Writes characters.
    fn put(&self, data: Term<'h>, latin1: bool) -> Term<'h> {
        let Some(characters) = unicode::decoded(self.cx, data, latin1) else {
            return self.error(self.atom(am::put_chars));
        };
        match self.console.inner.lock().write(self.device, &characters) {
            Ok(()) => self.atom(am::ok),
            Err(_) => self.error(self.atom(am::terminated)),
        }
    }

    /// Writes what a function returns.
    fn put_result(
        &self,
        latin1: bool,
        module: Term<'h>,
        function: Term<'h>,
        arguments: Term<'h>,
    ) -> Progress<'h> {
        let call = Call::Put { latin1 };
        match (module.as_atom(), function.as_atom(), args::length(arguments)) {
            (Some(module), Some(function), Some(arity)) => {
                Progress::Calls(Mfa { module, function, arity: arity as u32 }, arguments, call)
            }
            _ => self.unknown(),
        }
    }

    /// Has a function called in a process of its own, and the server told of its value.
    fn call(&self, name: Mfa, arguments: Term<'h>, task: Task, call: Call) {
        let number = {
            let mut inner = self.console.inner.lock();
            inner.next_call += 1;
            let number = inner.next_call;
            inner.calls.insert(number, (task, call));
            number
        };
        let (device, server, vm) = (self.device, self.cx.sender(), self.cx.weak_vm());
        let on_end = move |end: End<'_>| {
            let Some(vm) = vm.upgrade() else { return };
            let value = match end {
                End::Returned(value) => Some(Message::copy_of(value)),
                End::Exited(..) => None,
            };
            vm.library_state::<State>().console(device).tell(Event::Value(number, value), &server);
        };
        let arguments = args::elements(arguments).unwrap_or_default();
        if self.cx.spawn_awaited(name, &arguments, Box::new(on_end)).is_err() {
            self.value(number, None);
        }
    }

    fn event(&self, event: Event) {
        match event {
            Event::Value(number, value) => self.value(number, value),
            Event::Input(bytes) => {
                let mut inner = self.console.inner.lock();
                inner.ended |= bytes.is_empty();
                inner.input_bytes += bytes.len() as u64;
                inner.input.extend(bytes);
                drop(inner);
                self.read();
            }
        }
    }

    /// A function has returned, or failed.
    fn value(&self, number: u64, value: Option<Message>) {
        let Some((task, call)) = self.console.inner.lock().calls.remove(&number) else { return };
        let value = value.map(|value| purlin_heap::copy_into(self.cx.heap(), value.term()));
        match call {
            Call::Put { latin1 } => {
                let is_data = |value: &Term<'h>| {
                    value.as_cons().is_some() || value.is_nil() || bits::Bits::of(*value).is_some()
                };
                let answer = match value.filter(is_data) {
                    Some(value) => self.put(value, latin1),
                    None => self.error(self.atom(am::put_chars)),
                };
                self.answer(task, answer);
            }
            Call::Until(reading) => self.until_value(task, reading, value),
        }
    }

    fn input_request(&self, kind: Option<Atom>, parameters: &[Term<'h>]) -> Progress<'h> {
        // An encoding may come first; without one it is Latin-1.
        let (latin1, parameters) = match parameters {
            [encoding, rest @ ..] if is_encoding(*encoding) && rest.len() >= least_parameters(kind) => {
                (is_latin1(*encoding), rest)
            }
            parameters => (true, parameters),
        };
        let what = match (kind, parameters) {
            (Some(am::get_line), [_]) => What::Line,
            (Some(am::get_chars), [_, count]) => match args::size(*count) {
                Ok(count) => What::Characters(count),
                Err(_) => return self.unknown(),
            },
            (Some(am::get_until), &[_, module, function, arguments]) => What::Until {
                function: Message::copy_of(self.cx.heap().tuple(&[module, function])),
                continuation: Message::copy_of(Term::NIL),
                arguments: Message::copy_of(arguments),
            },
            _ => return self.unknown(),
        };
        if self.device == Device::Error {
            return Progress::Answered(self.error(self.atom(am::request)));
        }
        self.prompt(parameters[0]);
        Progress::Reads(Reading { latin1, what })
    }

    /// Writes a prompt that is an atom or characters.
    fn prompt(&self, prompt: Term<'h>) {
        let characters = match prompt.as_atom() {
            Some(atom) => Some(self.cx.atoms().name(atom).chars().map(u32::from).collect()),
            None => unicode::decoded(self.cx, prompt, false),
        };
        let _ = self.console.inner.lock().write(self.device, &characters.unwrap_or_default());
    }

    /// Answers requests for input as far as there is input.
    fn read(&self) {
        loop {
            let mut inner = self.console.inner.lock();
            let Some((_, reading)) = inner.readings.front() else { return };
            let count = match reading.what {
                What::Characters(count) => Some(count),
                _ => None,
            };
            let (unicode, ended) = (inner.unicode, inner.ended);
            let Some((characters, bytes)) = taken(inner.input.make_contiguous(), unicode, count, ended)
            else {
                return self.want_input(&mut inner);
            };
            inner.input.drain(..bytes);
            let (task, reading) = inner.readings.pop_front().expect("the request that was looked at");
            drop(inner);
            self.read_for(task, reading, &characters);
        }
    }

    fn want_input(&self, inner: &mut Inner) {
        let (device, server, vm) = (self.device, self.cx.sender(), self.cx.weak_vm());
        inner.want_input(move |bytes| {
            let Some(vm) = vm.upgrade() else { return false };
            vm.library_state::<State>().console(device).tell(Event::Input(bytes), &server)
        });
    }

    /// A request has got its characters; none at the end of the input.
    fn read_for(&self, task: Task, reading: Reading, characters: &[u32]) {
        match &reading.what {
            What::Until { .. } => self.until(task, reading, characters),
            _ if characters.is_empty() => self.answer(task, self.atom(am::eof)),
            _ if reading.latin1 && characters.iter().any(|&character| character > 0xff) => {
                let [what, from, to] = [am::no_translation, am::unicode, am::latin1].map(Term::atom);
                self.answer(task, self.error(self.cx.heap().tuple(&[what, from, to])));
            }
            _ => {
                let text = self.text(characters, reading.latin1);
                self.answer(task, text);
            }
        }
    }

    /// Characters as a list, or as a binary if that was asked for.
    fn text(&self, characters: &[u32], latin1: bool) -> Term<'h> {
        let heap = self.cx.heap();
        if !self.console.inner.lock().binary {
            return unicode::listed(heap, characters);
        }
        let text = characters.iter().filter_map(|&character| char::from_u32(character));
        match latin1 {
            true => bits::binary(&text.map(|character| character as u8).collect::<Vec<_>>(), heap),
            false => bits::binary(text.collect::<String>().as_bytes(), heap),
        }
    }

    /// Gives characters to the function that decides when it has enough.
    fn until(&self, task: Task, reading: Reading, characters: &[u32]) {
        let heap = self.cx.heap();
        let What::Until { function, continuation, arguments } = &reading.what else { return };
        let data = match characters {
            [] => self.atom(am::eof),
            characters => unicode::listed(heap, characters),
        };
        let more = purlin_heap::copy_into(heap, arguments.term());
        let continuation = purlin_heap::copy_into(heap, continuation.term());
        let arguments = heap.cons(continuation, heap.cons(data, more));
        let name =
            function.term().as_tuple().map(|pair| (pair.element(0).as_atom(), pair.element(1).as_atom()));
        let (Some((Some(module), Some(function))), Some(arity)) = (name, args::length(arguments)) else {
            return self.answer(task, self.error(self.atom(am::get_until)));
        };
        let name = Mfa { module, function, arity: arity as u32 };
        self.call(name, arguments, task, Call::Until(reading));
    }

    /// The function has decided: `{done, Answer, Left}` or `{more, Continuation}`.
    fn until_value(&self, task: Task, reading: Reading, value: Option<Term<'h>>) {
        let parts = value.and_then(|value| value.as_tuple()).map_or(&[][..], |parts| parts.elements());
        match *parts {
            [done, answer, left] if done.is_atom(am::done) => {
                self.put_back(left);
                self.answer(task, answer);
                self.read();
            }
            [more, continuation] if more.is_atom(am::more) => {
                let Reading { latin1, what: What::Until { function, arguments, .. } } = reading else {
                    return;
                };
                let continuation = Message::copy_of(continuation);
                let reading = Reading { latin1, what: What::Until { function, continuation, arguments } };
                self.console.inner.lock().readings.push_front((task, reading));
                self.read();
            }
            _ => self.answer(task, self.error(self.atom(am::get_until))),
        }
    }

    /// Puts characters back before the input.
    fn put_back(&self, left: Term<'h>) {
        let Some(characters) = unicode::decoded(self.cx, left, false) else { return };
        let mut inner = self.console.inner.lock();
        for &character in characters.iter().rev() {
            match char::from_u32(character) {
                Some(character) if inner.unicode => {
                    character
                        .encode_utf8(&mut [0; 4])
                        .bytes()
                        .rev()
                        .for_each(|byte| inner.input.push_front(byte));
                }
                _ => inner.input.push_front(character as u8),
            }
        }
    }

    fn options(&self) -> Term<'h> {
        let (heap, inner) = (self.cx.heap(), self.console.inner.lock());
        let encoding = if inner.unicode { am::unicode } else { am::latin1 };
        let binary = heap.tuple(&[self.atom(am::binary), Term::boolean(inner.binary)]);
        heap.list(&[binary, heap.tuple(&[self.atom(am::encoding), self.atom(encoding)])])
    }

    /// Sets options: all or none.
    fn set_options(&self, options: Term<'h>) -> Term<'h> {
        let mut inner = self.console.inner.lock();
        let (mut unicode, mut binary) = (inner.unicode, inner.binary);
        for option in args::elements(options).unwrap_or_default() {
            let pair = option.as_tuple().filter(|pair| pair.arity() == 2);
            let pair = pair.map(|pair| (pair.element(0).as_atom(), pair.element(1).as_atom()));
            match (option.as_atom(), pair) {
                (Some(am::binary), _) | (_, Some((Some(am::binary), Some(am::true_)))) => binary = true,
                (Some(am::list), _) | (_, Some((Some(am::binary), Some(am::false_)))) => binary = false,
                (_, Some((Some(am::encoding), Some(am::unicode | am::utf8)))) => unicode = true,
                (_, Some((Some(am::encoding), Some(am::latin1)))) => unicode = false,
                (_, Some((Some(am::echo), _))) => {}
                _ => return self.error(self.atom(am::enotsup)),
            }
        }
        (inner.unicode, inner.binary) = (unicode, binary);
        self.atom(am::ok)
    }
}

fn is_encoding(term: Term<'_>) -> bool {
    matches!(term.as_atom(), Some(am::latin1 | am::unicode | am::utf8))
}

fn is_latin1(encoding: Term<'_>) -> bool {
    encoding.is_atom(am::latin1)
}

/// How many parameters a request for input has at least, without an encoding.
fn least_parameters(kind: Option<Atom>) -> usize {
    match kind {
        Some(am::get_line) => 1,
        Some(am::get_chars) => 2,
        _ => 4,
    }
}
