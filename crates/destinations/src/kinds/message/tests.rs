//! What a configuration may say.

use serde_json::{Value, json};

use crate::seam::{Checked, Policy};

fn places(config: Value) -> Vec<String> {
    let check = super::KIND.seam.unwrap().check;
    match check(&config, &Policy::default()) {
        Ok(_) => Vec::new(),
        Err(mistakes) => mistakes.into_iter().map(|mistake| mistake.path).collect(),
    }
}

#[test]
fn every_mistake_is_told() {
    assert_eq!(places(json!({ "event_type": "a", "channels": ["a"] })), ["application"]);
    let odd = json!({ "application": "a", "event_type": "not a type", "channels": ["fine", "not fine"] });
    assert_eq!(places(odd), ["channels.1", "event_type"]);
    assert!(places(json!({ "application": "a", "event_type": null, "channels": null })).is_empty());
}

#[test]
fn example_is_read() {
    let seam = super::KIND.seam.unwrap();
    let example: Value = serde_json::from_str(seam.example).unwrap();
    let Checked::Message(options) = (seam.check)(&example, &Policy::default()).unwrap() else {
        panic!("it is published by the engine");
    };
    assert_eq!((options.application.as_str(), options.channels.len()), ("billing", 1));
}
