//! Rows of a block: their text in one buffer, and where in it each field begins and ends.
//!
//! A field is a slice, never a string of its own. A row without doubled quotes is copied as it stands,
//! delimiters and quotes included, and its fields point past them.

/// Fields of many rows, a fixed number of columns each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    text: String,
    fields: Vec<(u32, u32)>,
    starts: Vec<u32>,
    columns: usize,
}

impl Rows {
    pub(crate) fn clear(&mut self, columns: usize) {
        self.text.clear();
        self.fields.clear();
        self.starts.clear();
        self.columns = columns;
    }

    pub(crate) fn len(&self) -> usize {
        self.starts.len()
    }

    /// Bytes of text held.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Begins a row with this text, in which its fields are to be pointed out.
    pub(crate) fn begin(&mut self, text: &str) {
        self.starts.push(count(self.text.len()));
        self.text.push_str(text);
    }

    /// Points out a field, in bytes from the row's start.
    pub(crate) fn field(&mut self, from: usize, to: usize) {
        let start = self.starts.last().copied().unwrap_or_default();
        self.fields.push((start.saturating_add(count(from)), start.saturating_add(count(to))));
    }

    /// Appends text to the row begun last, and points it out as a field.
    pub(crate) fn push_field(&mut self, text: &str) {
        let from = count(self.text.len());
        self.text.push_str(text);
        self.fields.push((from, count(self.text.len())));
    }

    /// Forgets the row begun last.
    pub(crate) fn undo(&mut self) {
        if let Some(start) = self.starts.pop() {
            self.text.truncate(usize::try_from(start).unwrap_or(usize::MAX));
        }
        self.fields.truncate(self.starts.len() * self.columns);
    }

    pub(crate) fn row(&self, row: usize) -> Row<'_> {
        let from = row * self.columns;
        let fields = self.fields.get(from..from + self.columns).unwrap_or_default();
        Row { text: &self.text, fields }
    }

    /// The fields of the only row, when their number was not known before.
    pub(crate) fn fields_of_only_row(&self) -> impl Iterator<Item = &str> {
        let row = Row { text: &self.text, fields: &self.fields };
        (0..self.fields.len()).map(move |column| row.get(column))
    }

    pub(crate) fn last(&self) -> Row<'_> {
        self.row(self.len().saturating_sub(1))
    }
}

/// Offsets fit: a block closes at a few megabytes.
fn count(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// One row's fields.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    text: &'a str,
    fields: &'a [(u32, u32)],
}

impl<'a> Row<'a> {
    /// A field; empty if there is no such column.
    pub(crate) fn get(&self, column: usize) -> &'a str {
        let Some(&(from, to)) = self.fields.get(column) else {
            return "";
        };
        let range = usize::try_from(from).unwrap_or(0)..usize::try_from(to).unwrap_or(0);
        self.text.get(range).unwrap_or_default()
    }
}
