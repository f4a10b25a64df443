//! What most tests of several nodes begin with: the nodes, a receiver, an application.

use hooktide_testkit::{Api, Cluster, Receiver, ScratchSchema, ServerSetup, ServerUnderTest};
use serde_json::{Value, json};

/// Nodes over a schema of the shared database.
#[derive(Debug)]
pub(super) struct World {
    pub(super) cluster: Cluster,
    pub(super) receiver: Receiver,
    pub(super) app: String,
    /// Dropped after the nodes.
    _schema: ScratchSchema,
}

impl World {
    pub(super) async fn new(nodes: usize) -> Self {
        Self::with(nodes, |setup| setup).await
    }

    pub(super) async fn with(nodes: usize, with: impl Fn(ServerSetup) -> ServerSetup) -> Self {
        let schema = ScratchSchema::create().await;
        let cluster = Cluster::start(&schema.url(), nodes, with).await;
        let app = cluster.nodes[0].server.api().create_app("World").await;
        Self { cluster, receiver: Receiver::start().await, app, _schema: schema }
    }

    /// A client of that node.
    pub(super) fn api(&self, node: usize) -> Api {
        self.cluster.nodes[node].server.api()
    }

    pub(super) fn server(&mut self, node: usize) -> &mut ServerUnderTest {
        &mut self.cluster.nodes[node].server
    }

    /// A path below the application.
    pub(super) fn path(&self, rest: &str) -> String {
        format!("/app/{}{rest}", self.app)
    }

    /// An endpoint at a path of the receiver, with more settings, made at the first node.
    pub(super) async fn endpoint_with(&self, path: &str, mut settings: Value) -> String {
        settings["url"] = self.receiver.url(path).into();
        self.api(0).create_endpoint_with(&self.app, settings).await
    }

    pub(super) async fn endpoint(&self, path: &str) -> String {
        self.endpoint_with(path, json!({})).await
    }

    /// Publishes a small message of one customer at that node.
    pub(super) async fn publish(&self, node: usize, number: usize) -> String {
        let payload = json!({ "customer": "one", "number": number });
        self.api(node).publish(&self.app, "order.changed", payload).await
    }
}
