-- A second fence around the journal, in SQLite's own words (each engine writes triggers its own way).
--
-- The first fence is that no statement of this crate alters an entry; the proof is the chain of
-- hashes. These triggers stop a slip of the hand with another tool, not an adversary who owns the file.

CREATE TRIGGER journal_is_never_altered
BEFORE UPDATE ON journal
BEGIN
  SELECT RAISE(ABORT, 'the journal is append-only: an entry is never altered');
END;

CREATE TRIGGER journal_is_never_cut
BEFORE DELETE ON journal
BEGIN
  SELECT RAISE(ABORT, 'the journal is append-only: an entry is never removed');
END;

CREATE TRIGGER journal_grows_by_one
BEFORE INSERT ON journal
WHEN NEW.sequence <> (SELECT entries + 1 FROM journal_head WHERE one_row = 1)
  OR NEW.previous <> (SELECT hash FROM journal_head WHERE one_row = 1)
BEGIN
  SELECT RAISE(ABORT, 'the journal is append-only: an entry goes to its end');
END;

CREATE TRIGGER journal_head_follows_the_last_entry
BEFORE UPDATE ON journal_head
WHEN NEW.entries <> OLD.entries + 1
  OR NEW.hash IS NOT (SELECT hash FROM journal WHERE sequence = NEW.entries)
BEGIN
  SELECT RAISE(ABORT, 'the head of the journal follows its last entry');
END;

CREATE TRIGGER journal_head_stays
BEFORE DELETE ON journal_head
BEGIN
  SELECT RAISE(ABORT, 'the head of the journal stays');
END;
