//! Fuzzes the target `run_folder`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ract_fuzz::run("run_folder", bytes));
