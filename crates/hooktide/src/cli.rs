//! The command line: verbs, their arguments, and help that teaches. Settings are not listed here; they come from
//! `setting_flags.rs`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use hooktide_config::{Loaded, Preset, parse_duration};

use crate::failure::Failure;
use crate::listen::Since;
use crate::setting_flags::SettingFlags;

const ABOUT: &str = "A complete webhook system in one binary";

const EXAMPLES: &str = "\
Examples:
  hooktide dev                      Try it: server, demo data and a receiver, on this machine only
  hooktide serve                    Run the server; data goes to ./hooktide-data
  hooktide token                    Print a token for the API
  hooktide config check             Find every mistake in the configuration at once

Exit codes:
  0  it worked
  1  it failed while running
  2  the command line or the configuration is wrong

Data goes to standard output, everything else to standard error.";

const SETTINGS_NOTE: &str = "\
Every setting is a flag, an environment variable and a key of the configuration file:
  --delivery-timeout 5s     HOOKTIDE_DELIVERY_TIMEOUT=5s     [delivery] timeout = \"5s\"
Flags win over the environment, the environment wins over the file. `--help` lists all of them.";

/// What the user typed.
#[derive(Debug, Parser)]
#[command(name = "hooktide", version, about = ABOUT, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The verbs, in the order in which a newcomer meets them.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Try Hooktide on this machine: a server with demo data and a built-in receiver
    ///
    /// Needs no configuration and listens on loopback only. Prints the API's URL, a token, and commands to paste that
    /// publish a message, list its attempts, and make the receiver fail so that you can watch retries.
    #[command(after_help = SETTINGS_NOTE)]
    Dev(ServerArgs),

    /// Run the server
    ///
    /// Stops on SIGTERM or Ctrl-C: it takes no new requests, finishes what is in flight within `shutdown.grace`, and
    /// exits with 0. What it acknowledged is safe at any time, also when it is killed.
    #[command(after_help = SETTINGS_NOTE)]
    Serve(ServerArgs),

    /// Print a token for the API
    ///
    /// It goes to standard output alone, as in `TOKEN=$(hooktide token)`, and is signed with the same secret as the
    /// server's: run it with the server's configuration, in the same directory.
    Token(TokenArgs),

    /// Sign a request as a provider does, to try a source
    ///
    /// Prints a curl command. The secret comes from $HOOKTIDE_SIGN_SECRET or a file, so that it is in no list of
    /// processes.
    #[command(after_help = "Examples:\n  \
        export HOOKTIDE_SIGN_SECRET=the-secret-of-the-source\n  \
        hooktide sign github http://127.0.0.1:8071/in/TOKEN -H 'x-github-event: ping' -d '{\"zen\": \"Design for failure.\"}' | sh\n  \
        hooktide sign stripe https://hooks.example.com/in/TOKEN -d @event.json --headers")]
    Sign(SignArgs),

    /// Send the events of a source on to an application on this machine
    ///
    /// Follows what the source takes, on a server wherever it runs, and sends each request to --forward as the provider
    /// sent it: method, path, query, headers and bytes, without those headers that belong to a connection, and with
    /// hooktide-hops, which ends loops. One after the other, in the order in which they were taken. A request that
    /// carries many events comes as the one that it is.
    ///
    /// The provider was answered by the server when the event was stored; what the application answers is shown, and
    /// nobody else sees it. When the server is away, or is killed, it is asked again and the list goes on where it was.
    #[command(after_help = "Examples:\n  \
        export HOOKTIDE_URL=https://hooks.example.com HOOKTIDE_TOKEN=...\n  \
        hooktide listen github --forward http://localhost:3000/hook\n  \
        hooktide listen stripe --forward http://localhost:3000/hook --filter-type 'invoice.*' --since 1h\n  \
        hooktide listen github --forward http://localhost:3000/hook --once 1 --json    (in a script)\n\n\
        Exit codes: 0 it was stopped, or --once had its events and all were answered with 2xx; 1 not so; 2 wrong usage.")]
    Listen(ListenArgs),

    /// Ask a running server whether it is healthy: exit code 0 if it is, 1 if not
    #[command(after_help = "Examples:\n  hooktide healthcheck http://127.0.0.1:8071/readyz\n  \
        HEALTHCHECK CMD [\"hooktide\", \"healthcheck\", \"http://127.0.0.1:8071/livez\"]   (in a Dockerfile)")]
    Healthcheck(HealthcheckArgs),

    /// Check, print or explain the configuration
    Config(ConfigArgs),

    /// Show the schema of the store, or bring it up to date
    ///
    /// A start does that too, one node at a time, so this is only needed to do it ahead of an upgrade, by an account with
    /// more rights, or to look. An older version refuses a schema that a newer one has written.
    #[command(after_help = "Examples:\n  hooktide migrate status\n  \
        HOOKTIDE_DATABASE_URL=postgres://owner@db.example.com/hooktide hooktide migrate up")]
    Migrate(MigrateArgs),

    /// Show the servers that share a PostgreSQL database: age, last sign of life, load, what waits for them
    ///
    /// Reads the database itself, so it also tells when no server runs. A node that was taken over stays in the list
    /// until nothing that it left behind waits any more.
    #[command(
        after_help = "Example:\n  HOOKTIDE_DATABASE_URL=postgres://hooktide@db.example.com/hooktide hooktide nodes"
    )]
    Nodes(NodesArgs),

    /// Write everything in the store to a folder, to be imported into another store
    ///
    /// Run it with the server's configuration. From SQLite with the server stopped; from PostgreSQL, what nodes take
    /// after the beginning is not in it. Secrets stay sealed with the main secret. When it is interrupted, the same
    /// command goes on where it stopped.
    #[command(after_help = "Examples:\n  hooktide export ./archive\n  \
        HOOKTIDE_DATABASE_URL=postgres://hooktide@db.example.com/hooktide hooktide export ./archive")]
    Export(ExportArgs),

    /// Put what `hooktide export` wrote into an empty store
    ///
    /// Needs the main secret of the store that it comes from. Every row is counted in the end. When it is interrupted,
    /// the same command goes on where it stopped; until it has ended no server opens the store.
    #[command(after_help = "Examples:\n  \
        HOOKTIDE_DATABASE_URL=postgres://hooktide@db.example.com/hooktide hooktide import ./archive\n  \
        HOOKTIDE_DATABASE_URL=sqlite:///var/lib/hooktide/hooktide.db hooktide import ./archive")]
    Import(ImportArgs),

    /// Print a completion script for a shell
    #[command(after_help = "Examples:\n  \
        source <(hooktide completion bash)\n  \
        hooktide completion zsh > ~/.zfunc/_hooktide\n  \
        hooktide completion fish > ~/.config/fish/completions/hooktide.fish")]
    Completion(CompletionArgs),

    /// Print the API's description (OpenAPI 3.1) as JSON
    Openapi,
}

/// Arguments of the commands that run a server.
#[derive(Debug, Args)]
pub(crate) struct ServerArgs {
    #[command(flatten)]
    pub(crate) settings: SettingArgs,
}

/// Arguments of `hooktide token`.
#[derive(Debug, Args)]
pub(crate) struct TokenArgs {
    /// Organisation that the token is for, as in `org_2…`; without it, the default organisation
    #[arg(value_name = "ORG")]
    pub(crate) organisation: Option<String>,

    #[command(flatten)]
    pub(crate) settings: SettingArgs,
}

/// Arguments of `hooktide sign`.
#[derive(Debug, Args)]
pub(crate) struct SignArgs {
    /// The provider, as sources name it: github, stripe, standard-webhooks, …
    pub(crate) provider: String,

    /// Where the request goes, as registered with the provider: some sign it
    pub(crate) url: String,

    /// The body; @FILE for the exact bytes of a file
    #[arg(short, long, value_name = "TEXT|@FILE", default_value = "{}")]
    pub(crate) data: String,

    /// A header of the request; may be repeated
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<String>,

    /// The method
    #[arg(short = 'X', long, value_name = "METHOD", default_value = "POST")]
    pub(crate) method: String,

    /// The file with the secret; without it, $HOOKTIDE_SIGN_SECRET
    #[arg(long, value_name = "PATH", value_hint = clap::ValueHint::FilePath)]
    pub(crate) secret_file: Option<PathBuf>,

    /// Print header lines only, as `curl -H @-` reads them
    #[arg(long = "headers")]
    pub(crate) only_headers: bool,
}

/// Arguments of `hooktide listen`.
#[derive(Args)]
pub(crate) struct ListenArgs {
    /// The source: its id or uid
    pub(crate) source: String,

    /// Where the application listens; what follows the source's URL in a request is put behind it
    #[arg(long, value_name = "URL", value_hint = clap::ValueHint::Url)]
    pub(crate) forward: String,

    /// The server
    #[arg(long, value_name = "URL", env = "HOOKTIDE_URL", default_value = "http://127.0.0.1:8071")]
    pub(crate) server: String,

    /// A token of the source's organisation, as `hooktide token` prints it; better in the environment
    #[arg(long, value_name = "TOKEN", env = "HOOKTIDE_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,

    /// Begin with what came then: now, start, so long ago (10m), or a time (2026-11-20T10:00:00Z)
    #[arg(long, value_name = "WHEN", default_value = "now", value_parser = Since::parse)]
    pub(crate) since: Since,

    /// Only events of this type; a * at its end stands for the rest; may be repeated
    #[arg(long = "filter-type", value_name = "TYPE")]
    pub(crate) filter_types: Vec<String>,

    /// Send requests on that the source refused too, as far as they are kept; otherwise they are only mentioned
    #[arg(long)]
    pub(crate) with_refused: bool,

    /// End after so many requests were sent on
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) once: Option<u64>,

    /// Keep the place in this file and begin there next time, whatever --since says
    #[arg(long, value_name = "PATH", value_hint = clap::ValueHint::FilePath)]
    pub(crate) cursor_file: Option<PathBuf>,

    /// How long the application may take for a request; one that was sent is not sent again
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = parse_duration)]
    pub(crate) timeout: Duration,

    /// How long an application that is not there is waited for, before a request is given up
    #[arg(long, value_name = "DURATION", default_value = "1m", value_parser = parse_duration)]
    pub(crate) patience: Duration,

    /// End at the first request that is given up or not answered with 2xx, and begin with it next time
    #[arg(long)]
    pub(crate) stop_on_failure: bool,

    /// Trust the authorities in this PEM file too, for the server and the application
    #[arg(long, value_name = "PATH", value_hint = clap::ValueHint::FilePath)]
    pub(crate) ca_file: Option<PathBuf>,

    /// Print JSON, an object per line
    #[arg(long)]
    pub(crate) json: bool,
}

impl std::fmt::Debug for ListenArgs {
    /// Without the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ListenArgs").field("source", &self.source).finish_non_exhaustive()
    }
}

/// Arguments of `hooktide healthcheck`.
#[derive(Debug, Args)]
pub(crate) struct HealthcheckArgs {
    /// What to ask, `http://` only; without a path, `/readyz`
    #[arg(value_name = "URL")]
    pub(crate) url: String,

    /// How long the answer may take
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = parse_duration)]
    pub(crate) timeout: Duration,
}

/// Arguments of `hooktide config`.
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    pub(crate) verb: ConfigVerb,
}

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigVerb {
    /// Report every mistake at once; exit code 0 if there is none, 2 otherwise
    Check(SettingArgs),

    /// Print each value with its origin, as a configuration file; secrets are left out
    Print {
        /// Print JSON instead
        #[arg(long)]
        json: bool,

        #[command(flatten)]
        settings: SettingArgs,
    },

    /// Print the reference of all settings as Markdown
    Reference,
}

/// Arguments of `hooktide nodes`.
#[derive(Debug, Args)]
pub(crate) struct NodesArgs {
    #[command(flatten)]
    pub(crate) settings: SettingArgs,
}

/// Arguments of `hooktide migrate`.
#[derive(Debug, Args)]
pub(crate) struct MigrateArgs {
    #[command(subcommand)]
    pub(crate) verb: MigrateVerb,
}

/// What to do with the schema.
#[derive(Debug, Subcommand)]
pub(crate) enum MigrateVerb {
    /// Print each version of the schema and when it was applied; changes nothing
    Status(SettingArgs),

    /// Apply the versions that wait, as one transaction, and print them all
    Up(SettingArgs),
}

/// Arguments of `hooktide export`.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The archive's folder: a new one, or that of an export that was interrupted
    #[arg(value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub(crate) directory: PathBuf,

    /// Rows in a file at most; an interrupted run repeats at most one file
    #[arg(long, value_name = "N", default_value = "50000", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) part_rows: u64,

    #[command(flatten)]
    pub(crate) settings: SettingArgs,
}

/// Arguments of `hooktide import`.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The archive's folder
    #[arg(value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub(crate) directory: PathBuf,

    #[command(flatten)]
    pub(crate) settings: SettingArgs,
}

/// Arguments of `hooktide completion`.
#[derive(Debug, Args)]
pub(crate) struct CompletionArgs {
    /// The shell to complete in
    pub(crate) shell: Shell,
}

/// Where settings come from on the command line.
#[derive(Debug, Args)]
pub(crate) struct SettingArgs {
    /// Configuration file [default: $HOOKTIDE_CONFIG, else hooktide.toml if there is one]
    #[arg(long = "config", value_name = "PATH", value_hint = clap::ValueHint::FilePath)]
    pub(crate) file: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) flags: SettingFlags,
}

impl SettingArgs {
    /// Merges file, environment and flags over the command's own defaults.
    pub(crate) fn load(&self, presets: Vec<Preset>) -> Result<Loaded, Failure> {
        Ok(hooktide_config::load(self.file.as_deref(), presets, self.flags.given().to_vec())?)
    }
}

/// Prints help, the version or a complaint about the command line, each to its stream.
pub(crate) fn print_answer(answer: &clap::Error) -> ExitCode {
    // Nobody is left to tell when even this cannot be printed.
    let _ = answer.print();
    ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(2))
}
