//! Unpacking: plain, gzip or zstd in, plain bytes out. The kind is told by the first bytes, never by a
//! file name, because names lie. Not bounded here: `lines` counts what comes out.

use std::io::{self, Cursor, Read};

use flate2::read::MultiGzDecoder;

/// Window of the zstd decoder, as a power of two: 128 MiB, what the `zstd` tool itself accepts.
const ZSTD_WINDOW_LOG: u32 = 27;

/// The plain bytes of an input that may be gzip or zstd. Bound what you read of it: a small file may
/// unpack to any size.
///
/// # Errors
/// When the first bytes cannot be read.
pub fn unpack<R: Read>(input: R) -> io::Result<impl Read> {
    Plain::new(input)
}

type Whole<R> = io::Chain<Cursor<Vec<u8>>, R>;
type Zstd<R> = zstd::stream::read::Decoder<'static, io::BufReader<Whole<R>>>;

/// The plain bytes of an input that may have been packed.
pub(crate) enum Plain<R: Read> {
    AsItIs(Whole<R>),
    Gzip(Box<MultiGzDecoder<Whole<R>>>),
    Zstd(Box<Zstd<R>>),
}

impl<R: Read> Plain<R> {
    pub(crate) fn new(mut input: R) -> io::Result<Self> {
        let mut magic = Vec::with_capacity(4);
        input.by_ref().take(4).read_to_end(&mut magic)?;
        let (gzip, zstd) = (magic.starts_with(&[0x1f, 0x8b]), is_zstd(&magic));
        let whole = Cursor::new(magic).chain(input);
        if gzip {
            return Ok(Self::Gzip(Box::new(MultiGzDecoder::new(whole))));
        }
        if zstd {
            let mut decoder = zstd::stream::read::Decoder::new(whole)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            return Ok(Self::Zstd(Box::new(decoder)));
        }
        Ok(Self::AsItIs(whole))
    }
}

/// A zstd frame, or a skippable frame before one (RFC 8878 §3.1).
fn is_zstd(magic: &[u8]) -> bool {
    magic == [0x28, 0xb5, 0x2f, 0xfd] || matches!(magic, [0x50..=0x5f, 0x2a, 0x4d, 0x18])
}

impl<R: Read> Read for Plain<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::AsItIs(input) => input.read(buffer),
            Self::Gzip(input) => input.read(buffer),
            Self::Zstd(input) => input.read(buffer),
        }
    }
}
