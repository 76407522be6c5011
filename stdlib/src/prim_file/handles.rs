//! The open files of a machine, each known by a reference, and the directory that relative names start from.
//!
//! A file is open until it is closed or the process that opened it ends. The reference says that it is one of a file for as long
//! as there is one, so that a file that has been closed is told from what never was one.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nix::errno::Errno;
use purlin_heap::layout::Kind;
use purlin_heap::{Build, Pid, Term};
use purlin_vm::actions::DirtyKind;
use purlin_vm::{Context, Stop, Vm};

use super::outcome::{Answer, errno};
use crate::args::Read;
use crate::held::Mutex;
use crate::io::is_utf8_locale;
use crate::state::State;

/// What one machine knows of files.
pub(crate) struct Files {
    open: Mutex<Open>,
    /// Where relative names start. It is the machine's own: that of the operating system's process is left as it is.
    directory: Mutex<Answer<PathBuf>>,
    /// Whether names are UTF-8; otherwise they are Latin-1.
    pub(super) names_are_utf8: bool,
}

#[derive(Default)]
struct Open {
    files: HashMap<u64, Arc<File>>,
    /// The files of each process that has opened one.
    of_processes: HashMap<Pid, Vec<u64>>,
}

impl Default for Files {
    fn default() -> Files {
        Files {
            open: Mutex::default(),
            directory: Mutex::new(std::env::current_dir().map_err(errno)),
            names_are_utf8: is_utf8_locale(),
        }
    }
}

impl Files {
    /// The path from the root to what a name stands for.
    pub(crate) fn resolve(&self, name: PathBuf) -> Answer<PathBuf> {
        if name.as_os_str().is_empty() {
            return Err(Errno::ENOENT);
        }
        if name.is_absolute() { Ok(name) } else { Ok(self.directory()?.join(name)) }
    }

    /// Where relative names start.
    pub(super) fn directory(&self) -> Answer<PathBuf> {
        self.directory.lock().clone()
    }

    pub(super) fn set_directory(&self, path: &Path) {
        *self.directory.lock() = Ok(path.to_owned());
    }

    /// Keeps a file open for its process, and gives its reference.
    pub(super) fn add<'h>(&self, cx: &Context<'h>, file: File) -> Read<'h, Term<'h>> {
        let (number, pid) = (cx.unique_number(), cx.pid());
        let mark = Term::atom(cx.atoms().intern(MARK)?);
        let is_first = {
            let mut open = self.open.lock();
            open.files.insert(number, Arc::new(file));
            let is_first = !open.of_processes.contains_key(&pid);
            open.of_processes.entry(pid).or_default().push(number);
            is_first
        };
        if is_first {
            let vm = cx.weak_vm();
            cx.at_end(Box::new(move |_| {
                if let Some(vm) = vm.upgrade() {
                    vm.library_state::<State>().files.close_all_of(&vm, pid);
                }
            }));
        }
        Ok(cx.heap().object(Kind::Reference, &[number, 0, 0], &[mark]))
    }

    /// The file of a reference; an error when it has been closed.
    pub(super) fn get<'h>(&self, cx: &Context<'h>, reference: Term<'h>) -> Read<'h, Answer<Arc<File>>> {
        let number = number(cx, reference)?;
        Ok(self.open.lock().files.get(&number).cloned().ok_or(Errno::EINVAL))
    }

    /// As [`Files::get`]; nobody finds the file by its reference from now on.
    pub(super) fn remove<'h>(&self, cx: &Context<'h>, reference: Term<'h>) -> Read<'h, Answer<Arc<File>>> {
        let number = number(cx, reference)?;
        let mut open = self.open.lock();
        let Some(file) = open.files.remove(&number) else { return Ok(Err(Errno::EINVAL)) };
        if let Some(own) = open.of_processes.get_mut(&cx.pid()) {
            own.retain(|&file| file != number);
        }
        Ok(Ok(file))
    }

    /// A process has ended. Closing may block.
    fn close_all_of(&self, vm: &Vm, pid: Pid) {
        let files: Vec<_> = {
            let mut open = self.open.lock();
            let numbers = open.of_processes.remove(&pid).unwrap_or_default();
            numbers.iter().filter_map(|number| open.files.remove(number)).collect()
        };
        if !files.is_empty() {
            vm.work_unwatched(DirtyKind::Io, Box::new(move || drop(files)));
        }
    }
}

/// What the reference of a file holds, where no program sees it.
const MARK: &str = "prim_file";

fn number<'h>(cx: &Context<'h>, reference: Term<'h>) -> Read<'h, u64> {
    let object = reference.as_boxed().filter(|object| object.kind() == Kind::Reference);
    let object = object.ok_or(Stop::badarg())?;
    match object.terms() {
        [mark] if mark.as_atom().is_some_and(|mark| cx.atoms().name(mark) == MARK) => Ok(object.raw(1)),
        _ => Err(Stop::badarg()),
    }
}
