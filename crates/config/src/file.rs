//! The file layer: TOML text into entries with their lines. Unknown keys and values of the wrong shape are mistakes;
//! whether a text is a good value is judged later, together with the other layers.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::entry::{Entry, Gathered, find_name};
use crate::key::{Name, names};
use crate::suggest::nearest;
use crate::{FileText, GROUPS, Literal, Mistake, Origin};

/// Reads the whole file. After an error of syntax it goes on, so that mistakes further down are found as well.
pub(crate) fn gather(file: &FileText) -> Gathered {
    let (table, errors) = DeTable::parse_recoverable(&file.text);
    let mut reader = Reader { file, gathered: Gathered::default() };
    reader.table("", table.get_ref());
    let mut broken_lines = Vec::new();
    let mut syntax = Vec::new();
    for error in errors {
        let origin = reader.origin(error.span().map_or(0, |span| span.start));
        broken_lines.push(origin.line());
        let help = "the file is TOML: `key = value` lines under `[group]` headings".to_owned();
        syntax.push(Mistake { key: String::new(), origin, problem: error.message().to_owned(), help });
    }
    let mut gathered = reader.gathered;
    // What the parser made of a broken line is a guess, and complaining about a guess only confuses.
    gathered.entries.retain(|entry| !broken_lines.contains(&entry.origin.line()));
    gathered.mistakes.retain(|mistake| !broken_lines.contains(&mistake.origin.line()));
    gathered.mistakes.extend(syntax);
    gathered
}

struct Reader<'a> {
    file: &'a FileText,
    gathered: Gathered,
}

impl Reader<'_> {
    fn table(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let path = format!("{prefix}{}", key.get_ref());
            let origin = self.origin(key.span().start);
            let is_group =
                prefix.is_empty() && GROUPS.iter().any(|group| !path.is_empty() && group.name == path);
            if let Some(name) = find_name(&path) {
                self.value(name, origin, value);
            } else if !is_group {
                self.unknown(path, origin, value);
            } else if let DeValue::Table(inner) = value.get_ref() {
                self.table(&format!("{path}."), inner);
            } else {
                let help = format!("write `[{path}]` and its settings below");
                self.mistake(path, origin, "is a group of settings, not a setting".to_owned(), help);
            }
        }
    }

    fn value(&mut self, name: Name<'static>, origin: Origin, value: &Spanned<DeValue<'_>>) {
        match text_of(value.get_ref(), !name.from_file && name.key.literal() == Literal::List) {
            Ok(text) => self.gathered.entries.push(Entry { name, origin, text }),
            Err(shape) => {
                let help = format!("write a {}, as in `{}`", name.key.form(), name.key.example_at(&origin));
                self.mistake(name.path(), origin, format!("is {shape}"), help);
            }
        }
    }

    fn unknown(&mut self, path: String, origin: Origin, value: &Spanned<DeValue<'_>>) {
        let help = if matches!(value.get_ref(), DeValue::Table(_)) {
            let groups = GROUPS.iter().map(|group| group.name.to_owned()).filter(|name| !name.is_empty());
            nearest(&path, groups).map(|group| format!("did you mean `[{group}]`?"))
        } else {
            nearest(&path, names().map(|name| name.path())).map(|near| format!("did you mean `{near}`?"))
        };
        let help = help.unwrap_or_else(|| "`hooktide config reference` lists every setting".to_owned());
        self.mistake(path, origin, "is not a setting".to_owned(), help);
    }

    fn mistake(&mut self, key: String, origin: Origin, problem: String, help: String) {
        self.gathered.mistakes.push(Mistake { key, origin, problem, help });
    }

    fn origin(&self, offset: usize) -> Origin {
        let before = self.file.text.as_bytes().iter().take(offset);
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        Origin::File { path: self.file.path.clone(), line }
    }
}

/// The value as text, the common form of all layers; or the name of the shape that cannot be one.
fn text_of(value: &DeValue<'_>, list: bool) -> Result<String, &'static str> {
    match value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Ok(number.as_str().to_owned()),
        DeValue::Integer(number) => match u64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Ok(number.to_string()),
            Err(_) => Err("a number beyond 64 bits"),
        },
        DeValue::Float(number) => Ok(number.as_str().to_owned()),
        DeValue::Boolean(switch) => Ok(switch.to_string()),
        DeValue::Array(parts) if list => {
            let parts: Result<Vec<_>, _> = parts.iter().map(|part| text_of(part.get_ref(), false)).collect();
            Ok(parts?.join(","))
        }
        DeValue::Array(_) => Err("a list"),
        DeValue::Datetime(_) => Err("a date"),
        DeValue::Table(_) => Err("a table"),
    }
}
