//! Text that matches a regular expression, for the expressions people put into schemas.

use regex_lite::Regex;

use crate::answer::dice::Dice;

/// Groups inside groups, at most.
const DEPTH: usize = 16;

/// Letters of a text, and times something is repeated, at most.
const LONGEST: usize = 1_000;

/// Parts of an expression that are written, at most.
const PARTS: usize = 20_000;

/// How often `*` and `+` repeat, at most.
const USUAL: usize = 4;

/// What may stand where an expression names what may not.
const PRINTABLE: [(char, char); 5] = [('a', 'z'), ('0', '9'), ('A', 'Z'), (' ', ' '), ('-', '-')];

const DIGITS: [(char, char); 1] = [('0', '9')];
const WORD: [(char, char); 3] = [('a', 'z'), ('A', 'Z'), ('0', '9')];
const LOWER: [(char, char); 1] = [('a', 'z')];

/// Text that matches, unless the expression is beyond this.
pub(super) fn matching(pattern: &str, dice: &mut Dice) -> Option<String> {
    let mut letters = pattern.chars().peekable();
    let node = Parser {
        letters: &mut letters,
    }
    .choice(0)?;
    if letters.next().is_some() {
        return None;
    }
    let mut text = String::new();
    let mut left = PARTS;
    node.write(dice, &mut text, &mut left);
    let regex = Regex::new(pattern).ok()?;
    regex.is_match(&text).then_some(text)
}

enum Node {
    /// One letter out of these ranges.
    Letter(Vec<(char, char)>),
    All(Vec<Node>),
    One(Vec<Node>),
    Many(Box<Node>, usize, usize),
}

impl Node {
    fn write(&self, dice: &mut Dice, text: &mut String, left: &mut usize) {
        *left = left.saturating_sub(1);
        match self {
            Node::Letter(ranges) => text.extend(dice.pick(ranges).and_then(|range| {
                let (first, last) = (u32::from(range.0), u32::from(range.1));
                let span = u64::from(last.saturating_sub(first)) + 1;
                char::from_u32(first + u32::try_from(dice.below(span)).ok()?)
            })),
            Node::All(nodes) => nodes.iter().for_each(|node| node.write(dice, text, left)),
            Node::One(nodes) => {
                if let Some(node) = dice.pick(nodes) {
                    node.write(dice, text, left);
                }
            }
            Node::Many(node, least, most) => {
                let times = least + dice.index(most - least + 1);
                for _ in 0..times {
                    if *left == 0 || text.len() > LONGEST {
                        break;
                    }
                    node.write(dice, text, left);
                }
            }
        }
    }
}

struct Parser<'a, 'p> {
    letters: &'a mut std::iter::Peekable<std::str::Chars<'p>>,
}

impl Parser<'_, '_> {
    fn choice(&mut self, depth: usize) -> Option<Node> {
        let mut branches = vec![self.sequence(depth)?];
        while self.letters.next_if_eq(&'|').is_some() {
            branches.push(self.sequence(depth)?);
        }
        Some(Node::One(branches))
    }

    fn sequence(&mut self, depth: usize) -> Option<Node> {
        let mut nodes = Vec::new();
        while let Some(next) = self.letters.next_if(|next| !matches!(next, '|' | ')')) {
            let node = match next {
                '^' | '$' => Node::All(Vec::new()),
                '.' => Node::Letter(LOWER.to_vec()),
                '[' => Node::Letter(self.class()?),
                '(' => self.group(depth)?,
                '\\' => self.escape()?,
                '*' | '+' | '?' | '{' => return None,
                literal => Node::Letter(vec![(literal, literal)]),
            };
            nodes.push(self.repeated(node)?);
        }
        Some(Node::All(nodes))
    }

    fn group(&mut self, depth: usize) -> Option<Node> {
        if depth == DEPTH {
            return None;
        }
        if self.letters.next_if_eq(&'?').is_some() {
            let is_named = match self.letters.next()? {
                ':' => false,
                '<' => true,
                'P' => self.letters.next()? == '<',
                // What is looked for ahead cannot be written first.
                _ => return None,
            };
            while is_named && self.letters.next()? != '>' {}
        }
        let node = self.choice(depth + 1)?;
        (self.letters.next()? == ')').then_some(node)
    }

    fn escape(&mut self) -> Option<Node> {
        Some(match self.letters.next()? {
            'b' => Node::All(Vec::new()),
            next => Node::Letter(escaped(next)?),
        })
    }

    fn class(&mut self) -> Option<Vec<(char, char)>> {
        let is_negated = self.letters.next_if_eq(&'^').is_some();
        let mut ranges: Vec<(char, char)> = Vec::new();
        loop {
            let first = match self.letters.next()? {
                ']' if !ranges.is_empty() => break,
                '\\' => {
                    let several = escaped(self.letters.next()?)?;
                    if let [(first, last)] = several.as_slice() {
                        if first == last {
                            *first
                        } else {
                            ranges.extend(several);
                            continue;
                        }
                    } else {
                        ranges.extend(several);
                        continue;
                    }
                }
                first => first,
            };
            if self.letters.next_if_eq(&'-').is_none() {
                ranges.push((first, first));
                continue;
            }
            match self.letters.next()? {
                ']' => {
                    ranges.extend([(first, first), ('-', '-')]);
                    break;
                }
                last if last >= first => ranges.push((first, last)),
                _ => return None,
            }
        }
        if !is_negated {
            return Some(ranges);
        }
        let is_free = |letter: &char| {
            !ranges
                .iter()
                .any(|(first, last)| (first..=last).contains(&letter))
        };
        let free = PRINTABLE
            .iter()
            .flat_map(|(first, last)| *first..=*last)
            .filter(is_free);
        Some(free.map(|letter| (letter, letter)).collect())
    }

    fn repeated(&mut self, node: Node) -> Option<Node> {
        let times = |least: usize, most: usize| (least, most.max(least));
        let (least, most) = match self.letters.peek() {
            Some('*') => times(0, USUAL),
            Some('+') => times(1, USUAL),
            Some('?') => times(0, 1),
            Some('{') => {
                self.letters.next();
                let least = self.number()?;
                let most = match self.letters.next_if_eq(&',') {
                    Some(_) => self.number().unwrap_or(least + USUAL),
                    None => least,
                };
                times(least, most)
            }
            _ => return Some(node),
        };
        // The last letter of the quantifier, and what makes it lazy.
        self.letters.next();
        self.letters.next_if_eq(&'?');
        Some(Node::Many(
            Box::new(node),
            least.min(LONGEST),
            most.min(LONGEST),
        ))
    }

    fn number(&mut self) -> Option<usize> {
        let mut digits = String::new();
        while let Some(digit) = self.letters.next_if(char::is_ascii_digit) {
            digits.push(digit);
        }
        digits.parse().ok()
    }
}

/// What stands behind a backslash.
fn escaped(letter: char) -> Option<Vec<(char, char)>> {
    Some(match letter {
        'd' => DIGITS.to_vec(),
        'w' => WORD.to_vec(),
        's' => vec![(' ', ' ')],
        'D' | 'S' | 'W' => LOWER.to_vec(),
        't' => vec![('\t', '\t')],
        'n' => vec![('\n', '\n')],
        other if other.is_ascii_alphanumeric() => return None,
        other => vec![(other, other)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::dice::Hash;

    #[test]
    fn texts_match() {
        for pattern in [
            "^[A-Z]{3}-\\d{4}$",
            "^\\+?[1-9]\\d{1,14}$",
            "^[a-z0-9]+(?:-[a-z0-9]+)*$",
            "^(red|green|blue)$",
            "^#(?:[0-9a-fA-F]{3}){1,2}$",
            "^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$",
            "^v?\\d+\\.\\d+\\.\\d+$",
            "^(?<year>\\d{4})-(?P<month>0[1-9]|1[0-2])$",
            "^.+$",
            "^[\\w.-]+$",
            "^[]a]$",
            "",
            "a{2,}?",
            "^[+-]?\\d+$",
            "^\\s*clef\\s*$",
            "^[Dd]ata:",
        ] {
            for seed in 0..20 {
                let text = matching(pattern, &mut Hash::new(seed).dice());
                assert!(text.is_some(), "{pattern}");
            }
        }
    }

    #[test]
    fn other_expressions_have_no_text() {
        let deep = "(".repeat(500) + &")".repeat(500);
        for pattern in [
            "^(?=a)b",
            "^(?!x).*$",
            "[",
            "[b-a]",
            "(",
            ")",
            "*",
            "a{",
            "a{x}",
            "\\p{L}",
            "\\",
            "(?",
            "(?<a",
            &deep,
        ] {
            assert_eq!(
                matching(pattern, &mut Hash::new(1).dice()),
                None,
                "{pattern}"
            );
        }
        for long in ["^(a{1000}){1000}$", "^((((){999}){999}){999}){999}b$"] {
            let text = matching(long, &mut Hash::new(1).dice());
            assert!(text.is_none_or(|text| text.len() <= LONGEST), "{long}");
        }
    }
}
