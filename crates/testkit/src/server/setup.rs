//! What a server under test is started with.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;

use super::under_test::ServerUnderTest;

/// Settings of a server under test. The server sees these and nothing of the caller's environment.
#[derive(Debug, Clone)]
pub struct ServerSetup {
    pub(super) env: BTreeMap<String, String>,
    pub(super) dir: Home,
    pub(super) verb: &'static str,
}

/// The directory a server runs in.
#[derive(Debug, Clone)]
pub(super) enum Home {
    /// Removed with the last server or setup that uses it.
    Fresh(Arc<TempDir>),
    /// The test's own.
    Given(PathBuf),
}

impl Home {
    pub(super) fn path(&self) -> PathBuf {
        match self {
            Self::Fresh(dir) => dir.path().to_path_buf(),
            Self::Given(path) => path.clone(),
        }
    }
}

impl Default for ServerSetup {
    fn default() -> Self {
        Self::new()
    }
}

impl ServerSetup {
    /// A fresh directory, a free port, loopback receivers allowed.
    ///
    /// # Panics
    /// When no directory can be made.
    #[must_use]
    pub fn new() -> Self {
        let dir = TempDir::with_prefix("hooktide-test-").expect("a temporary directory can be made");
        let setup = Self { env: BTreeMap::new(), dir: Home::Fresh(Arc::new(dir)), verb: "serve" };
        setup
            .env("HOOKTIDE_LISTEN", "127.0.0.1:0")
            .env("HOOKTIDE_DELIVERY_ALLOW_SUBNETS", "127.0.0.0/8,::1/128")
    }

    /// Sets one environment variable of the server, `HOOKTIDE_*` in full.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Leaves one of the default variables unset.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.env.remove(name);
        self
    }

    /// The retry schedule, such as `50ms,100ms`; empty for a single try.
    #[must_use]
    pub fn retries(self, schedule: &str) -> Self {
        self.env("HOOKTIDE_DELIVERY_RETRY_SCHEDULE", schedule)
    }

    /// Runs `hooktide dev` instead of `hooktide serve`.
    #[must_use]
    pub fn dev(mut self) -> Self {
        self.verb = "dev";
        self
    }

    /// Runs in a directory of the test's own, which is not removed.
    #[must_use]
    pub fn in_dir(mut self, dir: PathBuf) -> Self {
        self.dir = Home::Given(dir);
        self
    }

    /// Starts the server and waits until it is ready.
    ///
    /// # Panics
    /// When it does not get ready; the panic shows its log.
    pub async fn start(self) -> ServerUnderTest {
        ServerUnderTest::launch(self).await
    }
}
