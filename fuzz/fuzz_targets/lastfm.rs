//! Fuzzes the target `lastfm`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ract_fuzz::run("lastfm", bytes));
