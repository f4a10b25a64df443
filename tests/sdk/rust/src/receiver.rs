//! A receiver that remembers every request; a path answers 500 as often as it was told to.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use tokio::sync::watch;

const DEADLINE: Duration = Duration::from_secs(20);

#[derive(Clone)]
pub struct Request {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

#[derive(Default)]
struct Memory {
    requests: Vec<Request>,
    failures: HashMap<String, u32>,
}

struct Shared {
    memory: Mutex<Memory>,
    changed: watch::Sender<()>,
}

pub struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared { memory: Mutex::default(), changed: watch::Sender::new(()) });
        let service = Router::new().fallback(remember).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, service).await });
        Self { address, shared }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn fail(&self, path: &str, times: u32) {
        self.shared
            .memory
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .failures
            .insert(path.to_owned(), times);
    }

    /// The requests on a path, once there are `count`.
    pub async fn wait(&self, path: &str, count: usize) -> Vec<Request> {
        let mut changed = self.shared.changed.subscribe();
        let found = tokio::time::timeout(DEADLINE, async {
            loop {
                let found = self.on(path);
                if found.len() >= count {
                    return found;
                }
                changed.changed().await.expect("the receiver lives");
            }
        });
        found.await.unwrap_or_else(|_| panic!("{count} requests on {path}, got {}", self.on(path).len()))
    }

    fn on(&self, path: &str) -> Vec<Request> {
        let memory = self.shared.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.requests.iter().filter(|it| it.path == path).cloned().collect()
    }
}

async fn remember(
    State(shared): State<Arc<Shared>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, &'static str) {
    let path = uri.path().to_owned();
    let failed = {
        let mut memory = shared.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.requests.push(Request { path: path.clone(), headers, body });
        memory.failures.get_mut(&path).filter(|left| **left > 0).map(|left| *left -= 1).is_some()
    };
    shared.changed.send_replace(());
    if failed { (StatusCode::INTERNAL_SERVER_ERROR, "no") } else { (StatusCode::OK, "ok") }
}
