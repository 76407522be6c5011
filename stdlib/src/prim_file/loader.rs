//! What OTP's `erl_prim_loader` asks its process: there is none, and files are asked for by whoever calls. Archives of modules are
//! not read.

use purlin_heap::{Atom, Build, Mfa, Term, am};
use purlin_vm::{Context, NativeFunction, Outcome, Stop};

use super::names;
use super::reading::whole;
use crate::args;

/// That of `erl_prim_loader`.
pub(crate) const LOADER: &[NativeFunction] =
    &[NativeFunction { module: "erl_prim_loader", function: "request", arity: 1, body: request }];

/// Goes on in a function of OTP.
fn call<'h>(cx: &Context<'h>, module: Atom, function: &str, arguments: &[Term<'h>]) -> Outcome<'h> {
    let function = cx.atoms().intern(function)?;
    let export = cx.vm().code().export(Mfa { module, function, arity: arguments.len() as u32 });
    Err(Stop::Call(&export.name, cx.heap().list(arguments)))
}

fn request<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let parts = args[0].as_tuple().map_or(args, |parts| parts.elements());
    let prim_file = cx.atoms().intern("prim_file")?;
    match (cx.atoms().name(args::atom(parts[0])?), &parts[1..]) {
        ("get_file", &[name]) => {
            let native = names::to_native(cx, &[name])?;
            let binary = match whole(cx, args, native)? {
                Ok(binary) => binary,
                Err(errno) => return super::outcome::error(cx, errno),
            };
            Ok(cx.heap().tuple(&[Term::atom(am::ok), binary, name]))
        }
        (operation @ ("list_dir" | "read_file_info" | "read_link_info"), &[name]) => {
            call(cx, prim_file, operation, &[name])
        }
        ("get_cwd", &[drive]) => call(cx, prim_file, "get_cwd", &args::elements(drive)?),
        ("get_path", _) => {
            let path = crate::code::path::get_path(cx, &[])?;
            Ok(cx.heap().tuple(&[Term::atom(am::ok), path]))
        }
        ("set_path", &[path]) => call(cx, am::code, "set_path", &[path]),
        ("purge_archive_cache", _) => Ok(Term::atom(am::ok)),
        _ => super::outcome::error(cx, nix::errno::Errno::ENOTSUP),
    }
}
