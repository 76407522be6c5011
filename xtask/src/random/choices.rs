//! The choices that make a program: drawn from a seed, or given again in part to make a simpler program.

/// Where choices come from, and those that were made.
pub struct Choices {
    source: Source,
    made: Vec<u32>,
}

enum Source {
    /// The state of a generator of pseudo-random numbers.
    Seed(u64),
    /// Choices made before; after the last, the first alternative is taken.
    Given(Vec<u32>),
}

impl Choices {
    /// Choices that a seed determines.
    pub fn from_seed(seed: u64) -> Self {
        Self { source: Source::Seed(seed), made: Vec::new() }
    }

    /// Choices that were made before, perhaps with some left out.
    pub fn given(choices: Vec<u32>) -> Self {
        Self { source: Source::Given(choices), made: Vec::new() }
    }

    /// All choices made so far.
    pub fn into_made(self) -> Vec<u32> {
        self.made
    }

    /// A number below `count`. The lower ones are to stand for the simpler alternatives.
    pub fn below(&mut self, count: u32) -> u32 {
        let choice = match &mut self.source {
            Source::Seed(state) => (next(state) % u64::from(count)) as u32,
            Source::Given(choices) => choices.get(self.made.len()).map_or(0, |&choice| choice.min(count - 1)),
        };
        self.made.push(choice);
        choice
    }

    /// Whether something happens that happens once in `count` times.
    pub fn once_in(&mut self, count: u32) -> bool {
        self.below(count) == count - 1
    }

    /// One of some alternatives.
    pub fn one_of<'a, T: ?Sized>(&mut self, alternatives: &[&'a T]) -> &'a T {
        alternatives[self.below(alternatives.len() as u32) as usize]
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): any seed will do, near ones too.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) >> 8
}

#[cfg(test)]
mod tests {
    use super::Choices;

    #[test]
    fn choices_given_again_are_made_again() {
        let draw = |mut choices: Choices| {
            for count in 1..50 {
                choices.below(count);
            }
            choices.into_made()
        };
        let made = draw(Choices::from_seed(7));
        assert_eq!(draw(Choices::given(made.clone())), made);
        assert_ne!(draw(Choices::from_seed(8)), made);
    }
}
