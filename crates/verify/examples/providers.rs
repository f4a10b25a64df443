//! Prints the page of the reference that lists providers: `cargo run -p hooktide-verify --example providers`.

use std::io::Write;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(hooktide_verify::reference().as_bytes())
}
