//! `hooktide config check|print|reference`: what is configured, by whom, and what is wrong with it.

use hooktide_config::{Literal, Loaded, Origin, print_toml, reference_markdown};

use crate::cli::{ConfigArgs, ConfigVerb, SettingArgs};
use crate::failure::Failure;
use crate::output::print_data;

/// Runs the verb. A configuration with mistakes fails with all of them.
pub(crate) fn run(arguments: &ConfigArgs) -> Result<(), Failure> {
    match &arguments.verb {
        ConfigVerb::Check(settings) => check(settings),
        ConfigVerb::Print { json, settings } => print(*json, settings),
        ConfigVerb::Reference => print_data(&reference_markdown()),
    }
}

fn check(settings: &SettingArgs) -> Result<(), Failure> {
    let loaded = settings.load(Vec::new())?;
    for warning in &loaded.warnings {
        eprintln!("warning: {warning}");
    }
    let set = loaded.values.iter().filter(|value| value.origin != Origin::Default).count();
    eprintln!("ok: {set} of {} settings are set, the others have their defaults", loaded.values.len());
    Ok(())
}

fn print(json: bool, settings: &SettingArgs) -> Result<(), Failure> {
    let loaded = settings.load(Vec::new())?;
    if json { print_data(&print_json(&loaded)) } else { print_data(&print_toml(&loaded)) }
}

/// One object per setting, by path: `{"delivery.timeout": {"value": "15s", "origin": "default"}}`. Values are texts,
/// as they were written; `null` is a setting without a value.
fn print_json(loaded: &Loaded) -> String {
    let settings = loaded.values.iter().map(|value| {
        let text =
            Some(value.text.as_str()).filter(|text| !text.is_empty() || value.key.literal() == Literal::List);
        let described = serde_json::json!({ "value": text, "origin": value.origin.to_string() });
        (value.key.path.to_owned(), described)
    });
    let object = serde_json::Value::Object(settings.collect());
    format!("{object:#}\n")
}
