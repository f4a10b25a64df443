//! The environment of a program: what every program gets, and which names an endpoint may choose.
//!
//! A variable can make an interpreter or the system's loader run other code, so names that are known to do that are
//! refused, whole families of them at once.

use jiff::Timestamp;

use crate::seam::Parcel;

/// Most bytes of a variable's name.
const NAME_BYTES_MAX: usize = 128;

/// Where programs and scripts find what they call: the system's own folders, whatever the server was started with.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Names that change what runs, or that every program gets from here.
const REFUSED: &[&str] = &[
    "CDPATH",
    "CLASSPATH",
    "CONFIG_SHELL",
    "EDITOR",
    "ENV",
    "FPATH",
    "GLOBIGNORE",
    "GCONV_PATH",
    "HOME",
    "HOSTALIASES",
    "IFS",
    "LOCALDOMAIN",
    "LOCPATH",
    "LESSOPEN",
    "LESSCLOSE",
    "MAIL",
    "MANPAGER",
    "NLSPATH",
    "OPENSSL_CONF",
    "OPENSSL_MODULES",
    "PAGER",
    "PATH",
    "PATHEXT",
    "PHPRC",
    "PHP_INI_SCAN_DIR",
    "PROMPT_COMMAND",
    "PS1",
    "PS4",
    "RES_OPTIONS",
    "SHELL",
    "SHELLOPTS",
    "SSLKEYLOGFILE",
    "TERMINFO",
    "TERMINFO_DIRS",
    "TMPDIR",
    "VISUAL",
    "WGETRC",
    "XDG_CONFIG_HOME",
    "ZDOTDIR",
];

/// Beginnings of such names.
const REFUSED_FAMILIES: &[&str] = &[
    "BASH",
    "CURL_",
    "DOTNET_",
    "DYLD_",
    "ERL_",
    "GIT_",
    "GLIBC_",
    "GUILE_",
    "HOOKTIDE_",
    "JAVA_",
    "JDK_",
    "LD_",
    "LUA_",
    "MALLOC_",
    "MONO_",
    "NODE_",
    "NPM_",
    "PERL",
    "PYTHON",
    "RUBY",
    "R_",
    "TCL",
];

/// Judges the name of a variable: what is wrong, and the way out.
pub(super) fn judge_name(name: &str) -> Result<(), (&'static str, &'static str)> {
    let is_plain = name.len() <= NAME_BYTES_MAX
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_plain {
        return Err((
            "is not the name of a variable",
            "write up to 128 letters, digits and _, a letter first",
        ));
    }
    let upper = name.to_ascii_uppercase();
    let is_refused = REFUSED.contains(&upper.as_str())
        || REFUSED_FAMILIES.iter().any(|family| upper.starts_with(family))
        || upper.ends_with("_PROXY");
    if is_refused {
        return Err((
            "could change what the program runs or reaches",
            "choose a name that only the program knows",
        ));
    }
    Ok(())
}

/// What every program gets.
pub(super) fn of(parcel: &Parcel) -> Vec<(String, String)> {
    let occurred_at = Timestamp::from_millisecond(parcel.occurred_at_ms).unwrap_or_default();
    [
        ("PATH", PATH.to_owned()),
        ("HOOKTIDE_MESSAGE_ID", parcel.message_id.clone()),
        ("HOOKTIDE_EVENT_TYPE", parcel.event_type.clone()),
        ("HOOKTIDE_CONTENT_TYPE", parcel.content_type.clone()),
        ("HOOKTIDE_OCCURRED_AT", occurred_at.to_string()),
        ("HOOKTIDE_IDEMPOTENCY_KEY", parcel.idempotency_key.clone()),
        ("HOOKTIDE_ATTEMPT", parcel.attempt.to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}
