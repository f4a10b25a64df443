//! Cuts a fuzzer's bytes into requests.

use hooktide_verify::Request;

/// Pieces of an input, cut at newlines until the body, which is the rest.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    /// Over a fuzzer's bytes.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Up to the next newline.
    pub fn line(&mut self) -> &'a [u8] {
        let end = self.rest.iter().position(|byte| *byte == b'\n');
        let (line, rest) = match end {
            Some(end) => (&self.rest[..end], &self.rest[end + 1..]),
            None => (self.rest, &[][..]),
        };
        self.rest = rest;
        line
    }

    /// Up to the next newline; empty, if that is not text.
    pub fn text(&mut self) -> &'a str {
        str::from_utf8(self.line()).unwrap_or_default()
    }

    /// A small number, by which a target chooses.
    pub fn choice(&mut self, count: usize) -> usize {
        let Some((first, rest)) = self.rest.split_first() else {
            return 0;
        };
        self.rest = rest;
        usize::from(*first) % count.max(1)
    }

    /// What is left.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

/// Runs `look` on a request: target, a line per header name, then the body.
pub fn with_request<T>(input: &mut Input<'_>, names: &[&str], look: impl FnOnce(&Request<'_>) -> T) -> T {
    let target = input.text();
    let headers: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, input.line())).collect();
    look(&Request {
        method: "POST",
        url: Some("https://hooks.example.com/in"),
        target,
        headers: &headers,
        body: input.rest(),
    })
}
