//! Sentences that answer a prompt: made up, but about its words, and as long as it asks for.

use super::{dice::Dice, words};

/// How an answer begins; `{a}` and `{b}` are words of the prompt, `{n}` is a number.
const OPENINGS: [&str; 6] = [
    "In short, {a} comes down to {b}.",
    "Let us look at {a} first, and then at {b}.",
    "The short answer about {a} is that {b} decides.",
    "{A} is best explained through {b}.",
    "There is more to {a} than it seems, and {b} is a good place to begin.",
    "A simple way to see {a} is to think of {b}.",
];

/// What follows.
const SENTENCES: [&str; 12] = [
    "What matters most about {a} is how it meets {b}.",
    "Those who know {a} well often begin with {b}.",
    "There are {n} things to keep in mind about {a}.",
    "A good example of {a} is found close to {b}.",
    "Without {a} there would be little left of {b}.",
    "On the whole, {a} and {b} belong together.",
    "It helps to compare {a} with {b} before deciding.",
    "Step {n} is to leave {a} as it is and to turn to {b}.",
    "Most of what is said about {a} holds for {b} as well.",
    "Seen from further away, {a} is a part of {b}.",
    "If {a} changes, then {b} changes with it.",
    "Nobody needs more than {n} minutes to see how {a} works.",
];

/// From one sentence to the next; all of them come before one comes again.
const STRIDE: usize = 5;

/// What a model thinks before it answers.
const THOUGHTS: [&str; 4] = [
    "The question is about {a} and {b}.",
    "I should say something about {a} first.",
    "Then {b} has to be mentioned, briefly.",
    "{N} sentences about {a} will do.",
];

/// An answer to a prompt about these words, of about `length` words if that is given.
pub(super) fn answer(about: &[&str], length: Option<usize>, dice: &mut Dice) -> String {
    let mut text = String::new();
    let start = dice.index(about.len());
    let mut writer = Writer {
        about,
        next: start,
        dice,
    };
    let mut at = writer.dice.index(SENTENCES.len());
    let mut written = writer.write(&OPENINGS, at, &mut text);
    let wanted = match length {
        Some(words) => words,
        None => 20 + writer.dice.index(20),
    };
    while written < wanted {
        text.push(' ');
        written += writer.write(&SENTENCES, at, &mut text);
        at += STRIDE;
    }
    text
}

/// What a model thinks about these words.
pub(super) fn thoughts(about: &[&str], dice: &mut Dice) -> String {
    let mut text = String::new();
    let mut writer = Writer {
        about,
        next: 0,
        dice,
    };
    for thought in THOUGHTS {
        if !text.is_empty() {
            text.push(' ');
        }
        writer.fill(thought, &mut text);
    }
    text
}

/// How many words a prompt asks for: "in 300 words".
pub(super) fn asked_length(prompt: &str) -> Option<usize> {
    let mut before = "";
    for word in words::words(prompt) {
        let is_unit = word.eq_ignore_ascii_case("words");
        if let Some(number) = before.parse().ok().filter(|_| is_unit) {
            return Some(number);
        }
        before = word;
    }
    None
}

struct Writer<'a, 'd> {
    about: &'a [&'a str],
    next: usize,
    dice: &'d mut Dice,
}

impl<'a> Writer<'a, '_> {
    /// Writes one of these and says how many words that were.
    fn write(&mut self, sentences: &[&str], at: usize, text: &mut String) -> usize {
        let sentence = sentences.iter().cycle().nth(at % sentences.len());
        let sentence = sentence.copied().unwrap_or_default();
        self.fill(sentence, text);
        1 + sentence.bytes().filter(|byte| *byte == b' ').count()
    }

    fn fill(&mut self, sentence: &str, text: &mut String) {
        let a = self.subject("this");
        let b = if self.about.len() == 1 {
            "the rest"
        } else {
            self.subject("the rest")
        };
        let mut parts = sentence.split('{');
        text.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let (place, rest) = part.split_once('}').unwrap_or(("", part));
            match place {
                "a" => text.push_str(a),
                "b" => text.push_str(b),
                "A" => capital(a, text),
                "N" => text.extend(self.dice.pick(&["Two", "Three", "Four"]).copied()),
                _ => text.push(char::from(
                    b'2' + u8::try_from(self.dice.below(7)).unwrap_or(0),
                )),
            }
            text.push_str(rest);
        }
    }

    fn subject(&mut self, otherwise: &'static str) -> &'a str {
        let at = self.next.checked_rem(self.about.len());
        let subject = at.and_then(|at| self.about.get(at));
        self.next += 1;
        subject.copied().unwrap_or(otherwise)
    }
}

fn capital(word: &str, text: &mut String) {
    let mut letters = word.chars();
    text.extend(letters.next().into_iter().flat_map(char::to_uppercase));
    text.push_str(letters.as_str());
}
