//! What inference finds and the check proves: the types of functions and the states at labels.

use super::state::State;
use super::types::Type;
use crate::module::Module;

/// Types of functions, by their index, and states, by label.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Maps {
    /// Arguments of functions; nothing for those that cannot be called.
    pub(crate) arguments: Vec<Option<Vec<Type>>>,
    /// Results of functions; [`Type::NONE`] for those that never return.
    pub(crate) results: Vec<Type>,
    /// Functions that let a message out of their hands before they take it, so that `loop_rec` must copy it.
    pub(crate) copies_messages: Vec<bool>,
    /// States at labels, in canonical form; nothing where control cannot arrive.
    pub(crate) labels: Vec<Option<Box<State>>>,
}

impl Maps {
    pub(crate) fn new(module: &Module) -> Maps {
        Maps {
            arguments: vec![None; module.functions.len()],
            results: vec![Type::NONE; module.functions.len()],
            copies_messages: vec![false; module.functions.len()],
            labels: vec![None; module.labels.len()],
        }
    }
}

/// Functions that code outside of the module may call with any terms: exports, funs, and what runs on loading.
pub(crate) fn roots(module: &Module) -> impl Iterator<Item = usize> + '_ {
    let exports = module.exports.iter().map(|export| export.label);
    let labels = exports.chain(module.lambdas.iter().map(|lambda| lambda.label));
    labels.filter_map(|label| module.function_at(label)).chain(module.on_load())
}
