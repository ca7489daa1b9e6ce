//! Limits: how much of anything one delivery may ask for. Input past a limit is refused, not trusted.

use std::ops::RangeInclusive;

use jiff::Timestamp;

/// Bounds on what is read. The defaults fit the largest real reports with room to spare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one record, whether on one physical line or on several.
    pub max_line_bytes: usize,
    /// Bytes of one record of a JSON or XML document, or of one mail: it is held in memory as a whole, parsed.
    pub max_document_bytes: usize,
    /// Rows that one record may come to: the addresses of one event, the attributes of another.
    pub max_rows_per_record: usize,
    /// When the delivery came in, for feeds whose rows do not say when they were seen.
    pub received_at: Option<Timestamp>,
    /// Physical lines that one record with quoted line breaks may span.
    pub max_record_lines: u64,
    /// Columns of a header.
    pub max_columns: usize,
    /// Bytes of the whole delivery once unpacked.
    pub max_plain_bytes: u64,
    /// Records, understood or not, that one block holds at most.
    pub rows_per_block: usize,
    /// Bytes of text at which a block is closed though it has room for more rows.
    pub bytes_per_block: usize,
    /// The span in which a row may have been seen, both ends included. A delivery whose clock is wrong, or
    /// that lies, must not open partitions for a thousand years.
    pub seen: RangeInclusive<Timestamp>,
    /// Different threats that one delivery may name; rows that name more are refused. Each threat may
    /// become an incident, and a feed that invents names must not flood the desk with them.
    pub max_threats: usize,
    /// Refused rows at which a block is closed, so that a delivery of rubbish stays small in memory.
    pub quarantined_per_block: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_line_bytes: 256 << 10,
            max_document_bytes: 8 << 20,
            max_rows_per_record: 100_000,
            received_at: None,
            max_record_lines: 1024,
            max_columns: 1024,
            max_plain_bytes: 64 << 30,
            // A block goes through several hands: larger, it has left the cache before the next one looks at it.
            rows_per_block: 4 << 10,
            bytes_per_block: 8 << 20,
            seen: Timestamp::MIN..=Timestamp::MAX,
            max_threats: 5_000,
            quarantined_per_block: 4096,
        }
    }
}
