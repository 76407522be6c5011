//! How many schedulers run processes: as many as a program has set, or a single one while some process keeps the others
//! from it (`erlang:system_flag(multi_scheduling, block)`).

use crate::Vm;
use crate::native::Context;
use crate::process::Flags;
use parking_lot::Mutex;
use purlin_heap::Pid;

/// Which schedulers a process keeps from running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocked {
    /// All but one.
    All,
    /// All but one of those that are not for long work. There are no others that run processes, so it is the same.
    Normal,
}

/// See the top of the file.
pub(crate) struct Online(Mutex<State>);

struct State {
    /// What a program has set.
    wanted: usize,
    /// Who keeps others from running, how often.
    blockers: Vec<(Pid, Blocked, u32)>,
}

impl Online {
    pub(crate) fn new(schedulers: usize) -> Online {
        Online(Mutex::new(State { wanted: schedulers.max(1), blockers: Vec::new() }))
    }
}

impl State {
    fn count(&self) -> usize {
        if self.blockers.is_empty() { self.wanted } else { 1 }
    }

    fn entry(&mut self, pid: Pid, blocked: Blocked) -> Option<usize> {
        self.blockers.iter().position(|&(by, what, _)| (by, what) == (pid, blocked))
    }
}

impl Vm {
    /// How many schedulers run processes when nobody keeps them from it.
    pub fn schedulers_online(&self) -> usize {
        self.online().0.lock().wanted
    }

    /// Sets that; what it was.
    pub fn set_schedulers_online(&self, count: usize) -> usize {
        self.change_online(|state| {
            std::mem::replace(&mut state.wanted, count.clamp(1, self.handle().workers()))
        })
    }

    /// Who keeps schedulers from running, each once.
    pub fn blockers(&self, wanted: Blocked) -> Vec<Pid> {
        let state = self.online().0.lock();
        state.blockers.iter().filter(|&&(_, what, _)| what == wanted).map(|&(pid, ..)| pid).collect()
    }

    fn change_online<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let mut state = self.online().0.lock();
        let answer = change(&mut state);
        self.handle().set_online(state.count());
        answer
    }

    /// A process that keeps schedulers from running has ended.
    pub(crate) fn unblock_all_of(&self, pid: Pid) {
        self.change_online(|state| state.blockers.retain(|&(by, ..)| by != pid));
    }
}

impl Context<'_> {
    /// Keeps schedulers from running until the caller has taken that back as often, or ends. It may run on for a moment on
    /// the one that it is on.
    pub fn block_schedulers(&self, blocked: Blocked) {
        let pid = self.pid();
        self.vm().change_online(|state| match state.entry(pid, blocked) {
            Some(at) => state.blockers[at].2 += 1,
            None => state.blockers.push((pid, blocked, 1)),
        });
        self.set_flag(Flags::BLOCKS_OTHERS, true);
    }

    /// Takes one such block of the caller back, if there is any.
    pub fn unblock_schedulers(&self, blocked: Blocked) {
        let pid = self.pid();
        self.vm().change_online(|state| {
            let Some(at) = state.entry(pid, blocked) else { return };
            state.blockers[at].2 -= 1;
            if state.blockers[at].2 == 0 {
                state.blockers.swap_remove(at);
            }
        });
    }
}
