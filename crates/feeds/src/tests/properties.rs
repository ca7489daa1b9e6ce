//! What holds for any input at all: nothing panics, nothing is lost, and how it arrives is no matter.

use super::*;

/// A reader that gives one byte at a time, as a slow network may.
struct Drip<'a>(&'a [u8]);

impl Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let end = buffer.len().min(1);
        self.0.read(&mut buffer[..end])
    }
}

fn small() -> Limits {
    Limits {
        max_line_bytes: 200,
        max_record_lines: 8,
        rows_per_block: 7,
        bytes_per_block: 500,
        quarantined_per_block: 5,
        ..Limits::default()
    }
}

/// Lines that are nearly rows: good ones, cut ones, and ones with quotes and rubbish put in.
fn nearly_rows() -> impl Strategy<Value = Vec<u8>> {
    let good = "2026-03-24 00:00:0[0-9],10\\.0\\.0\\.[0-9]{1,3},[0-9]{0,5},(mirai|\"qak\"\"bot\"|),,[a-z\"]{0,6}";
    let line = prop_oneof![
        4 => good.prop_map(String::into_bytes),
        1 => "[\",\r a0]{0,12}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..260),
    ];
    prop::collection::vec(line, 0..40).prop_map(|lines| {
        let mut input = SINKHOLE.as_bytes().to_vec();
        input.extend(lines.join(&b'\n'));
        input
    })
}

fn accounts_for_everything(outcome: &Outcome) {
    let lines = outcome.rows.iter().map(|row| row["line"].as_u64().unwrap());
    let mut lines: Vec<u64> = lines.chain(outcome.quarantined.iter().map(|row| row.0)).collect();
    assert_eq!(u64::try_from(lines.len()).unwrap(), outcome.records);
    lines.sort_unstable();
    assert!(lines.windows(2).all(|pair| pair[0] < pair[1]), "a line was counted twice");
    assert!(outcome.quarantined.iter().all(|row| row.2.len() <= 2048));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn no_bytes_at_all_can_break_the_reader(input: Vec<u8>) {
        for mapping in [sinkhole(), Catalogue::builtin().get("generic/ndjson").unwrap()] {
            accounts_for_everything(&read(&input[..], mapping, &small()));
        }
    }

    #[test]
    fn every_record_is_a_row_or_in_quarantine(input in nearly_rows()) {
        let outcome = read(&input[..], sinkhole(), &small());
        accounts_for_everything(&outcome);
        if !input.contains(&b'"') {
            let lines = input.split(|&byte| byte == b'\n').skip(1);
            let count = lines.filter(|line| !matches!(line, [] | [b'\r'])).count();
            prop_assert_eq!(u64::try_from(count).unwrap(), outcome.records);
        }
    }

    #[test]
    fn it_is_no_matter_how_the_bytes_arrive(input in nearly_rows()) {
        let whole = read(&input[..], sinkhole(), &small());
        prop_assert_eq!(&read(Drip(&input), sinkhole(), &small()), &whole);
        prop_assert_eq!(&read(&gzip(&input)[..], sinkhole(), &small()), &whole);
        prop_assert_eq!(&read(&zstd(&input)[..], sinkhole(), &small()), &whole);
    }

    #[test]
    fn a_packed_stream_bent_or_cut_breaks_nothing(
        input in nearly_rows(), at: prop::sample::Index, byte: u8, zip: bool, cut: bool,
    ) {
        let mut packed = if zip { gzip(&input) } else { zstd(&input) };
        let at = at.index(packed.len());
        packed[at] = byte;
        if cut {
            packed.truncate(at);
        }
        accounts_for_everything(&read(&packed[..], sinkhole(), &small()));
    }

    #[test]
    fn what_was_quoted_properly_is_read_back(
        agents in prop::collection::vec("[a-z\",\r\n é居]{1,12}", 1..20),
    ) {
        let mut input = SINKHOLE.to_owned();
        for agent in &agents {
            let agent = agent.replace('"', "\"\"");
            input += "2026-03-24 00:00:00,10.0.0.1,1,mirai,,\"";
            input += &agent;
            input += "\"\r\n";
        }
        let limits = Limits::default();
        let outcome = read(input.as_bytes(), sinkhole(), &limits);
        let back: Vec<_> = outcome.rows.iter().map(|row| row["event"]["extra.http_agent"].as_str().unwrap()).collect();
        prop_assert_eq!(back, agents);
    }

    #[test]
    fn objects_lose_nothing(
        ip in any::<u32>(), name in "[a-z]{1,8}", text in "\\PC{1,20}", number in any::<i64>(),
    ) {
        let ip = std::net::Ipv4Addr::from_bits(ip | 1).to_string();
        let line = json!({ "time": 0, "ip": ip, format!("x{name}"): text, "n": { "a": number } });
        let mapping = Catalogue::builtin().get("generic/ndjson").unwrap();
        let outcome = read(line.to_string().as_bytes(), mapping, &Limits::default());
        let wanted = json!({ format!("extra.x{name}"): text, "extra.n.a": number });
        prop_assert_eq!(&outcome.rows[0]["details"], &wanted);
    }

    #[test]
    fn no_text_breaks_the_parser_of_mappings(text in "\\PC{0,80}") {
        drop(Mapping::from_toml(&text, "any"));
    }
}
