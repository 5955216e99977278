//! The bytes of a file on their way to a reader: counted, hashed, decompressed, and watched for lines without end.

use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};
use std::io::{self, Read};

/// No public data set is larger. An archive that claims more is damaged, or a trap.
pub(crate) const MAX_BYTES: u64 = 16 << 30;

/// No line of a data set is longer. A file that has one holds something else.
const MAX_LINE: u64 = 16 << 20;

/// What a gzip or a zstd file holds, or the file as it is.
pub(super) fn decompressed<'a>(mut file: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    const GZIP: &[u8] = &[0x1f, 0x8b];
    const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
    let mut magic = Vec::new();
    file.by_ref().take(4).read_to_end(&mut magic)?;
    let (is_gzip, is_zstd) = (magic.starts_with(GZIP), magic.starts_with(ZSTD));
    let whole = io::Cursor::new(magic).chain(file);
    Ok(if is_gzip {
        Box::new(Limited { source: MultiGzDecoder::new(whole), left: MAX_BYTES })
    } else if is_zstd {
        Box::new(Limited { source: zstd::Decoder::new(whole)?, left: MAX_BYTES })
    } else {
        Box::new(whole)
    })
}

/// Refuses what is longer than a data set can be, such as a small file that unpacks without end.
struct Limited<R> {
    source: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.left =
            self.left.checked_sub(read as u64).ok_or_else(|| io::Error::other("it unpacks to too many bytes"))?;
        Ok(read)
    }
}

/// Counts and hashes the bytes that are read from a file.
pub(super) struct Counted<'a, 'p> {
    pub(super) source: Box<dyn Read + 'a>,
    pub(super) bytes: &'a mut u64,
    pub(super) hash: &'a mut Sha256,
    pub(super) read: &'a mut u64,
    pub(super) progress: &'a (dyn Fn(u64) + 'p),
}

impl Read for Counted<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.hash.update(&buffer[..read]);
        *self.bytes += read as u64;
        *self.read += read as u64;
        (self.progress)(*self.read);
        Ok(read)
    }
}

/// Watches the lengths of the lines of a text.
pub(super) struct InLines<'a> {
    pub(super) source: Box<dyn Read + 'a>,
    pub(super) of_line: &'a mut u64,
}

impl Read for InLines<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        *self.of_line = match buffer[..read].iter().rposition(|&byte| byte == b'\n') {
            Some(at) => (read - at - 1) as u64,
            None => *self.of_line + read as u64,
        };
        if *self.of_line > MAX_LINE {
            return Err(io::Error::other(format!("a line has more than {MAX_LINE} bytes")));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_unpacks_to_too_much_is_an_error_and_not_cut() {
        let read = |left| Limited { source: &b"12345"[..], left }.read_to_end(&mut Vec::new());
        assert_eq!(read(5).unwrap(), 5);
        assert_eq!(read(4).unwrap_err().to_string(), "it unpacks to too many bytes");
    }
}
