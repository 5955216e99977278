//! Fuzzes the target `ncf_files`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ract_fuzz::run("ncf_files", bytes));
