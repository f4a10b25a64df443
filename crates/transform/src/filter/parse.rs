//! Reads a filter and says everything that is wrong with it at once.
//!
//! The API calls it when an endpoint is saved. What must stay true: whatever passes here is small enough to be
//! evaluated for every message, and no clause that could never hold for its kind of value passes.

use std::fmt;
use std::io;

use serde_json::{Map, Value};

use super::clause::{Clause, Names, Node, OPERATORS, Operand, Operator, Part, Reference};
use super::reference;
use crate::expression::Expression;

/// How deep clauses may stand inside each other.
pub const DEPTH_MAX: usize = 16;
/// How many clauses a filter may have.
pub const CLAUSES_MAX: usize = 256;
/// How large a filter may be, written as JSON without spaces.
pub const FILTER_BYTES_MAX: usize = 16 * 1024;
/// How many values `$in` and `$nin` may list.
pub const LIST_ITEMS_MAX: usize = 256;
/// How many mistakes are told at once.
pub const MISTAKES_MAX: usize = 32;
/// How many clauses may take what they compare with from the webhook: such a value can be large.
const REFERENCES_MAX: usize = 16;

/// Something wrong with a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where, as a JSON path: `$.body.amount.$gt`.
    pub path: String,
    /// What, and what to write instead.
    pub message: String,
}

/// Everything wrong with a filter, in the order of the text, [`MISTAKES_MAX`] at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Mistake { path, message }) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{path}: {message}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

pub(super) fn parse(filter: &Value) -> Result<Node, Mistakes> {
    let mut parser = Parser::default();
    if is_too_large(filter) {
        let message =
            format!("a filter may have {FILTER_BYTES_MAX} bytes; use `$cel` or a transformation instead");
        parser.mistake("$", message);
        return Err(Mistakes(parser.mistakes));
    }
    let root = match filter {
        Value::Object(fields) if fields.is_empty() => {
            Node { path: "$".to_owned(), clause: Clause::All(Vec::new()) }
        }
        _ => parser.node(Level::Root, filter, "$", 0),
    };
    if parser.mistakes.is_empty() { Ok(root) } else { Err(Mistakes(parser.mistakes)) }
}

fn is_too_large(filter: &Value) -> bool {
    struct Room(usize);
    impl io::Write for Room {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    serde_json::to_writer(Room(FILTER_BYTES_MAX), filter).is_err()
}

/// What kind of value a clause stands at, and so what may be written there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    /// The whole webhook.
    Root,
    /// All headers or all parameters.
    Names(Names),
    /// A value in the body.
    Json,
    /// A header, a parameter, the path, the event type.
    Text,
}

#[derive(Default)]
struct Parser {
    mistakes: Vec<Mistake>,
    clauses: usize,
    references: usize,
}

impl Parser {
    fn mistake(&mut self, path: &str, message: impl Into<String>) {
        if self.mistakes.len() < MISTAKES_MAX {
            self.mistakes.push(Mistake { path: path.to_owned(), message: message.into() });
        }
    }

    /// A clause. After a mistake it holds nothing, and the whole filter is refused.
    fn node(&mut self, level: Level, value: &Value, path: &str, depth: usize) -> Node {
        self.clauses += 1;
        let clause = if self.clauses > CLAUSES_MAX {
            if self.clauses == CLAUSES_MAX + 1 {
                self.mistake(
                    path,
                    format!("a filter may have {CLAUSES_MAX} clauses; use `$in` for alternatives"),
                );
            }
            None
        } else if depth > DEPTH_MAX {
            self.mistake(
                path,
                format!("clauses may stand {DEPTH_MAX} deep; use `$cel` for what lies deeper"),
            );
            None
        } else {
            self.clause(level, value, path, depth)
        };
        Node { path: path.to_owned(), clause: clause.unwrap_or(Clause::Any(Vec::new())) }
    }

    fn clause(&mut self, level: Level, value: &Value, path: &str, depth: usize) -> Option<Clause> {
        match (level, value) {
            (_, Value::Object(fields)) if fields.is_empty() => {
                self.mistake(path, "an empty object tests nothing; to ask whether a value is there, write {\"$exist\": true}");
                None
            }
            (_, Value::Object(fields)) => Some(self.object(level, fields, path, depth)),
            (Level::Json, Value::Array(items)) => self.elements(items, path, depth),
            (Level::Json, value) | (Level::Text, value @ Value::String(_)) => {
                Some(Clause::Like(value.clone()))
            }
            (Level::Text, _) => {
                self.mistake(
                    path,
                    "this part of a webhook is a text; write \"…\" or an operator such as {\"$in\": [\"…\"]}",
                );
                None
            }
            (Level::Root, _) => {
                self.mistake(
                    path,
                    "a filter is an object with `body`, `headers`, `query`, `path`, `event_type` or `$cel`",
                );
                None
            }
            (Level::Names(_), _) => {
                self.mistake(path, "name what you test: {\"x-name\": \"value\"}");
                None
            }
        }
    }

    fn elements(&mut self, items: &[Value], path: &str, depth: usize) -> Option<Clause> {
        if items.is_empty() {
            self.mistake(path, "an empty list tests nothing; for exactly that write {\"$eq\": []}");
            return None;
        }
        Some(Clause::Elements(self.nodes(Level::Json, items, path, depth)))
    }

    fn nodes(&mut self, level: Level, items: &[Value], path: &str, depth: usize) -> Vec<Node> {
        let items = items.iter().enumerate();
        items.map(|(index, item)| self.node(level, item, &format!("{path}[{index}]"), depth + 1)).collect()
    }

    fn object(&mut self, level: Level, fields: &Map<String, Value>, path: &str, depth: usize) -> Clause {
        let mut named = Vec::new();
        let mut nodes = Vec::new();
        for (key, value) in fields {
            let at = reference::join(path, key);
            if let Some(clause) = self.logic(level, key, value, &at, depth) {
                nodes.push(Node { path: at, clause });
            } else if level == Level::Json && !key.starts_with('$') {
                named.push((key.clone(), self.node(level, value, &at, depth + 1)));
            } else if let Some(clause) = self.key(level, key, value, &at, depth) {
                nodes.push(Node { path: at, clause });
            }
        }
        if !named.is_empty() {
            nodes.insert(0, Node { path: path.to_owned(), clause: Clause::Fields(named) });
        }
        Clause::All(nodes)
    }

    /// `$and`, `$or` and `$not`, which mean the same at every level; `None` if the key is none of them.
    fn logic(&mut self, level: Level, key: &str, value: &Value, at: &str, depth: usize) -> Option<Clause> {
        if key == "$not" {
            return Some(Clause::Not(Box::new(self.node(level, value, at, depth + 1))));
        }
        if key != "$and" && key != "$or" {
            return None;
        }
        let Some(items) = value.as_array().filter(|items| !items.is_empty()) else {
            self.mistake(
                at,
                format!("`{key}` takes a list with at least one filter: {{\"{key}\": [{{…}}, {{…}}]}}"),
            );
            return Some(Clause::Any(Vec::new()));
        };
        let nodes = self.nodes(level, items, at, depth);
        Some(if key == "$and" { Clause::All(nodes) } else { Clause::Any(nodes) })
    }

    fn key(&mut self, level: Level, key: &str, value: &Value, at: &str, depth: usize) -> Option<Clause> {
        match level {
            Level::Root => self.root_key(key, value, at, depth),
            Level::Names(names) => {
                if key.starts_with('$') {
                    self.mistake(
                        at,
                        format!(
                            "`{key}` tests one value: put it below a name, {{\"x-name\": {{\"{key}\": …}}}}"
                        ),
                    );
                    return None;
                }
                let name = if names == Names::Headers { key.to_ascii_lowercase() } else { key.to_owned() };
                Some(Clause::Named(names, name, Box::new(self.node(Level::Text, value, at, depth + 1))))
            }
            Level::Text if !key.starts_with('$') => {
                self.mistake(at, "a text has no fields; only `body` has");
                None
            }
            Level::Json | Level::Text => self.operator(level, key, value, at),
        }
    }

    fn root_key(&mut self, key: &str, value: &Value, at: &str, depth: usize) -> Option<Clause> {
        let part = |which, node| Some(Clause::Part(which, Box::new(node)));
        match key {
            "body" => part(Part::Body, self.node(Level::Json, value, at, depth + 1)),
            "path" => part(Part::Path, self.node(Level::Text, value, at, depth + 1)),
            "event_type" => part(Part::EventType, self.node(Level::Text, value, at, depth + 1)),
            "headers" => Some(self.node(Level::Names(Names::Headers), value, at, depth + 1).clause),
            "query" => Some(self.node(Level::Names(Names::Query), value, at, depth + 1).clause),
            "$cel" => self.expression(value, at),
            _ => {
                let message = format!(
                    "`{key}` is no part of a webhook; use `body`, `headers`, `query`, `path`, `event_type`, `$and`, \
                     `$or`, `$not` or `$cel`"
                );
                self.mistake(at, message);
                None
            }
        }
    }

    fn expression(&mut self, value: &Value, at: &str) -> Option<Clause> {
        let Some(source) = value.as_str() else {
            self.mistake(at, "`$cel` takes an expression as a text: {\"$cel\": \"body.amount > 100\"}");
            return None;
        };
        match Expression::compile(source) {
            Ok(expression) => Some(Clause::Expression(Box::new(expression))),
            Err(error) => {
                self.mistake(at, error.to_string());
                None
            }
        }
    }

    fn operator(&mut self, level: Level, key: &str, value: &Value, at: &str) -> Option<Clause> {
        if key == "$exist" {
            let Some(wanted) = value.as_bool() else {
                self.mistake(at, "`$exist` takes true or false");
                return None;
            };
            return Some(Clause::Exist(wanted));
        }
        if key == "$ref" {
            let value = Value::Object([(key.to_owned(), value.clone())].into_iter().collect());
            return self
                .operand(Operator::Eq, "$eq", &value, at)
                .map(|operand| Clause::Test(Operator::Eq, operand));
        }
        let Some((_, operator)) = OPERATORS.iter().find(|(name, _)| *name == key) else {
            self.mistake(at, format!("`{key}` is no operator; {}", advice(key)));
            return None;
        };
        let operand = self.operand(*operator, key, value, at)?;
        if let (Level::Text, Operand::Constant(value)) = (level, &operand)
            && !of_texts(value)
        {
            self.mistake(
                at,
                format!(
                    "this part of a webhook is a text, which `{key}` compares with texts only: write \"…\""
                ),
            );
            return None;
        }
        Some(Clause::Test(*operator, operand))
    }

    fn operand(&mut self, operator: Operator, key: &str, value: &Value, at: &str) -> Option<Operand> {
        let is_list = matches!(operator, Operator::In | Operator::Nin);
        if let Some(place) =
            value.as_object().filter(|fields| fields.len() == 1).and_then(|fields| fields.get("$ref"))
        {
            if is_list {
                self.mistake(at, format!("`{key}` takes a list as it stands; turn it around: {{\"<the list>\": {{\"$contains\": {{\"$ref\": \"…\"}}}}}}"));
                return None;
            }
            return self.reference(place, at).map(Operand::Reference);
        }
        let is_right = match operator {
            Operator::Eq | Operator::Ne => true,
            Operator::In | Operator::Nin => {
                value.as_array().is_some_and(|items| items.len() <= LIST_ITEMS_MAX)
            }
            Operator::Gt | Operator::Gte | Operator::Lt | Operator::Lte => {
                value.is_number() || value.is_string()
            }
            Operator::StartsWith | Operator::EndsWith => value.is_string(),
            Operator::Contains => !value.is_object() && !value.is_array(),
        };
        if !is_right {
            self.mistake(at, format!("`{key}` takes {}", takes(operator)));
            return None;
        }
        Some(Operand::Constant(value.clone()))
    }

    fn reference(&mut self, place: &Value, at: &str) -> Option<Reference> {
        self.references += 1;
        if self.references > REFERENCES_MAX {
            self.mistake(at, format!("a filter may have {REFERENCES_MAX} references; use `$cel` instead"));
            return None;
        }
        match reference::parse(place) {
            Ok(reference) => Some(reference),
            Err(message) => {
                self.mistake(at, message);
                None
            }
        }
    }
}

fn of_texts(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(Value::is_string),
        value => value.is_string(),
    }
}

fn takes(operator: Operator) -> String {
    match operator {
        Operator::In | Operator::Nin => format!("a list of at most {LIST_ITEMS_MAX} values: [\"a\", \"b\"]"),
        Operator::Contains => {
            "a text, a number, true, false or null; to ask for several elements write the list itself"
                .to_owned()
        }
        Operator::StartsWith | Operator::EndsWith => "a text, or {\"$ref\": \"…\"}".to_owned(),
        _ => "a number or a text, or {\"$ref\": \"…\"}".to_owned(),
    }
}

/// What to write instead of an operator that does not exist.
fn advice(key: &str) -> String {
    let known = ["$exist", "$and", "$or", "$not"].into_iter().chain(OPERATORS.map(|(name, _)| name));
    let near = match key {
        "$exists" => Some("$exist"),
        "$regex" | "$matches" => {
            return "there are no patterns: use `$startsWith`, `$endsWith` or `$contains`".to_owned();
        }
        "$cel" => return "it stands at the top of the filter".to_owned(),
        _ => known.clone().find(|name| name.eq_ignore_ascii_case(key)),
    };
    match near {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("use {}", known.collect::<Vec<_>>().join(", ")),
    }
}
