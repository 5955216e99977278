//! `ract completions`: what makes a shell complete the command's words.

use super::Cli;
use crate::Result;
use clap::CommandFactory;
use clap_complete::Shell;

#[derive(clap::Args)]
#[command(after_help = "bash: ract completions bash > ~/.local/share/bash-completion/completions/ract\n\
                        zsh:  ract completions zsh > a folder of $fpath, as _ract\n\
                        fish: ract completions fish > ~/.config/fish/completions/ract.fish")]
pub(crate) struct Args {
    shell: Shell,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "ract", &mut text);
    super::print(&String::from_utf8_lossy(&text))
}
