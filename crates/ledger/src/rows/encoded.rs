//! Rows as a row group: each column in the order of the schema, its values gathered in the order of addresses.

use std::io::Write;

use model::{Holding, Ip};
use parquet::basic::Type;
use parquet::errors::ParquetError;
use parquet::file::writer::SerializedRowGroupWriter;
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor};

use super::{Meaning, Rows, Written};
use crate::encode::{ABSENT, About, Encoder, Numbers, Value};
use crate::names::{at, index};
use crate::schema;

impl Rows {
    /// Encodes all rows as one row group, ascending by address.
    pub(crate) fn encode<W: Write + Send>(
        &self,
        again: bool,
        meaning: &Meaning<'_>,
        (encoder, schema): (&mut Encoder, &SchemaDescriptor),
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<(), ParquetError> {
        let order = self.order();
        let (v6, destination_v6) = (v6(&self.ip), v6(&self.destination_ip));
        let (numbers, codes) = (Numbers::default(), Vec::new());
        let mut columns =
            Columns { rows: self, order: &order, meaning, encoder, numbers, codes, group };
        let v4 = |ip: Ip| ip.v4().map(i64::from);
        for column in schema.columns() {
            match column.name() {
                schema::SEEN => columns.numbers(column, EXTREMES, |row| Some(at(&self.seen, row))),
                schema::LAST_SEEN => {
                    columns.numbers(column, EXTREMES, |row| Some(at(&self.last_seen, row)))
                }
                schema::COUNT => {
                    columns.few(column, |row| i64::try_from(at(&self.count, row)).ok())
                }
                schema::HOURS => columns.few(column, |row| Some(i64::from(at(&self.hours, row)))),
                schema::AGAIN => columns.truth(column, again),
                schema::IP_V4 => columns.numbers(column, EVERYTHING, |row| v4(at(&self.ip, row))),
                schema::IP_V6 => columns.texts(column, EVERYTHING, &v6),
                schema::PORT => columns.numbers(column, NOTHING, |row| port(at(&self.port, row))),
                schema::DOMAIN => columns.texts(column, EXTREMES, &self.domain),
                schema::URL => columns.texts(column, EXTREMES, &self.url),
                schema::THREAT => columns.names(column, EXTREMES, &self.threat),
                schema::CLASSIFICATION => columns.names(column, NOTHING, &self.classification),
                schema::TRANSPORT => columns.names(column, NOTHING, &self.transport),
                schema::DESTINATION_V4 => {
                    columns.few(column, |row| v4(at(&self.destination_ip, row)))
                }
                schema::DESTINATION_V6 => columns.texts(column, NOTHING, &destination_v6),
                schema::DESTINATION_PORT => {
                    columns.few(column, |row| port(at(&self.destination_port, row)))
                }
                schema::DESTINATION_DOMAIN => {
                    columns.names(column, EXTREMES, &self.destination_domain)
                }
                schema::STATED_ASN => {
                    columns.few(column, |row| positive(at(&self.stated_asn, row)))
                }
                schema::ORGANISATION => columns.held(column, EXTREMES, |holding| {
                    holding.organisation.as_ref().map(|o| Value::Text(o.as_str()))
                }),
                schema::PROVINCE => columns.held(column, EXTREMES, |holding| {
                    holding.province.as_ref().map(|p| Value::Text(p.as_str()))
                }),
                schema::ASN => columns.held(column, EXTREMES, |holding| {
                    holding.asn.map(|asn| Value::Long(i64::from(asn.number())))
                }),
                schema::AS_NAME => columns.held(column, NOTHING, |holding| {
                    holding.as_name.as_deref().filter(|n| !n.is_empty()).map(Value::Text)
                }),
                schema::DELIVERY => columns.same(column, meaning.delivery),
                schema::LINE => columns.numbers(column, NOTHING, |row| {
                    i64::try_from(at(&self.line, row)).ok().filter(|&line| line > 0)
                }),
                schema::FORM => columns.names(column, NOTHING, &self.form),
                schema::DETAILS => columns.texts(column, NOTHING, &self.details),
                other => Err(ParquetError::NYI(format!("there is nothing to write of `{other}`"))),
            }?;
        }
        Ok(())
    }
}

const NOTHING: About = About::Nothing;
const EXTREMES: About = About::Extremes;
const EVERYTHING: About = About::Everything;

fn port(port: u16) -> Option<i64> {
    positive(u32::from(port))
}

fn positive(number: u32) -> Option<i64> {
    Some(i64::from(number)).filter(|&number| number > 0)
}

/// IPv6 addresses as they are written.
fn v6(addresses: &[Ip]) -> Written {
    let mut column = Written::default();
    for &ip in addresses {
        if !ip.is_none() && !ip.is_v4() {
            schema::write_v6(ip, &mut column.text);
        }
        column.ends.push(column.text.len());
    }
    column
}

/// The columns of a row group on their way into the file.
struct Columns<'a, 'f, W: Write> {
    rows: &'a Rows,
    /// The rows as they will stand.
    order: &'a [u32],
    meaning: &'a Meaning<'a>,
    encoder: &'a mut Encoder,
    numbers: Numbers,
    codes: Vec<u32>,
    group: &'a mut SerializedRowGroupWriter<'f, W>,
}

impl<W: Write + Send> Columns<'_, '_, W> {
    fn numbers(
        &mut self,
        column: &ColumnDescPtr,
        about: About,
        value: impl Fn(usize) -> Option<i64>,
    ) -> Result<(), ParquetError> {
        let value = |row| value(index(row));
        self.encoder.numbers(column, self.order, about, value)?.append_to(self.group)
    }

    /// Numbers of which few differ.
    fn few(
        &mut self,
        column: &ColumnDescPtr,
        value: impl Fn(usize) -> Option<i64>,
    ) -> Result<(), ParquetError> {
        self.numbers.clear();
        let code = |row| value(row).map_or(ABSENT, |value| self.numbers.code(value));
        self.codes.clear();
        self.codes.extend((0..self.rows.len()).map(code));
        let codes = &self.codes;
        let is_long = column.physical_type() == Type::INT64;
        let value = |code| match self.numbers.get(code)? {
            long if is_long => Some(Value::Long(long)),
            short => i32::try_from(short).ok().map(Value::Integer),
        };
        let about = (NOTHING, false);
        let code = |row| at(codes, index(row));
        self.encoder.coded(column, self.order, about, (code, value))?.append_to(self.group)
    }

    fn truth(&mut self, column: &ColumnDescPtr, truth: bool) -> Result<(), ParquetError> {
        self.encoder.truth(column, self.order.len(), truth)?.append_to(self.group)
    }

    fn texts(
        &mut self,
        column: &ColumnDescPtr,
        about: About,
        texts: &Written,
    ) -> Result<(), ParquetError> {
        let text = |row| texts.get(index(row));
        self.encoder.texts(column, self.order, about, text)?.append_to(self.group)
    }

    /// Texts by code, the empty one absent where the column allows it.
    fn names(
        &mut self,
        column: &ColumnDescPtr,
        about: About,
        codes: &[u32],
    ) -> Result<(), ParquetError> {
        let names = self.meaning.names;
        let is_nullable = column.max_def_level() > 0;
        let name = |code| Some(names.get(code)).filter(|name| !is_nullable || !name.is_empty());
        let code = |row| at(codes, index(row));
        let about = (about, true);
        self.encoder
            .coded(column, self.order, about, (code, |code| name(code).map(Value::Text)))?
            .append_to(self.group)
    }

    /// What is said of the holding.
    fn held<'t>(
        &'t mut self,
        column: &ColumnDescPtr,
        about: About,
        what: impl Fn(&'t Holding) -> Option<Value<'t>>,
    ) -> Result<(), ParquetError> {
        let (holdings, codes) = (self.meaning.holdings, &self.rows.holding);
        let value = |code| holdings.get(index(code)).and_then(&what);
        let code = |row| at(codes, index(row));
        let about = (about, false);
        self.encoder.coded(column, self.order, about, (code, value))?.append_to(self.group)
    }

    /// The same text in every row.
    fn same(&mut self, column: &ColumnDescPtr, text: &str) -> Result<(), ParquetError> {
        let text = |_| Some(Value::Text(text));
        self.encoder
            .coded(column, self.order, (NOTHING, false), (|_| 0, text))?
            .append_to(self.group)
    }
}
