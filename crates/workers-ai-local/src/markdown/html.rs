//! HTML to Markdown, or to text without marks. It takes what it gets: nothing is an error.

use super::markup::{after_element, attribute, tag_end, unescaped};

/// Elements whose content nobody reads.
const SILENT: [&str; 7] = [
    "script", "style", "noscript", "template", "svg", "title", "iframe",
];

/// Lists inside lists, and quotes inside quotes, that are still shown as such.
const DEPTH: usize = 12;

/// The text of a page.
pub(super) fn converted(html: &str, plain: bool) -> String {
    let mut page = Page {
        plain,
        ..Page::default()
    };
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (text, after) = rest.split_at(at);
        page.text(text);
        rest = page.markup(after);
    }
    page.text(rest);
    page.finish()
}

/// What has been written, and what is open.
#[derive(Default)]
struct Page {
    out: String,
    plain: bool,
    /// A number for an ordered list.
    lists: Vec<Option<u32>>,
    links: Vec<String>,
    quotes: usize,
    cells: usize,
    rows: usize,
    verbatim: bool,
    /// Whether a blank has to come before the next word.
    gap: bool,
}

impl Page {
    /// Takes the markup that begins here, and gives what follows it.
    fn markup<'a>(&mut self, html: &'a str) -> &'a str {
        if let Some(comment) = html.strip_prefix("<!--") {
            return comment.split_once("-->").map_or("", |(_, after)| after);
        }
        let begins = html
            .chars()
            .nth(1)
            .is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'));
        if !begins {
            self.text("<");
            return html.get(1..).unwrap_or_default();
        }
        let end = tag_end(html);
        let (tag, after) = html.split_at(end);
        let tag = tag.trim_start_matches('<').trim_end_matches('>');
        let name_end = tag
            .find(|character: char| {
                character.is_whitespace() || (character == '/' && !tag.starts_with('/'))
            })
            .unwrap_or(tag.len());
        let (name, attributes) = tag.split_at(name_end);
        let name = name.to_ascii_lowercase();
        if SILENT.contains(&name.as_str()) && !tag.ends_with('/') {
            return after_element(after, &name);
        }
        match name.strip_prefix('/') {
            Some(name) => self.close(name),
            None => self.open(&name, attributes),
        }
        after
    }

    fn open(&mut self, name: &str, attributes: &str) {
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.block(2);
                let level = name
                    .get(1..)
                    .and_then(|digit| digit.parse().ok())
                    .unwrap_or(1);
                self.mark(&format!("{} ", "#".repeat(level)));
            }
            "p" | "div" | "section" | "article" | "main" | "header" | "footer" | "nav"
            | "figure" | "dl" | "form" => {
                self.block(2);
            }
            "br" | "dt" | "dd" => self.block(1),
            "hr" => {
                self.block(2);
                self.mark("---");
                self.block(2);
            }
            "ul" | "ol" => {
                self.block(if self.lists.is_empty() { 2 } else { 1 });
                self.lists.push((name == "ol").then_some(0));
            }
            "li" => self.item(),
            "blockquote" => {
                self.block(2);
                self.quotes += 1;
            }
            "pre" => {
                self.block(2);
                self.mark("```");
                self.block(1);
                self.verbatim = true;
            }
            "code" | "kbd" if !self.verbatim => self.inline("`"),
            "strong" | "b" => self.inline("**"),
            "em" | "i" => self.inline("*"),
            "a" => {
                self.inline("[");
                self.links
                    .push(attribute(attributes, "href").unwrap_or_default());
            }
            "img" if !self.plain => {
                let alt = attribute(attributes, "alt").unwrap_or_default();
                let source = attribute(attributes, "src").unwrap_or_default();
                self.inline(&format!("![{alt}]({source})"));
            }
            "table" => {
                self.block(2);
                self.rows = 0;
            }
            "tr" => {
                self.block(1);
                self.cells = 0;
            }
            "td" | "th" => {
                self.cells = self.cells.saturating_add(1);
                self.gap = true;
                self.word(if self.plain { "" } else { "| " });
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "p" | "div" | "section" | "article"
            | "main" | "header" | "footer" | "nav" | "figure" | "dl" | "table" | "form" => {
                self.block(2);
            }
            "ul" | "ol" => {
                self.lists.pop();
                self.block(if self.lists.is_empty() { 2 } else { 1 });
            }
            "blockquote" => {
                self.block(2);
                self.quotes = self.quotes.saturating_sub(1);
            }
            "pre" => {
                self.verbatim = false;
                self.block(1);
                self.mark("```");
                self.block(2);
            }
            "code" | "kbd" if !self.verbatim => self.closing("`"),
            "strong" | "b" => self.closing("**"),
            "em" | "i" => self.closing("*"),
            "a" => {
                if let Some(target) = self.links.pop() {
                    self.closing(&format!("]({target})"));
                }
            }
            "td" | "th" => self.gap = true,
            "tr" => self.row(),
            _ => {}
        }
    }

    fn item(&mut self) {
        self.block(1);
        let indent = "  ".repeat(self.lists.len().saturating_sub(1).min(DEPTH));
        let bullet = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number = number.saturating_add(1);
                format!("{number}. ")
            }
            _ => "- ".to_owned(),
        };
        self.word(&format!("{indent}{bullet}"));
    }

    /// Ends a row; the first one is the head.
    fn row(&mut self) {
        if !self.plain && self.cells > 0 {
            self.gap = true;
            self.word("|");
            if self.rows == 0 {
                self.block(1);
                self.word(&"| --- ".repeat(self.cells.min(1_000)));
                self.word("|");
            }
        }
        self.rows = self.rows.saturating_add(1);
        self.block(1);
    }

    /// A mark at the beginning of a line.
    fn mark(&mut self, mark: &str) {
        if !self.plain {
            self.word(mark);
        }
    }

    /// A mark before words: the blank before it stays.
    fn inline(&mut self, mark: &str) {
        if !self.plain {
            self.word(mark);
        }
    }

    /// A mark after words: the blank comes after it.
    fn closing(&mut self, mark: &str) {
        if !self.plain {
            self.out.push_str(mark);
        }
    }

    /// Ends the line, or the paragraph.
    fn block(&mut self, lines: usize) {
        self.gap = false;
        if self.out.is_empty() {
            return;
        }
        while self.out.ends_with(' ') {
            self.out.pop();
        }
        let have = self
            .out
            .bytes()
            .rev()
            .take_while(|byte| *byte == b'\n')
            .count();
        for _ in have..lines {
            self.out.push('\n');
        }
    }

    fn text(&mut self, text: &str) {
        let text = unescaped(text);
        if self.verbatim {
            self.out.push_str(&text);
            return;
        }
        if text.starts_with(char::is_whitespace) {
            self.gap = true;
        }
        for word in text.split_whitespace() {
            self.word(word);
            self.gap = true;
        }
        if !text.is_empty() && !text.ends_with(char::is_whitespace) {
            self.gap = false;
        }
    }

    fn word(&mut self, word: &str) {
        let is_start = self.out.is_empty() || self.out.ends_with('\n');
        if is_start && self.quotes > 0 && !self.plain {
            self.out.push_str(&"> ".repeat(self.quotes.min(DEPTH)));
        } else if self.gap && !is_start && !self.out.ends_with(' ') {
            self.out.push(' ');
        }
        self.gap = false;
        self.out.push_str(word);
    }

    fn finish(self) -> String {
        self.out.trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::converted;

    #[test]
    fn pages_become_markdown() {
        for (html, markdown) in [
            ("plain words", "plain words"),
            (
                "<h1>One</h1><p>Two <b>three</b>, <i>four</i>.</p>",
                "# One\n\nTwo **three**, *four*.",
            ),
            ("<ul><li>a<li>b<ul><li>c</ul></ul>d", "- a\n- b\n  - c\n\nd"),
            ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
            (
                "<a href='/x?a=1&amp;b'>here</a> it is",
                "[here](/x?a=1&b) it is",
            ),
            ("<img alt=cat src=\"c.png\">", "![cat](c.png)"),
            ("<pre>a\n  b</pre>", "```\na\n  b\n```"),
            ("<blockquote>wise</blockquote>", "> wise"),
            (
                "<table><tr><th>a<th>b</tr><tr><td>1<td>2</tr></table>",
                "| a | b |\n| --- | --- |\n| 1 | 2 |",
            ),
            ("<script>alert('<p>')</script>x<!-- no -->y", "xy"),
            (
                "1 < 2 &amp; 3 &#62; 2 &bogus; &#xffffffff;",
                "1 < 2 & 3 > 2 &bogus; &#xffffffff;",
            ),
            ("", ""),
        ] {
            assert_eq!(converted(html, false), markdown, "{html}");
        }
    }

    #[test]
    fn text_has_no_marks() {
        let html = "<h1>One</h1><p>Two <b>three</b> <a href=x>four</a></p>";
        assert_eq!(converted(html, true), "One\n\nTwo three four");
    }

    #[test]
    fn anything_is_taken() {
        for html in [
            "<",
            "<>",
            "</",
            "<!--",
            "<p",
            "<a href='",
            "<script>",
            "&",
            "&#",
            "é<ü>",
            "<é>",
            "</ul></a>",
        ] {
            converted(html, false);
        }
        let deep = "<ul><li>".repeat(20_000) + &"<blockquote>x".repeat(2_000);
        assert!(converted(&deep, false).ends_with('x'));
    }
}
