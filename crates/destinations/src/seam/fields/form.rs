//! The vocabulary of the tables.

/// One field of a configuration.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name in the JSON object.
    pub name: &'static str,
    /// What its value looks like.
    pub form: Form,
    /// Whether it must be there.
    pub need: Need,
    /// One line for people; tells the default where there is one.
    pub about: &'static str,
    /// Whether it decides who gets the configuration's secrets, as a URL's host does: a stored secret is kept only
    /// while it stays the same. It is shown where there is no URL.
    pub is_aim: bool,
}

impl Field {
    /// A field that must be there.
    #[must_use]
    pub const fn required(name: &'static str, form: Form, about: &'static str) -> Self {
        Self { name, form, need: Need::Required, about, is_aim: false }
    }

    /// A field that may be left out.
    #[must_use]
    pub const fn optional(name: &'static str, form: Form, about: &'static str) -> Self {
        Self { name, form, need: Need::Optional, about, is_aim: false }
    }

    /// The same, deciding who gets the secrets.
    #[must_use]
    pub const fn aiming(mut self) -> Self {
        self.is_aim = true;
        self
    }
}

/// Whether a field must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It must.
    Required,
    /// It may be left out.
    Optional,
}

/// What a value looks like.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// Text that is not empty, up to this many bytes.
    Text {
        /// The limit.
        bytes_max: usize,
    },
    /// A credential: masked whenever it is shown.
    Secret,
    /// A URL, whose password is masked.
    Url,
    /// Text with `{{ … }}`.
    Template,
    /// A place in the payload, such as `$.data.object.id`.
    Path,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Integer {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A text, number, boolean or null.
    Constant,
    /// A list.
    List {
        /// What each item looks like.
        of: &'static Form,
        /// Most items.
        items_max: usize,
    },
    /// An object whose names the user chooses.
    Map {
        /// What each value looks like.
        of: &'static Form,
        /// Most entries.
        entries_max: usize,
    },
    /// An object with fields of its own.
    Object(&'static [Field]),
}
