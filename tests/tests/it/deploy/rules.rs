//! The alert rules: promtool takes them, each was seen to come and not to come, and each tells what to do.

use std::collections::BTreeSet;
use std::process::Command;

use hooktide_testkit::workspace_root;
use serde_json::{Value, json};

use super::tools::{attempt, file, run, yaml};

/// Where the alerts are explained.
const GUIDE: &str = "docs/guides/alerts.md";

fn alerts() -> Vec<Value> {
    let groups = yaml("prometheus/alerts.yaml")["groups"].as_array().unwrap().clone();
    groups.iter().flat_map(|group| group["rules"].as_array().unwrap().clone()).collect()
}

fn names(alerts: &[Value]) -> BTreeSet<String> {
    alerts.iter().map(|alert| alert["alert"].as_str().expect("every rule is an alert").to_owned()).collect()
}

#[test]
fn promtool_takes_the_rules_and_their_tests_pass() {
    let _ = run(Command::new("promtool").args(["check", "rules"]).arg(file("prometheus/alerts.yaml")));
    let _ = run(Command::new("promtool").args(["test", "rules"]).arg(file("prometheus/alerts_test.yaml")));
}

/// The cases of one alert, of every test that has any.
fn cases_of(name: &str) -> Vec<Value> {
    let mut tests = yaml("prometheus/alerts_test.yaml")["tests"].as_array().unwrap().clone();
    for test in &mut tests {
        test["alert_rule_test"].as_array_mut().unwrap().retain(|case| case["alertname"] == json!(name));
    }
    tests.retain(|test| test["alert_rule_test"].as_array().is_some_and(|cases| !cases.is_empty()));
    tests
}

/// The expression turned round: silent when it must not be, or the other way.
fn turned(expression: &str) -> String {
    match (expression.rfind(" > "), expression.rfind(" == ")) {
        (_, Some(at)) => format!("{} != {}", &expression[..at], &expression[at + 4..]),
        (Some(at), None) => format!("{} < {}", &expression[..at], &expression[at + 3..]),
        (None, None) => expression.replace("absent(", "count("),
    }
}

#[test]
fn tests_of_the_rules_see_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let judge = |rule: &Value, cases: &[Value]| {
        let rules = json!({ "groups": [{ "name": "one", "rules": [rule] }] });
        std::fs::write(folder.path().join("rules.json"), rules.to_string()).unwrap();
        let tests = json!({ "rule_files": ["rules.json"], "evaluation_interval": "1m", "tests": cases });
        std::fs::write(folder.path().join("tests.json"), tests.to_string()).unwrap();
        attempt(Command::new("promtool").args(["test", "rules", "tests.json"]).current_dir(folder.path()))
    };
    for alert in alerts() {
        let (name, expression) = (alert["alert"].as_str().unwrap(), alert["expr"].as_str().unwrap());
        let cases = cases_of(name);
        judge(&alert, &cases).unwrap_or_else(|said| panic!("{name}: {said}"));
        let mut wrong = alert.clone();
        wrong["expr"] = json!(turned(expression));
        assert_ne!(wrong, alert, "{expression}");
        assert!(judge(&wrong, &cases).is_err(), "{name} is not tested: {}", wrong["expr"]);
    }
}

#[test]
fn every_alert_was_seen_to_come_and_not_to_come() {
    let expected = names(&alerts());
    let (mut came, mut silent) = (BTreeSet::new(), BTreeSet::new());
    for test in yaml("prometheus/alerts_test.yaml")["tests"].as_array().unwrap() {
        for case in test["alert_rule_test"].as_array().unwrap() {
            let name = case["alertname"].as_str().unwrap().to_owned();
            let there = case["exp_alerts"].as_array().is_some_and(|alerts| !alerts.is_empty());
            if there {
                came.insert(name)
            } else {
                silent.insert(name)
            };
        }
    }
    assert_eq!(came, expected);
    assert_eq!(silent, expected);
}

#[test]
fn every_alert_says_how_bad_it_is_and_where_to_read_what_to_do() {
    let guide = std::fs::read_to_string(workspace_root().join(GUIDE)).unwrap();
    let alerts = alerts();
    for alert in &alerts {
        let name = alert["alert"].as_str().unwrap();
        let severity = &alert["labels"]["severity"];
        assert!(["page", "ticket"].iter().any(|known| severity == known), "{name}: {severity}");
        let annotations = &alert["annotations"];
        assert_eq!(annotations["runbook"], json!(format!("{GUIDE}#{}", name.to_lowercase())), "{name}");
        for part in ["summary", "description"] {
            assert!(annotations[part].as_str().is_some_and(|text| !text.is_empty()), "{name} has no {part}");
        }
        let section = guide.split("\n## ").find(|section| section.lines().next() == Some(name));
        let section = section.unwrap_or_else(|| panic!("{GUIDE} says nothing of {name}"));
        for part in ["**What it means.**", "**What to do.**"] {
            assert!(section.contains(part), "{GUIDE}: {name} lacks {part}");
        }
        let level = format!("Severity: {}.", severity.as_str().unwrap());
        assert!(section.contains(&level), "{GUIDE}: {name} is of another severity");
    }
    let headings = guide.lines().filter_map(|line| line.strip_prefix("## ")).map(str::to_owned);
    let explained: BTreeSet<String> = headings.filter(|name| name.starts_with("Hooktide")).collect();
    assert_eq!(explained, names(&alerts), "the guide explains alerts that are no more");
}
