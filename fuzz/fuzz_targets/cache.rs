//! Fuzzes the target `cache`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ract_fuzz::run("cache", bytes));
