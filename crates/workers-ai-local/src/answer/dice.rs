//! Chance that falls the same way each time: numbers drawn from the seed and from what was asked.

use serde_json::Value;

use crate::state::uuid;

/// What the stream of events does not change about an answer.
const TRANSPORT: [&str; 2] = ["stream", "stream_options"];

/// A hash of bytes, the same on every machine and in every release.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hash(u64);

impl Hash {
    pub(super) fn new(seed: u64) -> Self {
        Self(0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(super) fn bytes(self, bytes: &[u8]) -> Self {
        let mut hash = self.0 ^ bytes.len() as u64;
        let words = bytes.chunks_exact(8);
        for byte in words.remainder() {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        for word in words {
            let word = word.try_into().map_or(0, u64::from_le_bytes);
            hash = mix(hash ^ word);
        }
        Self(hash)
    }

    pub(super) fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    fn number(self, number: u64) -> Self {
        Self(mix(self.0 ^ number))
    }

    /// An input without what only says how the answer travels.
    pub(super) fn input(self, input: &Value) -> Self {
        match input {
            Value::Object(members) => {
                let counts = |name: &&String| !TRANSPORT.contains(&name.as_str());
                let names = members.keys().filter(counts);
                self.members(names.filter_map(|name| Some((name, members.get(name)?))))
            }
            other => self.value(other),
        }
    }

    /// The order of members says nothing.
    fn members<'a>(self, members: impl Iterator<Item = (&'a String, &'a Value)>) -> Self {
        let member = |(name, value): (&String, &Value)| self.text(name).value(value).0;
        self.number(members.map(member).fold(4, u64::wrapping_add))
    }

    fn value(self, value: &Value) -> Self {
        match value {
            Value::Null => self.number(1),
            Value::Bool(is) => self.number(2 + u64::from(*is)),
            Value::Number(number) => match number.as_u64() {
                Some(whole) => self.number(whole),
                None => self.number(number.as_f64().unwrap_or_default().to_bits()),
            },
            Value::String(text) => self.text(text),
            Value::Array(items) => items
                .iter()
                .fold(self.number(items.len() as u64), Self::value),
            Value::Object(members) => self.members(members.iter()),
        }
    }

    pub(super) fn get(self) -> u64 {
        mix(self.0)
    }

    pub(super) fn dice(self) -> Dice {
        Dice(self.get())
    }
}

/// Numbers that look like chance.
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A whole number below `end`; 0 if there is none.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.roll().checked_rem(end).unwrap_or_default()
    }

    /// An index into something of this length.
    pub(super) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or_default()
    }

    /// One of these.
    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.index(from.len()))
    }

    /// From 0 to just below 1, in steps of a 65,536th.
    pub(super) fn unit(&mut self) -> f64 {
        let step = u16::try_from(self.roll() >> 48).unwrap_or_default();
        f64::from(step) / 65_536.0
    }

    /// Sixteen hexadecimal digits.
    pub(super) fn hex(&mut self) -> String {
        format!("{:016x}", self.roll())
    }

    /// An id in the form of a UUID of version 4.
    pub(super) fn uuid(&mut self) -> String {
        let (high, low) = (self.roll(), self.roll());
        uuid(high, low)
    }
}

fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_same_input_gives_the_same_hash_however_it_travels() {
        let hash = |input: &Value| Hash::new(7).input(input).get();
        let whole = hash(&json!({"prompt": "a", "top_p": 0.5}));
        assert_eq!(
            whole,
            hash(&json!({"prompt": "a", "top_p": 0.5, "stream": true}))
        );
        for other in [
            json!({"prompt": "b", "top_p": 0.5}),
            json!({"prompt": "a", "top_p": 0.25}),
            json!({"prompt": "a"}),
            json!({"prompt": ["a"], "top_p": 0.5}),
        ] {
            assert_ne!(whole, hash(&other), "{other}");
        }
        let other_seed = Hash::new(8).input(&json!({"prompt": "a", "top_p": 0.5}));
        assert_ne!(whole, other_seed.get());
    }

    #[test]
    fn dice_stay_in_their_bounds() {
        let mut dice = Hash::new(0).dice();
        assert_eq!(dice.below(0), 0);
        assert_eq!(dice.pick::<u8>(&[]), None);
        for _ in 0..1000 {
            assert!(dice.below(3) < 3);
            assert!((0.0..1.0).contains(&dice.unit()));
        }
        let uuid = dice.uuid();
        assert_eq!((uuid.len(), uuid.get(14..15)), (36, Some("4")));
    }
}
