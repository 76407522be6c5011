//! The table as a page for people: `docs/instructions.md` is this text, and a test holds it to that.

use std::fmt::Write;

use crate::kind::{Assumption, OperandKind};
use crate::opcode::{Opcode, OpcodeInfo, Status};

const INTRODUCTION: &str = "\
# Generic instructions

Generated from the table in `isa/src/generic.rs`; do not edit. After a change of the table run
`PURLIN_WRITE_DOCS=1 cargo test -p purlin-isa`.

An operand is shown as `name: Kind`, and as `name: Kind!Assumption` where the compiler asks to be trusted.
";

/// The documentation of all generic instructions in Markdown.
#[must_use]
pub fn document() -> String {
    let mut out = String::from(INTRODUCTION);
    section(&mut out, "Kinds of operands", OperandKind::ALL);
    section(&mut out, "Assumptions", Assumption::ALL);
    out.push_str("\n## Instructions\n\n| number | name | operands | meaning |\n|---|---|---|---|\n");
    for opcode in Opcode::ALL {
        let info = opcode.info();
        let name = match info.status {
            Status::Live => format!("`{}`", info.name),
            Status::Retired => format!("~~`{}`~~", info.name),
        };
        append(&mut out, &format!("| {} | {name} | {} |{} |\n", info.number, operands(info), info.doc));
    }
    let retired =
        Opcode::ALL.iter().map(|opcode| opcode.info()).filter(|info| info.status == Status::Retired);
    let names: Vec<String> = retired.map(|info| format!("`{}` ({})", info.name, info.number)).collect();
    append(&mut out, "\n## Instructions that no longer load\n\n");
    append(
        &mut out,
        "No compiler of OTP 25 or later emits these, and OTP 25 refuses them. A module with one is refused by its name.\n\n",
    );
    append(&mut out, &format!("{}.\n", names.join(", ")));
    out
}

fn section(out: &mut String, title: &str, rows: &[(&str, &str)]) {
    append(out, &format!("\n## {title}\n\n| name | meaning |\n|---|---|\n"));
    for (name, doc) in rows {
        append(out, &format!("| {name} |{doc} |\n"));
    }
}

fn append(out: &mut String, text: &str) {
    out.write_str(text).unwrap_or_else(|_| unreachable!("writing to a string cannot fail"));
}

fn operands(info: &OpcodeInfo) -> String {
    let show = |operand: &crate::OperandInfo| {
        let trusts = operand.trusts.map_or(String::new(), |assumption| format!("!{assumption:?}"));
        format!("{}: {:?}{trusts}", operand.name, operand.kind)
    };
    info.operands.iter().map(show).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_is_the_table() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/instructions.md");
        let text = super::document();
        if std::env::var_os("PURLIN_WRITE_DOCS").is_some() {
            std::fs::write(&path, &text).expect("docs/instructions.md can be written");
        }
        let page = std::fs::read_to_string(&path).expect("docs/instructions.md can be read");
        assert!(
            page == text,
            "docs/instructions.md is stale: run PURLIN_WRITE_DOCS=1 cargo test -p purlin-isa"
        );
    }
}
