//! Tells the interpreter whether its handlers may go on by tail calls (cfg `tail_calls`): stable Rust turns a last call
//! into a jump only as an optimisation, so that others than fully optimised builds would use up the native stack, and
//! so would instrumented ones.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-check-cfg=cfg(tail_calls)");
    let told = |name| std::env::var(name).unwrap_or_default();
    if told("OPT_LEVEL") == "3" && told("CARGO_CFG_SANITIZE").is_empty() {
        println!("cargo:rustc-cfg=tail_calls");
    }
}
