//! Repeatable randomness: a test prints its seed, and the seed replays the test.

/// A small generator (SplitMix64). Not for secrets.
#[derive(Debug, Clone)]
pub struct Dice {
    seed: u64,
    state: u64,
}

impl Dice {
    /// A generator that always yields the same sequence for the same seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, state: seed }
    }

    /// The seed from the environment variable `name`, else one that differs per process. Printed, so that a failure
    /// can be replayed.
    ///
    /// # Panics
    /// When the variable is set to something that is not a number.
    #[must_use]
    pub fn from_env(name: &str) -> Self {
        let seed = match std::env::var(name) {
            Ok(text) => text.parse().unwrap_or_else(|error| panic!("{name}={text} is no seed: {error}")),
            Err(_) => u64::from(std::process::id()) ^ (crate::unix_seconds().unsigned_abs() << 20),
        };
        println!("seed: {name}={seed}");
        Self::new(seed)
    }

    /// What this generator was started with.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The next number of the sequence.
    pub fn roll(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number in `low..=high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.roll() % (high - low + 1)
    }
}
