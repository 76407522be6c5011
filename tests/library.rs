//! The library's face: machines in a Rust program, with OTP's own `lists` as the module that is called.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use purlin::{Atom, Build, CallError, Context, Outcome, Stop, Term, Vm, natives};
use serde::{Deserialize, Serialize};

const LIMIT: Duration = Duration::from_secs(20);

natives! { "host": "twice"/1 => twice, "echo"/1 => echo, "fault"/0 => fault }

fn twice<'h>(cx: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    let number = args[0].as_small().ok_or(Stop::badarg())?;
    Ok(cx.heap().integer(2 * number))
}

fn echo<'h>(_: &Context<'h>, args: &[Term<'h>]) -> Outcome<'h> {
    Ok(args[0])
}

fn fault<'h>(_: &Context<'h>, _: &[Term<'h>]) -> Outcome<'h> {
    panic!("a fault in a native of the host")
}

fn machine() -> Vm {
    Vm::builder().schedulers(2).natives(NATIVES).start().expect("a machine")
}

/// The bytes of a module of OTP.
fn otp(module: &str) -> Vec<u8> {
    let ask = format!("io:format(\"~s\", [code:which({module})]), halt().");
    let answer = Command::new("erl").args(["-noshell", "-eval", &ask]).output().expect("erl is installed");
    let path = String::from_utf8(answer.stdout).expect("a path");
    std::fs::read(path).expect("the module's file")
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
enum Shape {
    Point,
    Circle(f64),
    Box { width: u32, height: u32 },
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Everything {
    numbers: (i8, u64, i128),
    text: String,
    letter: char,
    nothing: Option<u8>,
    something: Option<u8>,
    shapes: Vec<Shape>,
    table: BTreeMap<String, bool>,
    atom: Atom,
}

#[test]
fn values_come_back_as_they_went() {
    let value = Everything {
        numbers: (-7, u64::MAX, i128::from(i64::MIN)),
        text: "Ünïcode".into(),
        letter: 'é',
        nothing: None,
        something: Some(5),
        shapes: vec![Shape::Point, Shape::Circle(0.1), Shape::Box { width: 1, height: 2 }],
        table: [("a".to_owned(), true), ("b".to_owned(), false)].into(),
        atom: Atom("an atom".into()),
    };
    let vm = machine();
    let back: Everything = vm.call("host", "echo", &(&value,), LIMIT).expect("echo");
    assert_eq!(back, value);
    vm.stop().expect("a clean end");
}

#[test]
fn modules_of_otp_are_called() {
    let vm = machine();
    assert_eq!(vm.load(&otp("lists")).expect("lists"), "lists");
    let sorted: Vec<i64> = vm.call("lists", "sort", &(vec![3, 1, 2],), LIMIT).expect("sort");
    assert_eq!(sorted, [1, 2, 3]);
    assert_eq!(vm.call::<i64>("host", "twice", &(21,), LIMIT).expect("twice"), 42);
    vm.stop().expect("a clean end");
}

#[test]
fn machines_do_not_see_each_other() {
    let (one, other) = (machine(), machine());
    one.load(&otp("lists")).expect("lists");
    assert_eq!(one.call::<i64>("lists", "sum", &(vec![1, 2],), LIMIT).expect("sum"), 3);
    match other.call::<i64>("lists", "sum", &(vec![1, 2],), LIMIT) {
        Err(CallError::Exited { class: "error", reason }) => assert!(reason.contains("undef"), "{reason}"),
        other => panic!("{other:?}"),
    }
    one.inner().atoms().intern("only in one").expect("room");
    assert_eq!(other.inner().atoms().lookup("only in one"), None);
    one.stop().expect("a clean end");
    assert_eq!(other.call::<i64>("host", "twice", &(4,), LIMIT).expect("twice"), 8);
}

#[test]
fn exceptions_and_faults_end_one_process() {
    let vm = machine();
    match vm.call::<i64>("host", "twice", &("x",), LIMIT) {
        Err(CallError::Exited { class: "error", reason }) => assert!(reason.contains("badarg"), "{reason}"),
        other => panic!("{other:?}"),
    }
    let fault = vm.call::<i64>("host", "fault", &(), LIMIT);
    assert!(matches!(fault, Err(CallError::Exited { class: "error", .. })), "{fault:?}");
    assert_eq!(vm.call::<i64>("host", "twice", &(1,), LIMIT).expect("twice"), 2);
    let wrong = vm.call::<Vec<String>>("host", "twice", &(1,), LIMIT);
    assert!(matches!(wrong, Err(CallError::Convert(_))), "{wrong:?}");
}

#[test]
fn a_call_ends_at_its_time_limit() {
    let vm = machine();
    vm.load(&otp("timer")).expect("timer");
    let late = vm.call::<()>("timer", "sleep", &(Atom("infinity".into()),), Duration::from_millis(50));
    assert!(matches!(late, Err(CallError::Timeout)), "{late:?}");
    vm.stop().expect("a clean end");
}

#[test]
fn images_are_loaded() {
    let verified = purlin_loader::load(&otp("lists")).expect("verified");
    let image = purlin_loader::image::pack(&[verified]);
    let vm = machine();
    assert_eq!(vm.load_image(&image).expect("an image"), ["lists"]);
    assert_eq!(vm.call::<i64>("lists", "sum", &(vec![1, 2, 3],), LIMIT).expect("sum"), 6);
    assert!(vm.load_image(&image[..image.len() - 1]).is_err());
}
