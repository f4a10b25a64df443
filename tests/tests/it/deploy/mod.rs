//! The files of `deploy/`: each is held against the program that reads it where people run it, and against what the
//! server under test knows and serves.
//!
//! | file | judged by |
//! |---|---|
//! | `Dockerfile`, `.dockerignore` | hadolint, Docker's own patterns, the sources that the binary was made of |
//! | `compose.yaml`, `Caddyfile`, `init.sh` | the published schema, the server's configuration, Caddy in front of two servers |
//! | `helm/hooktide` | Helm, the schemas of Kubernetes, the server's configuration |
//! | `systemd/` | systemd |
//! | `prometheus/`, `grafana/` | promtool, the metrics of a running server |
//!
//! `cargo xtask test` finds or installs those programs; nothing is left out where one is missing.

mod balancer;
mod chart;
mod compose;
mod image;
mod metrics;
mod rules;
mod settings;
mod tools;
#[cfg(target_os = "linux")]
mod unit;
