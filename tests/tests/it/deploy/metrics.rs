//! Dashboard and rules name metrics, labels and values that a server in use has, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use hooktide_testkit::{Behaviour, ServerSetup};
use serde_json::{Value, json};

use super::tools::{run, text, yaml};
use crate::world::World;

/// What Prometheus adds to every sample.
const ADDED: [&str; 2] = ["job", "instance"];

/// The values of every label of every metric, as a server serves them.
#[derive(Debug, Default)]
struct Served(BTreeMap<String, BTreeMap<String, BTreeSet<String>>>);

impl Served {
    fn read(page: &str) -> Self {
        let mut served = Self::default();
        for line in page.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (sample, _) = line.rsplit_once(' ').expect("a sample has a value");
            let (name, labels) = parse(sample);
            let metric = served.0.entry(name.to_owned()).or_default();
            for (label, _, value) in labels {
                metric.entry(label).or_default().insert(value);
            }
        }
        served
    }

    /// Holds an expression against what is served.
    #[track_caller]
    fn judge(&self, place: &str, expression: &str) {
        let mut found = 0;
        let mut labels: BTreeSet<&str> = BTreeSet::from(ADDED);
        for (at, _) in expression.match_indices("hooktide_") {
            let (name, matchers) = parse(&expression[at..]);
            let metric =
                self.0.get(name).unwrap_or_else(|| panic!("{place}: nobody serves {name}: {expression}"));
            labels.extend(metric.keys().map(String::as_str));
            for (label, operator, value) in
                matchers.iter().filter(|(label, ..)| !ADDED.contains(&label.as_str()))
            {
                let values = metric
                    .get(label)
                    .unwrap_or_else(|| panic!("{place}: {name} has no label {label}: {expression}"));
                assert!(
                    operator != "=" || values.contains(value),
                    "{place}: {name} has no {label}={value:?}"
                );
            }
            found += 1;
        }
        assert!(found > 0 || expression.starts_with("up{"), "{place}: {expression} asks for nothing of ours");
        for (at, _) in expression.match_indices(" by (").chain(expression.match_indices(" on (")) {
            let list = expression[at + 5..].split(')').next().unwrap();
            for label in list.split(',').map(str::trim) {
                assert!(
                    labels.contains(label),
                    "{place}: no metric of it has the label {label}: {expression}"
                );
            }
        }
    }
}

/// Name and labels (name, operator, value) at the beginning of a text.
fn parse(text: &str) -> (&str, Vec<(String, String, String)>) {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let end = text.find(|letter| !is_part(letter)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let Some((inside, _)) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) else {
        return (name, Vec::new());
    };
    let mut labels = Vec::new();
    for pair in inside.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (label, rest) = pair.split_at(pair.find(|letter| !is_part(letter)).expect("an operator"));
        let (operator, value) = rest.split_once('"').expect("a value in quotes");
        labels.push((label.to_owned(), operator.to_owned(), value.trim_end_matches('"').to_owned()));
    }
    (name, labels)
}

/// The metrics of a server that has accepted, delivered, failed and received.
async fn of_a_server_in_use() -> Served {
    let world = World::with(ServerSetup::new().retries("")).await;
    world.receiver.script("/fails", [Behaviour::status(500)]);
    let (_, _) = (world.endpoint("/works").await, world.endpoint("/fails").await);
    let message = world.publish().await;
    world.api.wait_for_attempts(&world.app, &message, 2).await;
    let source = json!({ "name": "S", "type": "github", "config": { "secret": "a secret of some length" } });
    let made = world.api.post("/ingest/api/v1/source", source).await.expect(201).json();
    let (_, path) = made["ingestUrl"].as_str().unwrap().split_once("/in/").unwrap();
    let forged = world.api.anonymous().post(&format!("=/in/{path}"), json!({})).await;
    assert!(forged.status >= 400, "{forged}");
    Served::read(&world.api.anonymous().get("=/metrics").await.expect(200).text())
}

/// The expressions of the dashboard's panels, by title.
fn panels() -> Vec<(String, String)> {
    let dashboard: Value = serde_json::from_str(&text("grafana/hooktide.json")).unwrap();
    let mut found = Vec::new();
    for panel in dashboard["panels"].as_array().unwrap().iter().filter(|panel| panel["type"] != json!("row"))
    {
        let title = panel["title"].as_str().unwrap();
        for target in panel["targets"].as_array().unwrap() {
            found.push((title.to_owned(), target["expr"].as_str().unwrap().to_owned()));
        }
    }
    found
}

#[tokio::test]
async fn dashboard_and_rules_ask_for_what_is_served() {
    let served = of_a_server_in_use().await;
    let groups = yaml("prometheus/alerts.yaml")["groups"].clone();
    for rule in groups.as_array().unwrap().iter().flat_map(|group| group["rules"].as_array().unwrap()) {
        served.judge(rule["alert"].as_str().unwrap(), rule["expr"].as_str().unwrap());
    }
    let panels = panels();
    assert!(panels.len() >= 15, "{panels:?}");
    for (title, expression) in &panels {
        served.judge(title, expression);
    }
    // And the other way: what a server counts is seen by somebody.
    let seen: String = panels.iter().map(|(_, expression)| expression.as_str()).collect();
    for name in served.0.keys() {
        let family = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
        assert!(seen.contains(family.unwrap_or(name)), "the dashboard does not show {name}");
    }
}

#[test]
fn panels_are_valid_expressions_of_declared_variables() {
    let dashboard: Value = serde_json::from_str(&text("grafana/hooktide.json")).unwrap();
    let declared: BTreeSet<&str> = dashboard["templating"]["list"]
        .as_array()
        .unwrap()
        .iter()
        .map(|variable| variable["name"].as_str().unwrap())
        .collect();
    let mut rules = Vec::new();
    for (number, (title, expression)) in panels().into_iter().enumerate() {
        for (at, _) in expression.match_indices('$') {
            let rest = &expression[at + 1..];
            let end = rest
                .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
                .unwrap_or(rest.len());
            let name = &rest[..end];
            assert!(declared.contains(name) || name == "__rate_interval", "{title}: ${name} is not declared");
        }
        let plain = expression.replace("$__rate_interval", "5m");
        rules.push(json!({ "record": format!("panel:{number}"), "expr": plain }));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("panels.json");
    std::fs::write(&path, json!({ "groups": [{ "name": "panels", "rules": rules }] }).to_string()).unwrap();
    let _ = run(Command::new("promtool").args(["check", "rules"]).arg(path));
}

#[test]
fn dashboard_fits_into_its_grid() {
    let dashboard: Value = serde_json::from_str(&text("grafana/hooktide.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let (mut ids, mut taken) = (BTreeSet::new(), BTreeSet::new());
    for panel in panels {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "an id stands twice: {panel}");
        let [x, y, w, h] = ["x", "y", "w", "h"].map(|side| panel["gridPos"][side].as_u64().unwrap());
        assert!(x + w <= 24, "{panel}");
        for cell in (x..x + w).flat_map(|column| (y..y + h).map(move |line| (column, line))) {
            assert!(taken.insert(cell), "{} lies on another panel", panel["title"]);
        }
        if panel["type"] != json!("row") {
            let source = json!({ "type": "prometheus", "uid": "${datasource}" });
            assert_eq!(panel["datasource"], source, "{}", panel["title"]);
            assert!(panel["description"].as_str().is_some_and(|text| !text.is_empty()), "{}", panel["title"]);
        }
    }
}
