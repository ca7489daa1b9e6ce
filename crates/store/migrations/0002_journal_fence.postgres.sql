-- A second fence around the journal, in PostgreSQL's own words (each engine writes triggers its own way).
--
-- The first fence is that no statement of this crate alters an entry; the proof is the chain of
-- hashes. These triggers stop a slip of the hand with another tool, not an adversary who owns the database.

CREATE FUNCTION journal_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the journal is append-only: %', TG_ARGV[0];
END
$$;

CREATE TRIGGER journal_is_never_altered
BEFORE UPDATE ON journal
FOR EACH STATEMENT EXECUTE FUNCTION journal_refuses('an entry is never altered');

CREATE TRIGGER journal_is_never_cut
BEFORE DELETE OR TRUNCATE ON journal
FOR EACH STATEMENT EXECUTE FUNCTION journal_refuses('an entry is never removed');

CREATE FUNCTION journal_goes_to_its_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM journal_head
                  WHERE one_row = 1 AND entries + 1 = NEW.sequence AND hash = NEW.previous) THEN
    RAISE EXCEPTION 'the journal is append-only: an entry goes to its end';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER journal_grows_by_one
BEFORE INSERT ON journal
FOR EACH ROW EXECUTE FUNCTION journal_goes_to_its_end();

CREATE FUNCTION journal_head_keeps_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.entries <> OLD.entries + 1
  OR NOT EXISTS (SELECT 1 FROM journal WHERE sequence = NEW.entries AND hash = NEW.hash) THEN
    RAISE EXCEPTION 'the head of the journal follows its last entry';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER journal_head_follows_the_last_entry
BEFORE UPDATE ON journal_head
FOR EACH ROW EXECUTE FUNCTION journal_head_keeps_up();

CREATE TRIGGER journal_head_stays
BEFORE DELETE OR TRUNCATE ON journal_head
FOR EACH STATEMENT EXECUTE FUNCTION journal_refuses('its head stays');
