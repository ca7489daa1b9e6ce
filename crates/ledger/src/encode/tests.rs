//! What is encoded here is read back by the crate `parquet`, value by value and bound by bound.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use bytes::Bytes;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::writer::SerializedFileWriter;
use proptest::prelude::*;

use super::*;

/// One row of a table with a column for each way of encoding.
#[derive(Clone, Debug, Default)]
struct Line {
    required: i64,
    optional: Option<i64>,
    few: Option<i32>,
    text: String,
    name: Option<&'static str>,
}

const NAMES: [&str; 4] = ["mirai", "qakbot", "", "居延"];

fn schema() -> Schema {
    Schema::new(vec![
        Field::new("required", DataType::Int64, false),
        Field::new("optional", DataType::Int64, true),
        Field::new("few", DataType::Int32, true),
        Field::new("text", DataType::Utf8, true),
        Field::new("name", DataType::Utf8, true),
        Field::new("truth", DataType::Boolean, false),
    ])
}

fn encode(lines: &[Line]) -> Bytes {
    let descriptor = ArrowSchemaConverter::new().convert(&schema()).unwrap();
    let columns = descriptor.columns();
    let mut writer =
        SerializedFileWriter::new(Vec::new(), descriptor.root_schema_ptr(), Arc::default())
            .unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut encoder = Encoder::new().unwrap();
    let order: Vec<u32> = (0..u32::try_from(lines.len()).unwrap()).rev().collect();
    let line = |row: u32| &lines[usize::try_from(row).unwrap()];
    let chunk =
        encoder.numbers(&columns[0], &order, About::Extremes, |row| Some(line(row).required));
    chunk.unwrap().append_to(&mut group).unwrap();
    let chunk = encoder.numbers(&columns[1], &order, About::Everything, |row| line(row).optional);
    chunk.unwrap().append_to(&mut group).unwrap();
    let code = |row| line(row).few.map_or(ABSENT, |few| few.rem_euclid(1000).unsigned_abs());
    let few = |code: u32| Some(Value::Integer(i32::try_from(code).unwrap()));
    let chunk = encoder.coded(&columns[2], &order, (About::Nothing, false), (code, few));
    chunk.unwrap().append_to(&mut group).unwrap();
    let chunk = encoder.texts(&columns[3], &order, About::Everything, |row| &line(row).text);
    chunk.unwrap().append_to(&mut group).unwrap();
    let code = |row| {
        let name = line(row).name;
        let place = NAMES.iter().position(|&known| Some(known) == name);
        place.map_or(ABSENT, |place| u32::try_from(place).unwrap())
    };
    let name = |code: u32| Some(Value::Text(NAMES[usize::try_from(code).unwrap()]));
    let chunk = encoder.coded(&columns[4], &order, (About::Extremes, true), (code, name));
    chunk.unwrap().append_to(&mut group).unwrap();
    let chunk = encoder.truth(&columns[5], lines.len(), true);
    chunk.unwrap().append_to(&mut group).unwrap();
    group.close().unwrap();
    writer.into_inner().unwrap().into()
}

fn read(file: Bytes) -> Vec<Line> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let mut lines: Vec<Line> = reader.flat_map(|batch| lines_of(&batch.unwrap())).collect();
    lines.reverse();
    lines
}

fn lines_of(batch: &RecordBatch) -> Vec<Line> {
    let long = |place: usize, row: usize| {
        let column = batch.column(place).as_primitive::<Int64Type>();
        (!column.is_null(row)).then(|| column.value(row))
    };
    let text = |place: usize, row: usize| {
        let column = batch.column(place).as_string::<i32>();
        (!column.is_null(row)).then(|| column.value(row).to_owned())
    };
    let few = batch.column(2).as_primitive::<Int32Type>();
    let truth = batch.column(5).as_boolean();
    (0..batch.num_rows())
        .map(|row| {
            assert!(truth.value(row));
            let name = text(4, row);
            Line {
                required: long(0, row).unwrap(),
                optional: long(1, row),
                few: (!few.is_null(row)).then(|| few.value(row)),
                text: text(3, row).unwrap_or_default(),
                name: NAMES.into_iter().find(|&known| Some(known) == name.as_deref()),
            }
        })
        .collect()
}

fn line() -> impl Strategy<Value = Line> {
    let name = proptest::option::of(proptest::sample::select(NAMES.to_vec()));
    let wide = prop_oneof![any::<i64>(), 0..100_i64, Just(i64::MIN), Just(i64::MAX)];
    let optional = proptest::option::of(prop_oneof![any::<i64>(), 5..7_i64]);
    let few = proptest::option::of(0..1000_i32);
    (wide, optional, few, ".{0,12}", name).prop_map(|(required, optional, few, text, name)| Line {
        required,
        optional,
        few,
        text,
        name,
    })
}

fn same(written: &[Line], read: &[Line]) {
    assert_eq!(format!("{written:?}"), format!("{read:?}"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_value_comes_back(lines in proptest::collection::vec(line(), 1..600)) {
        same(&lines, &read(encode(&lines)));
    }

    #[test]
    fn runs_come_back_however_they_lie_among_other_values(
        runs in proptest::collection::vec((line(), 1..40_usize), 1..40),
    ) {
        let lines: Vec<Line> =
            runs.into_iter().flat_map(|(line, times)| vec![line; times]).collect();
        same(&lines, &read(encode(&lines)));
    }
}

#[test]
fn columns_of_several_pages_come_back_and_so_do_those_without_a_value() {
    let line = |number: i64| Line {
        required: number * number,
        text: number.to_string(),
        ..Line::default()
    };
    let lines: Vec<Line> = (0..40_000).map(line).collect();
    same(&lines, &read(encode(&lines)));
}

#[test]
fn groups_pages_and_filters_say_what_may_be_in_them() {
    let line = |number: i64| Line {
        optional: (number >= 20_000).then_some(number),
        name: Some("qakbot"),
        ..Line::default()
    };
    let file = encode(&(0..40_000).map(line).collect::<Vec<_>>());
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
    let reader = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options).unwrap();
    let group = reader.metadata().row_group(0);
    let about = group.column(1).statistics().unwrap();
    assert_eq!(
        (about.null_count_opt(), about.min_bytes_opt()),
        (Some(20_000), Some(&20_000_i64.to_le_bytes()[..]))
    );
    assert_eq!(group.column(4).statistics().unwrap().max_bytes_opt(), Some(&b"qakbot"[..]));
    assert!(group.column(2).statistics().is_none());
    let ColumnIndexMetaData::INT64(pages) = &reader.metadata().column_index().unwrap()[0][1] else {
        panic!("pages of numbers have numbers for bounds")
    };
    let bounds = |page| (pages.min_value(page).copied(), pages.max_value(page).copied());
    // The rows stand in reverse.
    assert_eq!(
        [bounds(0), bounds(1), bounds(2)],
        [(Some(23_616), Some(39_999)), (Some(20_000), Some(23_615)), (None, None),]
    );
    let bloom = reader.get_row_group_column_bloom_filter(0, 1).unwrap().unwrap();
    assert!((20_000..40_000_i64).all(|number| bloom.check(&number)));
    let wrong = (0..20_000_i64).filter(|number| bloom.check(number)).count();
    assert!(wrong < 400, "{wrong}");
}
