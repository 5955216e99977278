//! The `ract` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    ract::commands::main()
}
