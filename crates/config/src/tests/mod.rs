//! Tests of the whole crate through [`crate::resolve`], by subject.

mod layers;
mod list;
mod mistakes;
mod output;
mod secret_files;

use std::io;
use std::path::Path;

use crate::{FileText, FlagGiven, Loaded, Mistakes, Sources, resolve};

/// Sources in short form.
#[derive(Default)]
struct Given(Sources);

impl Given {
    fn file(mut self, text: &str) -> Self {
        self.0.file = Some(FileText { path: "hooktide.toml".into(), text: text.to_owned() });
        self
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.0.environment.insert(name.to_owned(), value.into());
        self
    }

    fn flag(mut self, flag: &str, value: &str) -> Self {
        self.0.flags.push(FlagGiven { flag: flag.to_owned(), value: value.to_owned() });
        self
    }

    fn resolve(&self) -> Result<Loaded, Mistakes> {
        resolve(&self.0, &read_secret)
    }

    fn loaded(&self) -> Loaded {
        self.resolve().unwrap_or_else(|mistakes| panic!("{mistakes}"))
    }

    /// Each mistake as one text.
    fn mistakes(&self) -> Vec<String> {
        let mistakes = self.resolve().expect_err("there is a mistake to find");
        mistakes.list().iter().map(ToString::to_string).collect()
    }

    /// The only mistake.
    fn mistake(&self) -> String {
        let mut mistakes = self.mistakes();
        assert_eq!(mistakes.len(), 1, "{mistakes:#?}");
        mistakes.remove(0)
    }
}

/// One file exists, one is empty.
fn read_secret(path: &Path) -> io::Result<String> {
    match path.to_str() {
        Some("/run/secrets/jwt") => Ok("from-a-file-0123456789-0123456789\n".to_owned()),
        Some("/run/secrets/empty") => Ok("\n".to_owned()),
        _ => Err(io::ErrorKind::NotFound.into()),
    }
}

fn origin(loaded: &Loaded, path: &str) -> String {
    let value = loaded.values.iter().find(|value| value.key.path == path);
    value.map(|value| value.origin.to_string()).expect("the path is a key")
}
