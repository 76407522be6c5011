//! Module `prim_file`: the functions under OTP's own module of that name, which calls the operating system through them. What can
//! block is done on threads for long work while the process sleeps. See `docs/files.md`.

mod handles;
mod info;
mod loader;
mod names;
mod numbers;
mod open;
mod outcome;
mod position;
mod reading;
mod tree;
mod writing;

pub(crate) use handles::Files;
pub(crate) use loader::LOADER;
pub(crate) use names::ENCODING;
pub(crate) use outcome::error;

use purlin_vm::natives;

natives! { "prim_file":
    "internal_name2native"/1 => names::to_native, "internal_native2name"/1 => names::from_native,
    "internal_normalize_utf8"/1 => names::normalized, "is_translatable"/1 => names::is_translatable,
    "open_nif"/2 => open::open, "file_desc_to_ref_nif"/1 => open::of_descriptor, "close_nif"/1 => open::close,
    "delayed_close_nif"/1 => open::close, "get_handle_nif"/1 => open::descriptor,
    "read_nif"/2 => reading::read, "pread_nif"/3 => reading::read_at, "read_file_nif"/1 => reading::read_file,
    "ipread_s32bu_p32bu_nif"/3 => reading::read_pointed,
    "write_nif"/2 => writing::write, "pwrite_nif"/3 => writing::write_at,
    "seek_nif"/3 => position::seek, "truncate_nif"/1 => position::truncate, "sync_nif"/2 => position::sync,
    "allocate_nif"/3 => position::allocate, "advise_nif"/4 => position::advise,
    "read_info_nif"/2 => info::of_path, "read_handle_info_nif"/1 => info::of_handle,
    "set_permissions_nif"/2 => info::set_permissions, "set_owner_nif"/3 => info::set_owner,
    "set_time_nif"/4 => info::set_time,
    "list_dir_nif"/1 => tree::list, "make_dir_nif"/1 => tree::make_directory, "del_dir_nif"/1 => tree::delete_directory,
    "del_file_nif"/1 => tree::delete_file, "rename_nif"/2 => tree::rename, "read_link_nif"/1 => tree::read_link,
    "make_hard_link_nif"/2 => tree::make_hard_link, "make_soft_link_nif"/2 => tree::make_soft_link,
    "get_cwd_nif"/0 => tree::working_directory, "set_cwd_nif"/1 => tree::set_working_directory,
    "get_device_cwd_nif"/1 => tree::not_supported, "altname_nif"/1 => tree::not_supported,
}
