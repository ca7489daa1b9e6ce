//! Numbers in as few bits as they need: the three ways of Parquet to write many of them.

/// Values of a block of differences, and of each of its four parts, which have a width each.
const BLOCK: usize = 128;
const PART: usize = 32;

/// Appends a number as LEB128.
pub(super) fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(low_byte(number | 0x80));
        number >>= 7;
    }
    out.push(low_byte(number));
}

/// Small numbers of either sign as small numbers.
pub(super) fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63).cast_unsigned()
}

fn low_byte(number: u64) -> u8 {
    let [low, ..] = number.to_le_bytes();
    low
}

/// How many bits a number takes.
pub(super) fn width(number: u64) -> u32 {
    u64::BITS - number.leading_zeros()
}

/// Appends numbers of a width, the low bits first, and fills up the last byte.
fn pack(out: &mut Vec<u8>, width: u32, numbers: impl Iterator<Item = u64>) {
    if width == 0 {
        return;
    }
    let (mut word, mut filled) = (0_u64, 0_u32);
    for number in numbers {
        word |= number << filled;
        filled += width;
        if filled >= u64::BITS {
            out.extend_from_slice(&word.to_le_bytes());
            filled -= u64::BITS;
            // What of the number had no room; nothing, if it just fitted.
            word = number.checked_shr(width - filled).unwrap_or_default();
        }
    }
    let bytes = usize::try_from(filled.div_ceil(8)).unwrap_or_default();
    out.extend_from_slice(word.to_le_bytes().get(..bytes).unwrap_or_default());
}

/// Appends numbers as `DELTA_BINARY_PACKED`: the first, then differences in blocks.
pub(super) fn delta(out: &mut Vec<u8>, numbers: &[i64]) {
    varint(out, length(BLOCK));
    varint(out, length(BLOCK / PART));
    varint(out, length(numbers.len()));
    let Some((&first, rest)) = numbers.split_first() else {
        return varint(out, 0);
    };
    varint(out, zigzag(first));
    let mut before = first;
    let mut steps = [0_i64; BLOCK];
    for block in rest.chunks(BLOCK) {
        let mut least = i64::MAX;
        for (step, &number) in steps.iter_mut().zip(block) {
            *step = number.wrapping_sub(before);
            least = least.min(*step);
            before = number;
        }
        varint(out, zigzag(least));
        let above = |part: &[i64]| part.iter().fold(0, |bits, &step| bits | over(step, least));
        let steps = steps.get(..block.len()).unwrap_or_default();
        let mut widths = [0_u8; BLOCK / PART];
        for (wide, part) in widths.iter_mut().zip(steps.chunks(PART)) {
            *wide = u8::try_from(width(above(part))).unwrap_or_default();
        }
        out.extend_from_slice(&widths);
        for (wide, part) in widths.iter().zip(steps.chunks(PART)) {
            // A part that is there at all is there in full.
            let padding = std::iter::repeat_n(0, PART - part.len());
            pack(out, u32::from(*wide), part.iter().map(|&step| over(step, least)).chain(padding));
        }
    }
}

fn over(step: i64, least: i64) -> u64 {
    step.wrapping_sub(least).cast_unsigned()
}

/// Values that are packed together, and the fewest that are worth a run.
const GROUP: usize = 8;

/// Appends numbers of a width, runs of the same one as such and the others packed.
pub(super) fn hybrid(out: &mut Vec<u8>, width: u32, mut numbers: &[u32]) {
    let mut packed = numbers;
    let mut waiting = 0;
    while let Some((group, _)) = numbers.split_first_chunk::<GROUP>() {
        let [first, others @ ..] = group;
        if others.iter().any(|other| other != first) {
            numbers = numbers.get(GROUP..).unwrap_or_default();
            waiting += GROUP;
            continue;
        }
        let same = numbers.iter().position(|number| number != first).unwrap_or(numbers.len());
        groups(out, width, packed.get(..waiting).unwrap_or_default());
        varint(out, length(same) << 1);
        let bytes = usize::try_from(width.div_ceil(8)).unwrap_or_default();
        out.extend_from_slice(first.to_le_bytes().get(..bytes).unwrap_or_default());
        numbers = numbers.get(same..).unwrap_or_default();
        (packed, waiting) = (numbers, 0);
    }
    groups(out, width, packed);
}

fn groups(out: &mut Vec<u8>, width: u32, numbers: &[u32]) {
    if numbers.is_empty() {
        return;
    }
    let groups = numbers.len().div_ceil(GROUP);
    varint(out, length(groups) << 1 | 1);
    let padding = std::iter::repeat_n(0, groups * GROUP - numbers.len());
    pack(out, width, numbers.iter().map(|&number| u64::from(number)).chain(padding));
}

/// Appends which of so many values are there, as definition levels with their length before them.
pub(super) fn presence(
    out: &mut Vec<u8>,
    there: impl ExactSizeIterator<Item = bool>,
    count: usize,
) {
    let all = there.len();
    let before = out.len();
    out.extend_from_slice(&[0; 4]);
    if count == 0 || count == all {
        varint(out, length(all) << 1);
        out.push(u8::from(count > 0));
    } else {
        let groups = all.div_ceil(GROUP);
        varint(out, length(groups) << 1 | 1);
        let padding = std::iter::repeat_n(0, groups * GROUP - all);
        pack(out, 1, there.map(u64::from).chain(padding));
    }
    let taken = u32::try_from(out.len() - before - 4).unwrap_or_default();
    if let Some(length) = out.get_mut(before..before + 4) {
        length.copy_from_slice(&taken.to_le_bytes());
    }
}

/// Appends so many times the same truth, a bit each.
pub(super) fn truths(out: &mut Vec<u8>, truth: bool, count: usize) {
    let byte = if truth { 0xff } else { 0 };
    out.extend(std::iter::repeat_n(byte, count.div_ceil(8)));
}

fn length(count: usize) -> u64 {
    u64::try_from(count).unwrap_or_default()
}
