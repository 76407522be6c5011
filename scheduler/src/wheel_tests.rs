//! The wheel against a sorted list, and its corners.

use super::*;
use std::collections::BTreeMap;

/// All that is due at `now`.
fn expired<X>(wheel: &mut Wheel<X>, now: u64) -> Vec<X> {
    std::iter::from_fn(|| wheel.expire(now, &mut u32::MAX.clone())).collect()
}

#[test]
fn fires_at_the_deadline_and_not_before() {
    let mut wheel = Wheel::new(0);
    for deadline in [1, 63, 64, 65, 4095, 4096, 262_144, 1 << 40, u64::MAX] {
        wheel.insert(deadline, deadline);
    }
    for deadline in [1, 63, 64, 65, 4095, 4096, 262_144, 1 << 40, u64::MAX] {
        assert!(wheel.next_event().unwrap() <= deadline);
        assert!(expired(&mut wheel, deadline - 1).is_empty());
        assert_eq!(expired(&mut wheel, deadline), [deadline]);
    }
    assert_eq!((wheel.len(), wheel.next_event()), (0, None));
}

#[test]
fn a_deadline_in_the_past_is_due_at_once() {
    let mut wheel = Wheel::new(1000);
    wheel.insert(3, "past");
    wheel.insert(1000, "now");
    assert_eq!(wheel.next_event(), Some(1000));
    assert_eq!(expired(&mut wheel, 1000), ["past", "now"]);
}

#[test]
fn an_entry_is_small() {
    assert_eq!(size_of::<Entry<Box<()>>>(), 24 + size_of::<Box<()>>());
}

#[test]
fn a_key_names_one_timer_only() {
    let mut wheel = Wheel::new(0);
    let first = wheel.insert(10, 'a');
    assert_eq!(wheel.deadline(first), Some(10));
    assert_eq!(wheel.remove(first), Some((10, 'a')));
    let second = wheel.insert(10, 'b');
    assert_eq!(first.index, second.index);
    assert_eq!((wheel.remove(first), wheel.deadline(first)), (None, None));
    assert_eq!(expired(&mut wheel, 10), ['b']);
    assert_eq!(wheel.remove(second), None);
}

#[test]
fn an_empty_wheel_gives_memory_back_and_keeps_old_keys_stale() {
    let mut wheel = Wheel::new(0);
    let keys: Vec<_> = (0..5000).map(|number| wheel.insert(number % 70 + 1, number)).collect();
    assert_eq!(keys.iter().filter(|&&key| wheel.remove(key).is_some()).count(), 5000);
    assert_eq!(wheel.entries.capacity(), 0);
    wheel.insert(1, 0);
    assert!(keys.iter().all(|&key| wheel.deadline(key).is_none()));
}

#[test]
fn a_used_up_generation_retires_its_entry() {
    let mut wheel = Wheel::new(0);
    wheel.first_generation = u32::MAX;
    let last = wheel.insert(1, ());
    wheel.remove(last);
    assert_ne!(wheel.insert(1, ()).index, last.index);
    assert_eq!(wheel.deadline(last), None);
}

#[test]
fn moving_a_large_slot_stops_and_goes_on() {
    let mut wheel = Wheel::new(0);
    for number in 0..1000 {
        wheel.insert(5000 + number % 3, number);
    }
    let mut calls = 0;
    let mut fired = 0;
    while wheel.len() > 0 {
        fired += wheel.expire(6000, &mut 100).is_some() as usize;
        calls += 1;
    }
    assert_eq!(fired, 1000);
    // 64 * 64 is the start of the slot; from there on each timer moves twice.
    assert!(calls >= 1000 + 10, "{calls} calls");
}

#[test]
fn after_a_quiet_time_a_short_timer_moves_once() {
    let mut wheel = Wheel::new(0);
    let far = wheel.insert(1 << 30, "far");
    wheel.catch_up(1_000_000);
    wheel.insert(1_000_005, "near");
    assert_eq!(wheel.expire(1_000_005, &mut 1), Some("near"));
    wheel.catch_up(1 << 31);
    assert_eq!((wheel.deadline(far), wheel.next_event().unwrap() < 1 << 31), (Some(1 << 30), true));
}

#[test]
fn agrees_with_a_sorted_list() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut wheel = Wheel::new(random.below(1 << 20));
    let mut model: BTreeMap<(u64, u64), Key> = BTreeMap::new();
    let mut now = wheel.elapsed;
    for number in 0..200_000 {
        match random.below(8) {
            0..=3 => {
                wheel.catch_up(now);
                let bits = random.below(34);
                let deadline = now + random.below(1 << bits);
                model.insert((deadline, number), wheel.insert(deadline, (deadline, number)));
            }
            4..=5 if !model.is_empty() => {
                let pick = random.below(model.len() as u64) as usize % 50;
                let (&name, &key) = model.iter().nth(pick.min(model.len() - 1)).unwrap();
                assert_eq!(wheel.remove(key), Some((name.0, name)));
                model.remove(&name);
            }
            _ => now = advance(&mut wheel, &mut model, now, &mut random),
        }
        assert_eq!(wheel.len(), model.len());
    }
}

/// Moves time on, with few moves a call, and compares what fires.
fn advance(
    wheel: &mut Wheel<(u64, u64)>,
    model: &mut BTreeMap<(u64, u64), Key>,
    now: u64,
    random: &mut Random,
) -> u64 {
    let bits = random.below(26);
    let now = now + random.below(1 << bits);
    if let Some(((earliest, _), _)) = model.first_key_value() {
        assert!(wheel.next_event().unwrap() <= (*earliest).max(wheel.elapsed));
    }
    let later = model.split_off(&(now + 1, 0));
    let due = std::mem::replace(model, later);
    let mut fired = Vec::new();
    while wheel.next_event().is_some_and(|next| next <= now) {
        fired.extend(wheel.expire(now, &mut 3));
    }
    fired.sort_unstable();
    assert_eq!(fired, due.into_keys().collect::<Vec<_>>());
    now
}

/// Xorshift: enough for a test, and the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound.max(1)
    }
}
