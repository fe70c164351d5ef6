//! The parts of JSON, found in its text: where one is, and what stands there.

use super::Unsure;
use crate::plain::plain_length;

/// Deeper nesting is for `serde_json`, which says how deep is too deep.
const MOST_LEVELS: u8 = 32;

/// Whole numbers of so many digits fit.
const MOST_DIGITS: usize = 18;

/// What a value is, as far as it was read.
#[derive(Clone, Copy)]
pub(super) enum Token<'de> {
    /// Text that stands for itself.
    Text(&'de str),
    Null,
    Bool(bool),
    /// A number of few digits.
    Integer(u64),
    /// Text that does not stand for itself, and is still to be read; so are the others from here on.
    Escaped,
    Number,
    Object,
    List,
}

/// What is left to read of a text.
pub(super) struct Reader<'de> {
    pub(super) rest: &'de str,
    level: u8,
    /// The value that came last was passed over or `null`, so whoever asked for it does not know that it came.
    pub(super) is_passed: bool,
}

impl<'de> Reader<'de> {
    #[inline]
    pub(super) fn new(text: &'de str) -> Self {
        Self {
            rest: text,
            level: 0,
            is_passed: false,
        }
    }

    /// The name of the next member of an object, and its value; nothing at the end.
    #[expect(
        clippy::inline_always,
        reason = "half of what an event costs is spent here"
    )]
    #[inline(always)]
    pub(super) fn member(
        &mut self,
        is_first: bool,
    ) -> Result<Option<(&'de str, Token<'de>)>, Unsure> {
        let tight = if is_first {
            self.rest.strip_prefix("\"")
        } else {
            self.rest.strip_prefix(",\"")
        };
        let Some((name, rest)) = tight.and_then(plain) else {
            if !is_first && self.pass("}") {
                self.level = self.level.saturating_sub(1);
                return Ok(None);
            }
            return self.spaced_member(is_first);
        };
        if let Some((text, rest)) = rest.strip_prefix(":\"").and_then(plain) {
            self.rest = rest;
            return Ok(Some((name, Token::Text(text))));
        }
        self.rest = rest;
        self.expect(":")?;
        Ok(Some((name, self.value()?)))
    }

    /// The same where blanks stand between the parts, and at the end.
    #[inline(never)]
    fn spaced_member(&mut self, is_first: bool) -> Result<Option<(&'de str, Token<'de>)>, Unsure> {
        if !self.follows(is_first, "}")? {
            return Ok(None);
        }
        self.expect("\"")?;
        let (name, rest) = plain(self.rest).ok_or(Unsure)?;
        self.rest = rest;
        self.expect(":")?;
        Ok(Some((name, self.value()?)))
    }

    /// The next item of a list; nothing at the end.
    #[inline]
    pub(super) fn item(&mut self, is_first: bool) -> Result<Option<Token<'de>>, Unsure> {
        if !self.follows(is_first, "]")? {
            return Ok(None);
        }
        self.value().map(Some)
    }

    /// The value that begins here.
    #[inline(never)]
    fn value(&mut self) -> Result<Token<'de>, Unsure> {
        self.blanks();
        let (word, token) = match self.rest.as_bytes().first() {
            Some(b'"') => return Ok(self.text()),
            Some(b'{') => return Ok(Token::Object),
            Some(b'[') => return Ok(Token::List),
            Some(b'n') => ("null", Token::Null),
            Some(b't') => ("true", Token::Bool(true)),
            Some(b'f') => ("false", Token::Bool(false)),
            _ => return self.integer(),
        };
        self.expect(word)?;
        Ok(token)
    }

    /// The text that begins here.
    fn text(&mut self) -> Token<'de> {
        match self.rest.strip_prefix('"').and_then(plain) {
            Some((text, rest)) => {
                self.rest = rest;
                Token::Text(text)
            }
            None => Token::Escaped,
        }
    }

    /// Whether another part of an object or a list comes; goes past its end if not.
    #[inline]
    fn follows(&mut self, is_first: bool, end: &str) -> Result<bool, Unsure> {
        if !is_first && self.pass(",") {
            return Ok(true);
        }
        self.blanks();
        if self.pass(end) {
            self.level = self.level.saturating_sub(1);
            return Ok(false);
        }
        if !is_first {
            self.expect(",")?;
        }
        Ok(true)
    }

    /// Goes a level down.
    #[inline]
    pub(super) fn enter(&mut self, begin: &str) -> Result<(), Unsure> {
        self.level += 1;
        if self.level > MOST_LEVELS {
            return Err(Unsure);
        }
        self.expect(begin)
    }

    /// Goes past what comes, if it is this.
    #[inline]
    fn pass(&mut self, word: &str) -> bool {
        let rest = self.rest.strip_prefix(word);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Goes past this, which has to come.
    #[inline]
    fn expect(&mut self, word: &str) -> Result<(), Unsure> {
        if !self.pass(word) {
            self.blanks();
            if !self.pass(word) {
                return Err(Unsure);
            }
        }
        Ok(())
    }

    fn blanks(&mut self) {
        while self.pass(" ") {}
    }

    /// The text that begins here, whatever is in it.
    #[inline(never)]
    pub(super) fn escaped(&mut self) -> Result<String, Unsure> {
        let mut bytes = self.rest.as_bytes().get(1..).ok_or(Unsure)?;
        loop {
            match bytes.get(plain_length(bytes)..) {
                Some([b'\\', _, rest @ ..]) => bytes = rest,
                Some([b'"', rest @ ..]) => break bytes = rest,
                _ => return Err(Unsure),
            }
        }
        let length = self.rest.len() - bytes.len();
        let (text, rest) = self.rest.split_at_checked(length).ok_or(Unsure)?;
        self.rest = rest;
        serde_json::from_str(text).map_err(|_| Unsure)
    }

    /// The number that begins here. It ends where something else begins, so something else has to come.
    fn integer(&mut self) -> Result<Token<'de>, Unsure> {
        let mut rest = self.rest.as_bytes();
        let mut number = 0_u64;
        while let [digit @ b'0'..=b'9', after @ ..] = rest {
            number = number
                .wrapping_mul(10)
                .wrapping_add(u64::from(digit - b'0'));
            rest = after;
        }
        let digits = self.rest.len() - rest.len();
        let is_plain = (1..=MOST_DIGITS).contains(&digits)
            && (digits == 1 || !self.rest.starts_with('0'))
            && !matches!(rest.first(), Some(b'.' | b'e' | b'E'));
        if !is_plain {
            return Ok(Token::Number);
        }
        self.rest = self.rest.get(digits..).ok_or(Unsure)?;
        Ok(Token::Integer(number))
    }

    /// What may be a number and begins here.
    #[inline(never)]
    pub(super) fn number(&mut self) -> Result<&'de str, Unsure> {
        let rest = self.rest.trim_start_matches(|letter: char| {
            matches!(letter, '0'..='9' | '-' | '+' | '.' | 'e' | 'E')
        });
        let number = self.rest.strip_suffix(rest).ok_or(Unsure)?;
        self.rest = rest;
        Ok(number)
    }
}

/// Text that stands for itself, up to a quote, and what comes after that.
#[inline]
fn plain(text: &str) -> Option<(&str, &str)> {
    let (text, rest) = text.split_at_checked(plain_length(text.as_bytes()))?;
    Some((text, rest.strip_prefix('"')?))
}
