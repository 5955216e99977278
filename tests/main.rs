//! The command as a whole program: one subject a file. They are one binary, since each binary takes its time to be linked.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod actors;
mod baseline;
#[cfg(target_os = "linux")]
mod faults;
mod json;
mod kept;
mod ncf;
mod outcomes;
mod pages;
mod paper;
mod precision;
mod prepare;
mod presets;
mod recommend;
mod report;
mod run;
mod same_bits;
mod serve;
mod show;
mod significance;
mod speed;
mod splits;
mod support;
mod synth;
mod verify;
mod walkthrough;
