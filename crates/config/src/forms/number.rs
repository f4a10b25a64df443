//! Counts, shares and switches.

use std::fmt::Display;
use std::str::FromStr;

use super::{Form, Wrong};
use crate::Literal;

/// A whole number within bounds, both included. Underscores between digits are fine, as in TOML.
fn parse_count<T: FromStr + PartialOrd + Display>(text: &str, min: T, max: T) -> Result<T, Wrong> {
    let digits = text.replace('_', "");
    let only_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let help = format!("write a whole number from {min} to {max}");
    if !only_digits {
        return Err(Wrong::new(format!("`{text}` is not a whole number"), help));
    }
    match digits.parse::<T>() {
        Ok(count) if (&min..=&max).contains(&&count) => Ok(count),
        _ => Err(Wrong::new(format!("`{text}` is out of range"), help)),
    }
}

/// A count that may be larger than memory.
pub(crate) struct CountIn {
    pub(crate) min: u64,
    pub(crate) max: u64,
}

impl Form for CountIn {
    type Out = u64;

    fn parse(&self, text: &str) -> Result<u64, Wrong> {
        parse_count(text, self.min, self.max)
    }

    fn describe(&self) -> String {
        format!("whole number, {} to {}", self.min, self.max)
    }

    fn literal(&self) -> Literal {
        Literal::Number
    }
}

/// A count of things held in memory.
pub(crate) struct SizeIn {
    pub(crate) min: usize,
    pub(crate) max: usize,
}

impl Form for SizeIn {
    type Out = usize;

    fn parse(&self, text: &str) -> Result<usize, Wrong> {
        parse_count(text, self.min, self.max)
    }

    fn describe(&self) -> String {
        format!("whole number, {} to {}", self.min, self.max)
    }

    fn literal(&self) -> Literal {
        Literal::Number
    }
}

/// A share of one.
pub(crate) struct Fraction;

impl Form for Fraction {
    type Out = f64;

    fn parse(&self, text: &str) -> Result<f64, Wrong> {
        match text.parse::<f64>() {
            Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
            Ok(_) => {
                Err(Wrong::new(format!("`{text}` is out of range"), "write a share from 0 to 1, as in 0.2"))
            }
            Err(_) => {
                Err(Wrong::new(format!("`{text}` is not a number"), "write a share from 0 to 1, as in 0.2"))
            }
        }
    }

    fn describe(&self) -> String {
        "number, 0 to 1".to_owned()
    }

    fn literal(&self) -> Literal {
        Literal::Number
    }
}

/// Yes or no.
pub(crate) struct Switch;

impl Form for Switch {
    type Out = bool;

    fn parse(&self, text: &str) -> Result<bool, Wrong> {
        match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(Wrong::new(format!("`{text}` is neither true nor false"), "write true or false")),
        }
    }

    fn describe(&self) -> String {
        "true or false".to_owned()
    }

    fn literal(&self) -> Literal {
        Literal::Switch
    }

    fn choices(&self) -> &'static [&'static str] {
        &["true", "false"]
    }
}
