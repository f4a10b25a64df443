//! The databases, brokers, mail servers, stores and chat services that the tests of the destinations talk to. Mail, store
//! and chat services are programs of `tests/servers`, always started here.
//!
//! A server that answers on loopback at its usual port is used as it is. Another one is started here, on a free port
//! and in a temporary folder (some run under an account of their own, which a checkout may be closed to), and ended with
//! the tests; a program that is missing is installed
//! with Debian's packages where that may be done. A server that cannot be had is named: nothing is skipped.
//! `HOOKTIDE_TEST_OWN_SERVERS=1` starts them all, whatever answers.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::chores::programs::Program;
use crate::chores::sdk;
use crate::failure::{Context, Failure, Result};
use crate::process;
use crate::workspace::Workspace;

/// Looks whether a server that was started answers, before it is given up: 90 s.
const LOOKS_MAX: u32 = 900;
/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// For a connection on loopback.
const CONNECT_LIMIT: Duration = Duration::from_millis(500);

/// The package of what is not Debian's: a program of `tests/servers`, run by an interpreter that has what it needs.
const PYTHON: &str = "python";
/// The same for one that Node.js runs.
const NODE: &str = "node";

/// A server that the tests need.
struct Need {
    name: &'static str,
    /// Set for the tests when the server is not the usual one.
    variable: &'static str,
    /// The usual port; `None` for one that is always started here.
    port: Option<u16>,
    package: &'static str,
    program: &'static str,
    /// Folders beside `PATH` where Debian puts it.
    folders: &'static [&'static str],
    url: fn(u16, &Path) -> String,
    /// Prepares the folder where needed and gives the command that serves.
    command: fn(&Path, &Path, u16) -> Result<Command>,
    /// Once it answers.
    after: fn(&Path, u16) -> Result<()>,
}

const NEEDS: &[Need] = &[
    Need {
        name: "PostgreSQL",
        variable: "HOOKTIDE_TEST_POSTGRES_URL",
        port: Some(5432),
        package: "postgresql",
        program: "postgres",
        folders: &["/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/15/bin"],
        url: |port, _| format!("postgres://postgres@127.0.0.1:{port}/test"),
        command: postgres,
        after: postgres_database,
    },
    Need {
        name: "MariaDB",
        variable: "HOOKTIDE_TEST_MYSQL_URL",
        port: Some(3306),
        package: "mariadb-server",
        program: "mariadbd",
        folders: &["/usr/sbin"],
        url: |port, _| format!("mysql://root@127.0.0.1:{port}/test"),
        command: mariadb,
        after: |_, _| Ok(()),
    },
    Need {
        name: "Redis",
        variable: "HOOKTIDE_TEST_REDIS_URL",
        port: Some(6379),
        package: "redis-server",
        program: "redis-server",
        folders: &[],
        url: |port, _| format!("redis://127.0.0.1:{port}"),
        command: |program, folder, port| {
            let mut command = Command::new(program);
            command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port"]);
            command.arg(port.to_string()).arg("--dir").arg(folder);
            Ok(command)
        },
        after: |_, _| Ok(()),
    },
    Need {
        name: "NATS",
        variable: "HOOKTIDE_TEST_NATS_URL",
        port: Some(4222),
        package: "nats-server",
        program: "nats-server",
        folders: &["/usr/sbin"],
        url: |port, _| format!("nats://127.0.0.1:{port}"),
        command: |program, folder, port| {
            let mut command = Command::new(program);
            command.args(["-a", "127.0.0.1", "-js", "-p"]).arg(port.to_string()).arg("-sd").arg(folder);
            Ok(command)
        },
        after: |_, _| Ok(()),
    },
    Need {
        name: "RabbitMQ",
        variable: "HOOKTIDE_TEST_AMQP_URL",
        port: Some(5672),
        package: "rabbitmq-server",
        program: "rabbitmq-server",
        folders: &["/usr/sbin"],
        url: |port, _| format!("amqp://guest:guest@127.0.0.1:{port}"),
        command: rabbitmq,
        after: |_, _| Ok(()),
    },
    Need {
        name: "Mosquitto",
        variable: "HOOKTIDE_TEST_MQTT_URL",
        port: Some(1883),
        package: "mosquitto",
        program: "mosquitto",
        folders: &["/usr/sbin"],
        url: |port, _| format!("mqtt://127.0.0.1:{port}"),
        command: |program, folder, port| {
            let settings = folder.join("mosquitto.conf");
            let text = format!("listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n");
            fs::write(&settings, text).context(|| format!("write {}", settings.display()))?;
            let mut command = Command::new(program);
            command.arg("-c").arg(settings);
            Ok(command)
        },
        after: |_, _| Ok(()),
    },
    Need {
        name: "SMTP",
        variable: "HOOKTIDE_TEST_SMTP_URL",
        port: None,
        package: PYTHON,
        program: "smtp.py",
        folders: &[],
        url: |port, folder| format!("smtp://127.0.0.1:{port}{}", folder.join("maildir").display()),
        command: |program, folder, port| {
            let mut command = Command::new(program);
            command.arg("tests/servers/smtp.py").arg(port.to_string()).arg(folder.join("maildir"));
            Ok(command)
        },
        after: |_, _| Ok(()),
    },
    Need {
        name: "S3",
        variable: "HOOKTIDE_TEST_S3_URL",
        port: None,
        package: PYTHON,
        program: "s3.py",
        folders: &[],
        url: |port, _| format!("http://127.0.0.1:{port}"),
        command: |program, _, port| {
            let mut command = Command::new(program);
            command.arg("tests/servers/s3.py").arg(port.to_string());
            Ok(command)
        },
        after: |_, _| Ok(()),
    },
    Need {
        name: "chat services",
        variable: "HOOKTIDE_TEST_CHAT_URL",
        port: None,
        package: NODE,
        program: "chat.mjs",
        folders: &[],
        url: |port, _| format!("http://127.0.0.1:{port}"),
        command: |program, _, port| {
            let mut command = Command::new("node");
            command.arg(program).arg(port.to_string());
            Ok(command)
        },
        after: |_, _| Ok(()),
    },
];

/// The servers of one run of the tests: those that were started end with it.
#[derive(Default)]
pub(crate) struct Servers {
    started: Vec<(Child, PathBuf)>,
    variables: Vec<(&'static str, String)>,
}

impl Servers {
    /// Find or start every server.
    ///
    /// # Errors
    /// Names the first one that cannot be had, and why.
    pub(crate) fn prepare(workspace: &Workspace) -> Result<Self> {
        let mut servers = Self::default();
        let own = std::env::var_os("HOOKTIDE_TEST_OWN_SERVERS").is_some();
        for need in NEEDS {
            if std::env::var_os(need.variable).is_some() {
                eprintln!("{}: named by {}", need.name, need.variable);
            } else if let Some(port) = need.port.filter(|port| !own && answers(*port)) {
                eprintln!("{}: answers at 127.0.0.1:{port}", need.name);
            } else {
                servers.start(need, workspace)?;
            }
        }
        Ok(servers)
    }

    /// What the tests have to be told.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.variables.iter().map(|(name, value)| (*name, value.as_str()))
    }

    fn start(&mut self, need: &Need, workspace: &Workspace) -> Result<()> {
        let program = match need.package {
            PYTHON => sdk::prepare_servers(workspace)?,
            NODE => sdk::prepare_chat(workspace)?.join(need.program),
            _ => find_or_install(need)?,
        };
        let folder =
            std::env::temp_dir().join(format!("hooktide-servers-{}", std::process::id())).join(need.program);
        remove(&folder)?;
        fs::create_dir_all(&folder).context(|| format!("make {}", folder.display()))?;
        let port = free_port()?;
        let log = folder.with_extension("log");
        let file = fs::File::create(&log).context(|| format!("make {}", log.display()))?;
        let errors = file.try_clone().context(|| format!("share {}", log.display()))?;
        let mut command = (need.command)(&program, &folder, port)?;
        if need.package == PYTHON {
            command.current_dir(&workspace.root);
        }
        let command = command.stdin(Stdio::null()).stdout(file).stderr(errors);
        // A group of its own: some start through a script, and all of it has to end.
        let child = command.process_group(0).spawn().context(|| format!("start {}", program.display()))?;
        self.started.push((child, folder.clone()));
        wait_until_it_answers(need, port, &log)?;
        (need.after)(&program, port)?;
        eprintln!("{}: started at 127.0.0.1:{port}", need.name);
        self.variables.push((need.variable, (need.url)(port, &folder)));
        Ok(())
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        for (child, folder) in &mut self.started {
            // Their data is made anew next time: there is nothing to save.
            let group = format!("-{}", child.id());
            let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
            let _ = child.wait();
            let _ = fs::remove_dir_all(folder);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a chore looks at loopback; no user aims it")]
fn answers(port: u16) -> bool {
    TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), CONNECT_LIMIT).is_ok()
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context(|| "find a free port".to_owned())?;
    Ok(listener.local_addr().context(|| "find a free port".to_owned())?.port())
}

#[expect(clippy::disallowed_methods, reason = "another program's start gives no signal to wait for")]
fn wait_until_it_answers(need: &Need, port: u16, log: &Path) -> Result<()> {
    for _ in 0..LOOKS_MAX {
        if answers(port) {
            return Ok(());
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Err(Failure::new(format!("{} did not answer in time; its log is {}", need.name, log.display())))
}

fn find_or_install(need: &Need) -> Result<PathBuf> {
    let program = Program { name: need.program, package: need.package, folders: need.folders };
    program.find_or_install().map_err(|_| {
        Failure::new(format!(
            "the tests need {name}: install {package}, start one at 127.0.0.1:{port}, or name one in {variable}",
            name = need.name,
            package = need.package,
            port = need.port.unwrap_or_default(),
            variable = need.variable
        ))
    })
}

fn remove(folder: &Path) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    fs::remove_dir_all(folder).context(|| format!("remove {}", folder.display()))
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0)
}

/// Let an account write there, when this runs as root.
fn hand_over(folder: &Path, account: &str) -> Result<()> {
    if is_root() { process::run(Command::new("chown").arg("-R").arg(account).arg(folder)) } else { Ok(()) }
}

/// PostgreSQL refuses to run as root: then Debian's own account runs it.
fn as_its_user(program: &Path, folder: &Path) -> Result<Command> {
    if !is_root() {
        return Ok(Command::new(program));
    }
    hand_over(folder, "postgres")?;
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
    Ok(command)
}

fn postgres(program: &Path, folder: &Path, port: u16) -> Result<Command> {
    let mut make = as_its_user(&program.with_file_name("initdb"), folder)?;
    process::run(make.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "-D"]).arg(folder))?;
    let mut command = as_its_user(program, folder)?;
    command.arg("-D").arg(folder).args(["-h", "127.0.0.1", "-k", "", "-p"]).arg(port.to_string());
    Ok(command)
}

fn postgres_database(program: &Path, port: u16) -> Result<()> {
    let make = program.with_file_name("createdb");
    let arguments = ["-h", "127.0.0.1", "-U", "postgres", "-p", &port.to_string(), "test"].map(str::to_owned);
    process::run(Command::new(make).args(arguments))
}

fn mariadb(program: &Path, folder: &Path, port: u16) -> Result<Command> {
    let start = folder.join("start.sql");
    // A statement a line, as the server reads it.
    let text = "CREATE DATABASE IF NOT EXISTS test;\nCREATE USER IF NOT EXISTS root@'127.0.0.1' IDENTIFIED BY '';\n\
                GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;\n";
    fs::write(&start, text).context(|| format!("write {}", start.display()))?;
    let data = folder.join("data");
    let mut make = Command::new("mariadb-install-db");
    make.args(["--auth-root-authentication-method=normal", "--skip-test-db"]);
    process::run(make.arg(format!("--datadir={}", data.display())))?;
    let mut command = Command::new(program);
    command.args(["--no-defaults", "--user=root", "--bind-address=127.0.0.1"]);
    command.arg(format!("--port={port}")).arg(format!("--datadir={}", data.display()));
    command.arg(format!("--socket={}", folder.join("socket").display()));
    command.arg(format!("--init-file={}", start.display()));
    Ok(command)
}

/// With settings of its own, whatever the machine's say.
fn rabbitmq(program: &Path, folder: &Path, port: u16) -> Result<Command> {
    let settings = folder.join("rabbitmq.conf");
    let plugins = folder.join("enabled_plugins");
    let written = fs::write(&settings, format!("listeners.tcp.1 = 127.0.0.1:{port}\n"));
    written
        .and_then(|()| fs::write(&plugins, "[].\n"))
        .context(|| format!("write to {}", folder.display()))?;
    // Debian's script changes to this account by itself.
    hand_over(folder, "rabbitmq")?;
    let mut command = Command::new(program);
    command.env("RABBITMQ_NODENAME", format!("hooktide-{port}@localhost"));
    command.env("RABBITMQ_CONFIG_FILE", settings).env("RABBITMQ_ENABLED_PLUGINS_FILE", plugins);
    command.env("RABBITMQ_DIST_PORT", free_port()?.to_string());
    command.env("RABBITMQ_MNESIA_BASE", folder).env("RABBITMQ_LOG_BASE", folder);
    Ok(command)
}
