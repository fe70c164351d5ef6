//! Text as tokens and words: what an answer costs, how a stream cuts it, what a prompt is about.

/// Words that say nothing about what a text is about.
const EMPTY: [&str; 74] = [
    "a", "about", "an", "and", "any", "are", "as", "at", "be", "but", "by", "can", "could", "did",
    "do", "does", "for", "from", "give", "had", "has", "have", "how", "i", "if", "in", "into",
    "is", "it", "its", "list", "make", "many", "me", "much", "my", "not", "of", "on", "or", "our",
    "please", "say", "should", "so", "some", "tell", "than", "that", "the", "their", "them",
    "then", "there", "these", "they", "this", "to", "use", "was", "we", "were", "what", "when",
    "where", "which", "who", "why", "will", "with", "would", "write", "you", "your",
];

/// How many words of a prompt an answer can take up.
const SUBJECTS: usize = 24;

/// How much of a prompt is read for them.
const READ: usize = 16_384;

/// Cuts text into tokens: a word with the blank before it, or a single digit or sign.
pub(super) struct Tokens<'a>(&'a str);

/// The tokens of a text.
pub(super) fn tokens(text: &str) -> Tokens<'_> {
    Tokens(text)
}

/// How many tokens a text is.
pub(super) fn count(text: &str) -> u64 {
    tokens(text).count() as u64
}

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let mut end = 0;
        let mut letters = 0;
        for (at, next) in self.0.char_indices() {
            let is_letter = next.is_alphabetic() || next == '\'';
            if at == 0 && next == ' ' {
                end = 1;
            } else if is_letter {
                letters += if next.is_ascii() { 1 } else { 4 };
                end = at + next.len_utf8();
                if letters >= 20 {
                    break;
                }
            } else {
                // An empty object stays together, as tokenizers have it.
                let is_pair = at == 0 && self.0.starts_with("{}");
                if at == 0 {
                    end = if is_pair { 2 } else { next.len_utf8() };
                }
                break;
            }
        }
        let (token, rest) = self.0.split_at_checked(end).filter(|_| end > 0)?;
        self.0 = rest;
        Some(token)
    }
}

/// The words of a text: letters and digits, without what stands between them.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|next: char| !next.is_alphanumeric() && next != '\'')
        .map(|word| word.trim_matches('\''))
        .filter(|word| !word.is_empty())
}

/// What a text is about: the words in it that are not empty, each once.
pub(super) fn subjects(text: &str) -> Vec<&str> {
    let mut end = text.len().min(READ);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut found: Vec<&str> = Vec::new();
    for word in words(text.get(..end).unwrap_or_default()) {
        let is_short = word.len() <= 24;
        let is_empty = EMPTY.iter().any(|empty| empty.eq_ignore_ascii_case(word));
        if is_short && !is_empty && !found.iter().any(|known| known.eq_ignore_ascii_case(word)) {
            found.push(word);
            if found.len() == SUBJECTS {
                break;
            }
        }
    }
    found
}

/// The words that look like names and numbers, which is what values mostly are; all words if none does.
pub(super) fn telling<'a>(question: &'a str, about: &[&'a str]) -> Vec<&'a str> {
    let first = words(question).next();
    let is_name = |word: &&&str| {
        Some(**word) != first
            && word.starts_with(|start: char| start.is_uppercase() || start.is_numeric())
    };
    let names: Vec<&str> = about.iter().filter(is_name).copied().collect();
    if names.is_empty() {
        about.to_vec()
    } else {
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_put_together_are_the_text() {
        let cases: [(&str, &[&str]); 8] = [
            ("", &[]),
            ("Blue light.", &["Blue", " light", "."]),
            (" 42 is", &[" ", "4", "2", " is"]),
            ("a  b", &["a", " ", " b"]),
            ("{\"k\":{}}", &["{", "\"", "k", "\"", ":", "{}", "}"]),
            ("don't", &["don't"]),
            ("größer", &["größer"]),
            ("\n\n", &["\n", "\n"]),
        ];
        for (text, expected) in cases {
            assert_eq!(tokens(text).collect::<Vec<_>>(), expected, "{text}");
        }
        let long = "x".repeat(1000) + "日本語の文章です";
        assert_eq!(tokens(&long).collect::<String>(), long);
        assert!(count(&long) > 50);
    }

    #[test]
    fn subjects_are_the_words_that_say_something() {
        assert_eq!(subjects("Why is the sky blue? The SKY!"), ["sky", "blue"]);
        assert_eq!(subjects("is it"), [""; 0]);
        assert_eq!(subjects(&"ä".repeat(READ)), [""; 0]);
        let many: Vec<String> = (0..99).map(|number| format!("w{number}")).collect();
        assert_eq!(subjects(&many.join(" ")).len(), SUBJECTS);
    }
}
