//! Keys of pages: an instant and an id, written `1764_….0193…`.

use std::fmt::Display;
use std::str::FromStr;

use jiff::Timestamp;

use crate::AppError;

/// Writes a key; no instant is written `-`.
pub(crate) fn write(at: Option<Timestamp>, id: impl Display) -> String {
    match at {
        Some(at) => format!("{}.{id}", at.as_microsecond()),
        None => format!("-.{id}"),
    }
}

/// Reads a key that [`write()`] wrote.
pub(crate) fn read<T: FromStr>(key: &str) -> Result<(Option<Timestamp>, T), AppError> {
    let bad =
        || AppError::BadInput(format!("`{key}` is not a key of this list: take one that it gave"));
    let (at, id) = key.split_once('.').ok_or_else(bad)?;
    let at = match at {
        "-" => None,
        micros => {
            let micros = micros.parse().map_err(|_| bad())?;
            Some(Timestamp::from_microsecond(micros).map_err(|_| bad())?)
        }
    };
    Ok((at, id.parse().map_err(|_| bad())?))
}

/// The same where an instant is always there.
pub(crate) fn read_dated<T: FromStr>(key: &str) -> Result<(Timestamp, T), AppError> {
    match read(key)? {
        (Some(at), id) => Ok((at, id)),
        (None, _) => Err(AppError::BadInput(format!("`{key}` is not a key of this list"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_and_rubbish_does_not() {
        let at = Timestamp::from_microsecond(1_700_000_000_000_001).unwrap();
        assert_eq!(read::<u32>(&write(Some(at), 7)).unwrap(), (Some(at), 7));
        assert_eq!(read::<u32>(&write(None, 7)).unwrap(), (None, 7));
        for rubbish in ["", "7", "x.7", "1.x", "99999999999999999999.1"] {
            assert!(read::<u32>(rubbish).is_err(), "{rubbish}");
        }
    }
}
