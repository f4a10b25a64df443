//! Several servers over one database, each with a network of its own to it.

use std::net::SocketAddr;

use crate::api::Api;
use crate::proxy::TcpProxy;
use crate::server::{ServerSetup, ServerUnderTest};

/// What every node of a cluster must share.
const JWT_SECRET: &str = "a-secret-that-all-nodes-of-a-test-share";
const MAIN_SECRET: &str = "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";
/// How long the others wait for a node's sign of life: short, so that a test need not wait long.
const LEASE: &str = "2s";

/// A server and the proxy between it and the database.
#[derive(Debug)]
pub struct Node {
    /// As the server calls itself.
    pub name: String,
    /// The server.
    pub server: ServerUnderTest,
    /// Its network to the database.
    pub network: TcpProxy,
}

/// The nodes. Whoever made the database keeps it for longer.
#[derive(Debug)]
pub struct Cluster {
    /// In the order of their names.
    pub nodes: Vec<Node>,
}

impl Cluster {
    /// Starts `count` servers over the database at `url`, and waits until they are ready. `with` adds settings, or changes these.
    ///
    /// # Panics
    /// When one does not get ready.
    pub async fn start(url: &str, count: usize, with: impl Fn(ServerSetup) -> ServerSetup) -> Self {
        let (before, upstream, after) = parts(url);
        let mut nodes = Vec::new();
        for number in 0..count {
            let network = TcpProxy::start(upstream).await;
            let name = format!("node-{number}");
            let setup = ServerSetup::new()
                .embedded()
                .env("HOOKTIDE_DATABASE_URL", &format!("{before}{}{after}", network.addr()))
                .env("HOOKTIDE_CLUSTER_NODE_NAME", &name)
                .env("HOOKTIDE_CLUSTER_LEASE", LEASE)
                .env("HOOKTIDE_JWT_SECRET", JWT_SECRET)
                .env("HOOKTIDE_MAIN_SECRET", MAIN_SECRET);
            nodes.push(Node { name, server: with(setup).start().await, network });
        }
        Self { nodes }
    }

    /// A client of each node, as they listen now.
    #[must_use]
    pub fn apis(&self) -> Vec<Api> {
        self.nodes.iter().map(|node| node.server.api()).collect()
    }
}

/// A URL before and after its host and port, and these.
fn parts(url: &str) -> (&str, SocketAddr, &str) {
    let start = url.find('@').map_or_else(|| url.find("://").map_or(0, |at| at + 3), |at| at + 1);
    let end = url[start..].find('/').map_or(url.len(), |at| start + at);
    let host = url[start..end].replace("localhost", "127.0.0.1");
    let address = host.parse().unwrap_or_else(|error| panic!("{url} names no address and port: {error}"));
    (&url[..start], address, &url[end..])
}
