//! The chart: Helm renders it, Kubernetes' schemas accept what comes out, and it keeps what its values promise.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::tools::{attempt, check_settings, file, script, seconds, text, yaml};

/// From the oldest version that the chart takes to the newest whose schemas are at hand.
const KUBERNETES: [&str; 3] = ["1.30", "1.33", "1.37"];

fn try_render(values: &Value) -> Result<Vec<Value>, String> {
    let mut command = script("chart.py");
    command.arg(file("helm/hooktide")).arg(values.to_string()).args(KUBERNETES);
    let printed = attempt(&mut command)?;
    Ok(serde_json::from_str(&printed).expect("a list of objects"))
}

#[track_caller]
fn render(values: &Value) -> Vec<Value> {
    try_render(values).unwrap_or_else(|said| panic!("{values}\n{said}"))
}

#[track_caller]
fn one<'a>(objects: &'a [Value], kind: &str) -> &'a Value {
    let found: Vec<&Value> = objects.iter().filter(|it| it["kind"] == json!(kind)).collect();
    assert_eq!(found.len(), 1, "{kind}: {found:#?}");
    found[0]
}

fn kinds(objects: &[Value]) -> Vec<&str> {
    let mut kinds: Vec<&str> = objects.iter().map(|it| it["kind"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    kinds
}

/// What has to be given, as names of Secrets.
fn least() -> Value {
    json!({ "database": { "existingSecret": "db" }, "secrets": { "existingSecret": "keys" } })
}

/// The least and more.
fn with(more: Value) -> Value {
    let mut values = least();
    for (name, value) in more.as_object().expect("values") {
        values[name] = value.clone();
    }
    values
}

/// All that can be switched on, and every place where something may be added.
fn everything() -> Value {
    json!({
        "image": { "repository": "registry.example.com/hooktide", "tag": "1.2.3", "pullPolicy": "Always" },
        "imagePullSecrets": [{ "name": "registry" }],
        "fullnameOverride": "hooks",
        "replicas": 5,
        "database": { "url": "postgres://hooktide:p%40ss@db.internal/hooktide" },
        "secrets": { "jwtSecret": "j".repeat(32), "mainSecret": "m".repeat(32) },
        "config": { "HOOKTIDE_DELIVERY_HTTPS_ONLY": true, "HOOKTIDE_IDEMPOTENCY_KEYS_MAX": "20000000" },
        "shutdown": { "preStopSeconds": 15, "graceSeconds": 60 },
        "service": { "type": "LoadBalancer", "port": 8080, "annotations": { "a": "b" } },
        "ingress": { "enabled": true, "className": "nginx", "annotations": { "a": "b" },
            "hosts": ["hooks.example.com", "api.example.com"],
            "tls": [{ "secretName": "hooks-tls", "hosts": ["hooks.example.com"] }] },
        "podDisruptionBudget": { "enabled": true, "maxUnavailable": "25%" },
        "serviceAccount": { "create": true, "name": "sender", "annotations": { "a": "b" } },
        "podAnnotations": { "a": "b" }, "podLabels": { "team": "hooks" }, "priorityClassName": "high",
        "nodeSelector": { "disk": "fast" }, "tolerations": [{ "key": "own", "operator": "Exists" }],
        "affinity": { "nodeAffinity": {} },
        "topologySpreadConstraints": [{ "maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule" }],
        "serviceMonitor": { "enabled": true, "labels": { "release": "prometheus" } },
        "prometheusRule": { "enabled": true, "labels": { "release": "prometheus" } },
        "dashboard": { "enabled": true, "annotations": { "folder": "hooks" } },
    })
}

#[test]
fn least_values_give_nodes_that_can_be_reached_and_moved() {
    let objects = render(&least());
    assert_eq!(kinds(&objects), ["Deployment", "Pod", "PodDisruptionBudget", "Service", "ServiceAccount"]);
    assert_eq!(one(&objects, "Deployment")["spec"]["replicas"], json!(2));
    assert_eq!(one(&objects, "PodDisruptionBudget")["spec"]["maxUnavailable"], json!(1));
    // Whoever selects pods selects the nodes, and the nodes alone.
    let labels = &one(&objects, "Deployment")["spec"]["template"]["metadata"]["labels"];
    let test = &one(&objects, "Pod")["metadata"]["labels"];
    for selector in [
        &one(&objects, "Deployment")["spec"]["selector"]["matchLabels"],
        &one(&objects, "Service")["spec"]["selector"],
        &one(&objects, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
    ] {
        let selector = selector.as_object().unwrap();
        assert!(
            !selector.is_empty() && selector.iter().all(|(name, value)| labels[name] == *value),
            "{selector:?}"
        );
        assert!(
            selector.iter().any(|(name, value)| test[name] != *value),
            "the test's pod is among {selector:?}"
        );
    }
}

#[test]
fn nodes_run_without_rights_and_write_nowhere_else() {
    for values in [least(), everything()] {
        let objects = render(&values);
        let test = one(&objects, "Pod")["spec"].clone();
        let pod = one(&objects, "Deployment")["spec"]["template"]["spec"].clone();
        for spec in [&pod, &test] {
            assert_eq!(spec["automountServiceAccountToken"], json!(false));
            assert_eq!(
                spec["enableServiceLinks"],
                json!(false),
                "its variables would stand among the settings"
            );
            let account = &spec["securityContext"];
            assert_eq!(account["runAsNonRoot"], json!(true));
            assert_eq!((&account["runAsUser"], &account["runAsGroup"]), (&json!(65532), &json!(65532)));
            assert_eq!(account["seccompProfile"]["type"], json!("RuntimeDefault"));
            let container = &spec["containers"][0]["securityContext"];
            assert_eq!(container["readOnlyRootFilesystem"], json!(true));
            assert_eq!(container["allowPrivilegeEscalation"], json!(false));
            assert_eq!(container["capabilities"]["drop"], json!(["ALL"]));
        }
        let container = &pod["containers"][0];
        assert!(container["resources"]["requests"]["memory"].is_string());
        assert!(container["resources"]["limits"]["memory"].is_string());
        let volumes: BTreeSet<&str> =
            pod["volumes"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
        let mounts = container["volumeMounts"].as_array().unwrap();
        let mounted: BTreeSet<&str> = mounts.iter().map(|it| it["name"].as_str().unwrap()).collect();
        assert_eq!(mounted, volumes);
        assert!(
            mounts.iter().any(|it| it["mountPath"] == json!("/var/lib/hooktide")),
            "the image works there"
        );
    }
}

#[test]
fn probes_ask_what_they_are_for() {
    let objects = render(&least());
    let container = &one(&objects, "Deployment")["spec"]["template"]["spec"]["containers"][0];
    let port = &container["ports"][0];
    assert_eq!(port["name"], json!("http"));
    for (probe, path) in
        [("livenessProbe", "/livez"), ("startupProbe", "/livez"), ("readinessProbe", "/readyz")]
    {
        assert_eq!(container[probe]["httpGet"], json!({ "path": path, "port": "http" }), "{probe}");
    }
    assert_eq!(one(&objects, "Service")["spec"]["ports"][0]["targetPort"], json!("http"));
    let startup = &container["startupProbe"];
    let patience = startup["periodSeconds"].as_u64().unwrap() * startup["failureThreshold"].as_u64().unwrap();
    assert!(patience >= 300, "a migration may take {patience} s only");
}

#[test]
fn pod_is_given_the_time_that_its_server_takes_to_stop() {
    for values in [least(), everything()] {
        let objects = render(&values);
        let deployment = &one(&objects, "Deployment")["spec"];
        let pod = &deployment["template"]["spec"];
        let pause = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"].as_u64().unwrap();
        let grace = seconds(&environment(pod)["HOOKTIDE_SHUTDOWN_GRACE"]);
        let whole = pod["terminationGracePeriodSeconds"].as_u64().unwrap();
        assert!(pause >= 1, "the Service has to hear first");
        assert_eq!(whole, pause + grace + 10, "the store is closed after the grace");
        let rolling = &deployment["strategy"]["rollingUpdate"];
        assert_eq!((&rolling["maxUnavailable"], &rolling["maxSurge"]), (&json!(0), &json!(1)));
    }
}

/// The variables of the container that have a value here.
fn environment(pod: &Value) -> BTreeMap<String, String> {
    let given = pod["containers"][0]["env"].as_array().unwrap();
    let mut variables = BTreeMap::new();
    for variable in given {
        let name = variable["name"].as_str().unwrap().to_owned();
        if let Some(value) = variable["value"].as_str() {
            assert!(variables.insert(name.clone(), value.to_owned()).is_none(), "{name} stands twice");
        }
    }
    variables
}

#[test]
fn server_takes_the_settings_and_finds_its_secrets() {
    for (values, database, keys) in
        [(least(), "db", "keys"), (everything(), "hooks-database", "hooks-secrets")]
    {
        let objects = render(&values);
        let pod = &one(&objects, "Deployment")["spec"]["template"]["spec"];
        let mut settings = environment(pod);
        let url = pod["containers"][0]["env"].as_array().unwrap().iter();
        let url = url.clone().find(|it| it["name"] == json!("HOOKTIDE_DATABASE_URL")).unwrap();
        let from = &url["valueFrom"]["secretKeyRef"];
        assert_eq!(*from, json!({ "name": database, "key": "database-url" }));
        let volume = &pod["volumes"][0];
        assert_eq!(volume["secret"]["secretName"], json!(keys));
        let mount = pod["containers"][0]["volumeMounts"][0]["mountPath"].as_str().unwrap();
        let folder = tempfile::tempdir().unwrap();
        for item in volume["secret"]["items"].as_array().unwrap() {
            let path = item["path"].as_str().unwrap();
            std::fs::write(folder.path().join(path), "0123456789abcdef0123456789abcdef").unwrap();
        }
        // The chart's own Secrets have what is read from them.
        for secret in objects.iter().filter(|it| it["kind"] == json!("Secret")) {
            let expected = if secret["metadata"]["name"] == json!(database) {
                vec!["database-url"]
            } else {
                vec!["jwt-secret", "main-secret"]
            };
            assert_eq!(secret["stringData"].as_object().unwrap().keys().collect::<Vec<_>>(), expected);
        }
        for value in settings.values_mut() {
            *value = value.replace(mount, &folder.path().display().to_string());
        }
        check_settings(&settings);
    }
}

#[test]
fn numbers_and_switches_arrive_as_they_are_written() {
    let objects = render(&everything());
    let settings = environment(&one(&objects, "Deployment")["spec"]["template"]["spec"]);
    assert_eq!(settings["HOOKTIDE_IDEMPOTENCY_KEYS_MAX"], "20000000");
    assert_eq!(settings["HOOKTIDE_DELIVERY_HTTPS_ONLY"], "true");
}

#[test]
fn all_that_can_be_switched_on_comes_and_points_to_the_nodes() {
    let objects = render(&everything());
    let expected = [
        "ConfigMap",
        "Deployment",
        "Ingress",
        "Pod",
        "PodDisruptionBudget",
        "PrometheusRule",
        "Secret",
        "Secret",
        "Service",
        "ServiceAccount",
        "ServiceMonitor",
    ];
    assert_eq!(kinds(&objects), expected);
    let service = one(&objects, "Service");
    let pod = &one(&objects, "Deployment")["spec"]["template"];
    assert_eq!(pod["spec"]["containers"][0]["image"], json!("registry.example.com/hooktide:1.2.3"));
    assert_eq!(pod["spec"]["serviceAccountName"], one(&objects, "ServiceAccount")["metadata"]["name"]);
    assert_eq!(pod["metadata"]["labels"]["team"], json!("hooks"));

    let monitor = &one(&objects, "ServiceMonitor")["spec"];
    let wanted = monitor["selector"]["matchLabels"].as_object().unwrap();
    assert!(wanted.iter().all(|(name, value)| service["metadata"]["labels"][name] == *value), "{wanted:?}");
    let label = monitor["jobLabel"].as_str().unwrap();
    assert_eq!(service["metadata"]["labels"][label], json!("hooktide"), "the alerts know the job by it");
    let endpoint = &monitor["endpoints"][0];
    assert_eq!(
        (&endpoint["port"], &endpoint["path"]),
        (&service["spec"]["ports"][0]["name"], &json!("/metrics"))
    );

    let rules = one(&objects, "PrometheusRule");
    assert_eq!(rules["spec"], yaml("prometheus/alerts.yaml"), "the rules are those that were tested");
    let dashboard = one(&objects, "ConfigMap");
    let kept: Value = serde_json::from_str(dashboard["data"]["hooktide.json"].as_str().unwrap()).unwrap();
    assert_eq!(kept, serde_json::from_str::<Value>(&text("grafana/hooktide.json")).unwrap());
}

#[test]
fn ingress_lets_in_callers_and_not_those_who_look_for_numbers() {
    let objects = render(&everything());
    let rules = one(&objects, "Ingress")["spec"]["rules"].clone();
    let hosts: Vec<&str> =
        rules.as_array().unwrap().iter().map(|rule| rule["host"].as_str().unwrap()).collect();
    assert_eq!(hosts, ["hooks.example.com", "api.example.com"]);
    let service = &one(&objects, "Service")["metadata"]["name"];
    for rule in rules.as_array().unwrap() {
        let paths = rule["http"]["paths"].as_array().unwrap();
        let names: Vec<&str> = paths.iter().map(|path| path["path"].as_str().unwrap()).collect();
        assert_eq!(names, ["/api", "/ingest", "/in", "/docs"]);
        assert!(paths.iter().all(|path| path["backend"]["service"]["name"] == *service), "{paths:?}");
    }
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    let table = [
        (json!({}), "database.existingSecret"),
        (json!({ "database": { "existingSecret": "db" } }), "secrets.existingSecret"),
        (with(json!({ "secrets": { "jwtSecret": "j".repeat(32) } })), "secrets.mainSecret"),
        (with(json!({ "secrets": { "jwtSecret": "short", "mainSecret": "m".repeat(32) } })), "jwtSecret"),
        (with(json!({ "database": { "url": "mysql://db" } })), "url"),
        (with(json!({ "repilcas": 3 })), "repilcas"),
        (with(json!({ "replicas": 0 })), "replicas"),
        (
            with(json!({ "config": { "HOOKTIDE_IDEMPOTENCY_KEYS_MAX": 20_000_000 } })),
            "HOOKTIDE_IDEMPOTENCY_KEYS_MAX",
        ),
        (with(json!({ "config": { "DATABASE_URL": "postgres://db" } })), "DATABASE_URL"),
        (with(json!({ "config": { "HOOKTIDE_LISTEN": "0.0.0.0:1" } })), "config.HOOKTIDE_LISTEN"),
        (with(json!({ "ingress": { "enabled": true } })), "ingress.hosts"),
        (with(json!({ "shutdown": { "preStopSeconds": 0 } })), "preStopSeconds"),
    ];
    for (values, name) in table {
        let said = try_render(&values).expect_err(&format!("{values} was taken"));
        assert!(said.contains(name), "{values} is refused without {name}: {said}");
    }
}
