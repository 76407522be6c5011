//! The code that a process runs.

use super::{Flags, Process};
use crate::code::LoadedModule;
use crate::code::purge::CodeCheck;
use crate::local::Local;

impl Process {
    /// Whether it goes on, or returns some time, to an instruction of this module. `stopped_at` is where it goes on.
    pub(crate) fn runs(&self, module: &LoadedModule, stopped_at: *const u64) -> bool {
        let is_in = |address| module.offset_of(address).is_some();
        is_in(stopped_at) || self.heap.stack().any(|word| word.is_header() && is_in(word.return_target()))
    }

    /// Keeps a question until it is known where the process has stopped: signals are also handled while it runs.
    pub(crate) fn check_code_later(&mut self, check: CodeCheck) {
        self.rare_mut().code_checks.push(check);
        self.flags.set(Flags::CHECKS_CODE, true);
    }

    /// Answers what has been asked about its code. The process has stopped, or has ended.
    #[cold]
    pub(crate) fn answer_code_checks(&mut self, local: &Local) {
        self.flags.set(Flags::CHECKS_CODE, false);
        let Some(rare) = self.rare_if_any() else { return };
        for check in std::mem::take(&mut rare.code_checks) {
            let runs = !self.is_ending() && self.runs(check.version, self.saved.ip);
            check.answer(local, self.pid(), runs);
        }
    }
}
