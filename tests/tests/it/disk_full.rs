//! A disk that runs full: publishers get 503 and no false promise, and the server recovers without a restart.
//!
//! Uses a small file system in memory of the test's own, which only root may mount. For anybody else the tests say so
//! and end; for root a mount that fails is a failure.

use std::path::{Path, PathBuf};
use std::process::Command;

use hooktide_testkit::{
    Api, Method, Receiver, Reply, ServerSetup, ServerUnderTest, check_databases, copy_of_databases,
    wait_until,
};
use serde_json::json;
use tempfile::TempDir;
use tokio::time::Instant;

const VOLUME_MIB: usize = 48;

/// A mounted volume; unmounted when dropped.
pub(crate) struct Volume {
    dir: TempDir,
}

impl Volume {
    /// Nothing when the test runs without the right to mount.
    pub(crate) fn mount() -> Option<Self> {
        let dir = TempDir::with_prefix("hooktide-volume-").unwrap();
        let size = format!("size={VOLUME_MIB}m");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "hooktide-test"])
            .arg(dir.path())
            .output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self { dir }),
            failed => {
                let is_root = std::fs::metadata("/proc/self")
                    .map(|it| std::os::unix::fs::MetadataExt::uid(&it))
                    .unwrap()
                    == 0;
                assert!(!is_root, "root failed to mount a volume: {failed:?}");
                eprintln!("not run: mounting a small volume needs root");
                None
            }
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.dir.path().to_path_buf()
    }

    fn ballast(&self) -> PathBuf {
        self.dir.path().join("ballast")
    }

    /// Takes all space but `keep` bytes.
    pub(crate) fn fill(&self, keep: usize) {
        let free = free_bytes(self.dir.path());
        if free > keep {
            std::fs::write(self.ballast(), vec![0_u8; free - keep]).unwrap();
        }
    }

    pub(crate) fn empty(&self) {
        std::fs::remove_file(self.ballast()).unwrap();
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.dir.path()).status();
    }
}

fn free_bytes(path: &Path) -> usize {
    let output = Command::new("df").args(["--output=avail", "-B1"]).arg(path).output().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().last().unwrap().trim().parse().unwrap()
}

async fn publish(api: &Api, app: &str, n: usize) -> Reply {
    let body = json!({ "eventType": "a", "payload": { "n": n, "pad": noise(n) } });
    api.request(Method::POST, &format!("/app/{app}/msg?with_content=false")).json(&body).send().await
}

/// Text that does not compress, so that it takes the space it has.
fn noise(n: usize) -> String {
    let mut dice = hooktide_testkit::Dice::new(u64::try_from(n).unwrap());
    (0..2000).map(|_| format!("{:016x}", dice.roll())).collect()
}

/// Publishes until the server refuses; answers what it accepted and its refusal.
async fn publish_until_full(api: &Api, app: &str) -> (Vec<String>, Reply) {
    let mut accepted = Vec::new();
    for n in 0..5000 {
        let reply = publish(api, app, n).await;
        if reply.status != 202 {
            return (accepted, reply);
        }
        accepted.push(reply.id());
    }
    panic!("{} messages of 32 KiB fit into {VOLUME_MIB} MiB", accepted.len());
}

async fn run(volume: &Volume, setup: ServerSetup, keep: usize) {
    let mut server: ServerUnderTest =
        setup.in_dir(volume.dir.path().to_path_buf()).retries("100ms,200ms").start().await;
    let receiver = Receiver::start().await;
    let api = server.api();
    let app = api.create_app("Full").await;
    api.create_endpoint(&app, &receiver.url("/d")).await;
    let pid = server.pid();
    volume.fill(keep);

    let (mut accepted, refusal) = publish_until_full(&api, &app).await;
    assert_eq!(refusal.status, 503, "{refusal}");
    let _ = refusal.error(503);
    assert_ne!(refusal.header("retry-after"), "", "{refusal}");
    let _ = api.get("=/livez").await.expect(200);
    let started = Instant::now();
    assert_eq!(publish(&api, &app, 9_999).await.status, 503);
    assert!(started.elapsed().as_millis() < 2000, "refused after {:?}", started.elapsed());

    volume.empty();
    let after = wait_until("publishing to work again", async || {
        let reply = publish(&api, &app, 10_000).await;
        (reply.status == 202).then(|| reply.id())
    })
    .await;
    accepted.push(after);

    assert_eq!(server.pid(), pid, "the same process recovered");
    for message in &accepted {
        receiver.wait_for(1, |it| it.message_id() == message).await;
    }
    let stored = api.all(&format!("/app/{app}/msg?with_content=false")).await.len();
    assert_eq!(stored, accepted.len(), "what was refused is not stored");
    server.kill9();
    let copy = copy_of_databases(&server.dir().join("hooktide-data"));
    assert!(check_databases(copy.path()) >= 1);
    server.restart().await;
    let stored = server.api().all(&format!("/app/{app}/msg?with_content=false")).await.len();
    assert_eq!(stored, accepted.len(), "nothing acknowledged is lost");
}

#[tokio::test]
async fn soft_limit_refuses_before_the_disk_is_full() {
    let Some(volume) = Volume::mount() else { return };
    run(&volume, ServerSetup::new().embedded(), 8 << 20).await;
}

#[tokio::test]
async fn full_disk_makes_no_false_promise_and_is_survived() {
    let Some(volume) = Volume::mount() else { return };
    run(&volume, ServerSetup::new().embedded().env("HOOKTIDE_STORAGE_FREE_BYTES_MIN", "0"), 4 << 20).await;
}
