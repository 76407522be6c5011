//! `purlin pack`: verified modules in one image, which loads without parsing `.beam` files.

use super::failure::Failure;
use super::inputs;
use super::modules::{Contents, refused};
use purlin_loader::image;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The options of `purlin pack`.
#[derive(clap::Args)]
pub struct Options {
    /// The image to write
    #[arg(short, long, value_name = "FILE.image")]
    output: PathBuf,
    /// .beam files, images, or directories of .beam files
    #[arg(required = true, value_name = "FILE.beam|DIR")]
    paths: Vec<PathBuf>,
}

/// Packs every module, or nothing if one is refused.
pub fn run(options: &Options) -> Result<ExitCode, Failure> {
    let files = inputs::beam_files(&options.paths)?;
    if let Some(input) = files.iter().find(|file| is_same(file, &options.output)) {
        return Err(Failure::new(format!(
            "{} would be overwritten with the image of itself",
            input.display()
        ))
        .help("give another name with -o"));
    }
    let mut contents = Vec::with_capacity(files.len());
    for file in &files {
        let bytes = inputs::read(file)?;
        contents.push(Contents::of(&bytes).map_err(|reason| refused(file, reason))?);
    }
    let modules = || contents.iter().flat_map(Contents::modules);
    if let Some(name) = first_twice(modules().map(|verified| verified.module().name())) {
        return Err(Failure::new(format!("module {name} is there twice: give one of them")));
    }
    let image = image::pack_all(modules());
    write_whole(&options.output, &image)?;
    println!("{}: {} modules, {} bytes", options.output.display(), modules().count(), image.len());
    Ok(ExitCode::SUCCESS)
}

/// Whether both are names of one file that is there.
fn is_same(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn first_twice<'a>(names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut seen = std::collections::HashSet::new();
    names.into_iter().find(|name| !seen.insert(*name))
}

/// Writes a file beside its place and then moves it there, so that nobody sees half of it.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut part = path.as_os_str().to_owned();
    part.push(format!(".{}.part", std::process::id()));
    let written = std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, path));
    written.map_err(|error| {
        // The failure that counts is the first.
        let _ = std::fs::remove_file(&part);
        Failure::new(format!("cannot write {}: {error}", path.display()))
    })
}
