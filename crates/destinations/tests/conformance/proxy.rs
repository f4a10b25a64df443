//! A relay to a real server whose answers can be swallowed and whose connections can be cut.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

const BUFFER_BYTES: usize = 16 * 1024;

pub(crate) struct Proxy {
    pub(crate) address: String,
    is_muted: Arc<AtomicBool>,
    cuts: watch::Sender<u32>,
    task: JoinHandle<()>,
}

impl Proxy {
    pub(crate) async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let is_muted = Arc::new(AtomicBool::new(false));
        let (cuts, cut) = watch::channel(0);
        let muted = Arc::clone(&is_muted);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(relay(client, server.clone(), Arc::clone(&muted), cut.clone()));
            }
        });
        Self { address, is_muted, cuts, task }
    }

    /// Swallows what the server says from now on, or passes it on again.
    pub(crate) fn mute(&self, is_muted: bool) {
        self.is_muted.store(is_muted, Ordering::SeqCst);
    }

    /// Ends every connection.
    pub(crate) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[expect(clippy::disallowed_methods, reason = "the relay's own way to a server on loopback")]
async fn relay(client: TcpStream, server: String, is_muted: Arc<AtomicBool>, mut cut: watch::Receiver<u32>) {
    let Ok(server) = TcpStream::connect(server).await else { return };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    cut.mark_unchanged();
    let upward = async { tokio::io::copy(&mut from_client, &mut to_server).await.map(|_| ()) };
    let downward = async {
        let mut buffer = vec![0; BUFFER_BYTES];
        loop {
            let count = from_server.read(&mut buffer).await?;
            if count == 0 {
                return std::io::Result::Ok(());
            }
            if !is_muted.load(Ordering::SeqCst) {
                to_client.write_all(&buffer[..count]).await?;
            }
        }
    };
    tokio::select! {
        _ = upward => {}
        _ = downward => {}
        _ = cut.changed() => {}
    }
}
