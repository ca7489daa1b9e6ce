-- The ground on which everything else stands: nouns of the case plane and the journal of acts.
--
-- One text for SQLite and PostgreSQL. Ids are UUIDv7 in text form, instants are microseconds since
-- 1970-01-01 UTC, lists that nothing searches are JSON in TEXT. Texts are compared byte by byte: a
-- PostgreSQL database is created with the C collation.

CREATE TABLE province (
  code TEXT NOT NULL PRIMARY KEY CHECK (length(code) BETWEEN 1 AND 96),
  name_zh TEXT NOT NULL,
  name_en TEXT NOT NULL
);

CREATE TABLE organisation (
  handle TEXT NOT NULL PRIMARY KEY CHECK (length(handle) BETWEEN 1 AND 96),
  name_zh TEXT NOT NULL,
  name_en TEXT NOT NULL,
  -- No reference to `province`: that table only says what people call a code.
  province TEXT,
  -- Deferred, so that a directory may be loaded in any order.
  parent TEXT REFERENCES organisation (handle) DEFERRABLE INITIALLY DEFERRED,
  roles TEXT NOT NULL,
  email TEXT,
  CHECK (parent <> handle)
);
CREATE INDEX organisation_by_parent ON organisation (parent);

CREATE TABLE delivery (
  id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 64),
  feed TEXT NOT NULL,
  mapping TEXT NOT NULL,
  mapping_version TEXT NOT NULL,
  name TEXT NOT NULL,
  finder TEXT NOT NULL REFERENCES organisation (handle),
  received_at BIGINT NOT NULL,
  bytes BIGINT NOT NULL CHECK (bytes >= 0),
  state TEXT NOT NULL CHECK (state IN ('stored', 'ingested', 'refused')),
  settled_at BIGINT,
  rows_read BIGINT CHECK (rows_read >= 0),
  rows_quarantined BIGINT CHECK (rows_quarantined >= 0),
  rows_understood BIGINT CHECK (rows_understood >= 0),
  rows_new BIGINT CHECK (rows_new BETWEEN 0 AND rows_understood),
  rows_attributed BIGINT CHECK (rows_attributed BETWEEN 0 AND rows_new),
  reason TEXT,
  -- When everything that follows from it had been derived.
  assessed_at BIGINT,
  CHECK (assessed_at IS NULL OR state = 'ingested'),
  CHECK ((state = 'stored') = (settled_at IS NULL)),
  CHECK ((state = 'refused') = (reason IS NOT NULL)),
  CHECK ((state = 'ingested') = (rows_read IS NOT NULL)),
  CHECK ((state = 'ingested') = (rows_quarantined IS NOT NULL)),
  CHECK ((state = 'ingested') = (rows_understood IS NOT NULL)),
  CHECK ((state = 'ingested') = (rows_new IS NOT NULL)),
  CHECK ((state = 'ingested') = (rows_attributed IS NOT NULL)),
  CHECK (rows_read = rows_understood + rows_quarantined)
);
CREATE INDEX delivery_by_received ON delivery (received_at, id);
CREATE INDEX delivery_by_finder ON delivery (finder);
CREATE INDEX delivery_unfinished ON delivery (received_at, id)
 WHERE assessed_at IS NULL AND state <> 'refused';

CREATE TABLE quarantine (
  delivery TEXT NOT NULL REFERENCES delivery (id),
  line BIGINT NOT NULL CHECK (line >= 1),
  reason TEXT NOT NULL,
  raw TEXT NOT NULL CHECK (length(raw) <= 2048),
  PRIMARY KEY (delivery, line)
);

-- The last number given out of each kind and year: numbers have no gaps and are never given twice.
CREATE TABLE numbering (
  kind TEXT NOT NULL,
  year INTEGER NOT NULL,
  last BIGINT NOT NULL CHECK (last >= 1),
  PRIMARY KEY (kind, year)
);

CREATE TABLE incident (
  id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
  number TEXT NOT NULL UNIQUE,
  threat TEXT NOT NULL,
  -- The regime pack under which it was opened; every assessment of it is made under the same.
  pack TEXT NOT NULL,
  finder TEXT NOT NULL REFERENCES organisation (handle),
  opened_at BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('proposed')),
  UNIQUE (id, pack)
);
CREATE INDEX incident_by_finder ON incident (finder);
CREATE INDEX incident_by_opening ON incident (pack, opened_at);
-- Two workers that see the same tallies open one incident, not two.
CREATE UNIQUE INDEX incident_open ON incident (threat, pack) WHERE state = 'proposed';

CREATE TABLE assessment (
  incident TEXT NOT NULL,
  sequence INTEGER NOT NULL CHECK (sequence >= 1),
  in_force BOOLEAN NOT NULL,
  grade TEXT NOT NULL,
  -- What measuring alone gave, where the authority has set another grade.
  measured TEXT,
  assessed_at BIGINT NOT NULL,
  pack TEXT NOT NULL,
  pack_version TEXT NOT NULL,
  calendar TEXT NOT NULL,
  inputs TEXT NOT NULL,
  window_end BIGINT NOT NULL,
  window_hours BIGINT NOT NULL CHECK (window_hours >= 0),
  size BIGINT NOT NULL CHECK (size >= 0),
  because TEXT NOT NULL,
  PRIMARY KEY (incident, sequence),
  FOREIGN KEY (incident, pack) REFERENCES incident (id, pack)
);
CREATE UNIQUE INDEX assessment_in_force ON assessment (incident) WHERE in_force;
CREATE INDEX assessment_latest ON assessment (assessed_at, incident) WHERE in_force;
CREATE INDEX assessment_by_grade ON assessment (grade, assessed_at, incident) WHERE in_force;

-- Facts that start clocks: a trigger that came about in one incident, once for each to whom it happens.
CREATE TABLE happening (
  incident TEXT NOT NULL,
  pack TEXT NOT NULL,
  starts TEXT NOT NULL,
  happened_to TEXT,
  sender TEXT,
  at BIGINT NOT NULL,
  evidence TEXT NOT NULL,
  FOREIGN KEY (incident, pack) REFERENCES incident (id, pack)
);
CREATE INDEX happening_by_incident ON happening (incident, at, starts);
CREATE UNIQUE INDEX happening_once
    ON happening (incident, pack, starts, COALESCE(happened_to, ''), COALESCE(sender, ''));

CREATE TABLE obligation (
  id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
  -- About an incident or a month that has ended, written `2026-11`.
  incident TEXT REFERENCES incident (id),
  month TEXT CHECK (length(month) = 7),
  debtor TEXT NOT NULL REFERENCES organisation (handle),
  -- No reference, as for the addressees: it is a debtor of something else.
  sender TEXT,
  addressees TEXT NOT NULL,
  copies TEXT NOT NULL,
  pack TEXT NOT NULL,
  pack_version TEXT NOT NULL,
  calendar TEXT NOT NULL,
  duty TEXT NOT NULL,
  article TEXT NOT NULL,
  role TEXT NOT NULL,
  grade TEXT,
  does TEXT NOT NULL,
  starts_on TEXT NOT NULL,
  within TEXT NOT NULL,
  form TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN
    ('latent', 'running', 'provisionally_met', 'met', 'waived', 'superseded', 'void')),
  since BIGINT,
  due BIGINT,
  explanation_zh TEXT,
  explanation_en TEXT,
  -- When it was met, waived, superseded or let go.
  ended_at BIGINT,
  -- Deferred, so that the old one may give way before the new one stands.
  superseded_by TEXT REFERENCES obligation (id) DEFERRABLE INITIALLY DEFERRED,
  met_by TEXT,
  telephoned_at BIGINT,
  evidence TEXT,
  -- Where it stands in the order of dues: last if no clock runs or the text gives no number.
  -- The engine computes it, so it cannot disagree with the state. Overdue is never stored.
  standing_due BIGINT GENERATED ALWAYS AS (
    CASE WHEN state = 'running' THEN COALESCE(due, 9223372036854775807)
         ELSE 9223372036854775807 END
  ) STORED,
  CHECK ((incident IS NULL) <> (month IS NULL)),
  CHECK (state <> 'latent' OR since IS NULL),
  CHECK (state NOT IN ('running', 'provisionally_met', 'superseded') OR since IS NOT NULL),
  CHECK ((since IS NULL) = (explanation_zh IS NULL)),
  CHECK ((since IS NULL) = (explanation_en IS NULL)),
  CHECK (since IS NOT NULL OR due IS NULL),
  CHECK ((state IN ('met', 'waived', 'superseded', 'void')) = (ended_at IS NOT NULL)),
  CHECK ((state = 'superseded') = (superseded_by IS NOT NULL)),
  CHECK (superseded_by <> id),
  CHECK ((state = 'met') = (met_by IS NOT NULL)),
  CHECK (state <> 'provisionally_met' OR telephoned_at IS NOT NULL),
  CHECK (state IN ('provisionally_met', 'met') OR telephoned_at IS NULL),
  CHECK ((state IN ('provisionally_met', 'met', 'waived')) = (evidence IS NOT NULL))
);
CREATE INDEX obligation_by_due ON obligation (standing_due, id);
CREATE INDEX obligation_by_debtor ON obligation (debtor, standing_due, id);
CREATE INDEX obligation_by_incident ON obligation (incident, standing_due, id);
CREATE INDEX obligation_by_incident_debtor ON obligation (incident, debtor);
CREATE INDEX obligation_by_month ON obligation (month, standing_due, id) WHERE month IS NOT NULL;
CREATE INDEX obligation_superseded_by ON obligation (superseded_by);
CREATE INDEX obligation_by_state ON obligation (state, debtor, due, since);
CREATE INDEX obligation_by_calendar ON obligation (state, calendar, id);
-- One duty is owed once: two workers deriving from the same grade write one obligation, not two.
CREATE UNIQUE INDEX obligation_once
    ON obligation (COALESCE(incident, month), pack, duty, debtor, COALESCE(grade, ''),
                   COALESCE(sender, ''), addressees)
 WHERE state IN ('latent', 'running', 'provisionally_met');

CREATE TABLE notice (
  id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
  -- By which a million remediations refer to it: eight bytes instead of thirty-six.
  ordinal BIGINT NOT NULL UNIQUE CHECK (ordinal >= 1),
  number TEXT NOT NULL UNIQUE,
  incident TEXT NOT NULL REFERENCES incident (id),
  recipient TEXT NOT NULL REFERENCES organisation (handle),
  drafted_at BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('drafted')),
  items BIGINT NOT NULL CHECK (items >= 0),
  UNIQUE (incident, recipient)
);
CREATE INDEX notice_by_drafted ON notice (drafted_at, id);
CREATE INDEX notice_by_recipient ON notice (recipient, drafted_at, id);
CREATE INDEX notice_by_incident ON notice (incident, drafted_at, id);

CREATE TABLE remediation (
  notice BIGINT NOT NULL REFERENCES notice (ordinal),
  -- `4` and 8 hexadecimal digits, `6` and 32, or `d` and a domain: sorts as addresses do.
  subject TEXT NOT NULL CHECK (length(subject) BETWEEN 2 AND 254),
  port INTEGER NOT NULL CHECK (port BETWEEN 0 AND 65535),
  classification TEXT NOT NULL,
  province TEXT,
  first_seen BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  sightings BIGINT NOT NULL CHECK (sightings >= 0),
  destination_ip TEXT,
  destination_port INTEGER NOT NULL CHECK (destination_port BETWEEN 0 AND 65535),
  destination_domain TEXT,
  state TEXT NOT NULL CHECK (state IN ('assigned')),
  PRIMARY KEY (notice, subject),
  CHECK (first_seen <= last_seen)
);

CREATE TABLE journal (
  sequence BIGINT NOT NULL PRIMARY KEY CHECK (sequence >= 1),
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  act TEXT NOT NULL,
  subject TEXT NOT NULL,
  details TEXT NOT NULL,
  previous TEXT NOT NULL CHECK (length(previous) = 64),
  hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64)
);
CREATE INDEX journal_by_subject ON journal (subject, sequence);

-- How long the journal is and how it ends, so that cutting off its tail shows.
CREATE TABLE journal_head (
  one_row INTEGER NOT NULL PRIMARY KEY CHECK (one_row = 1),
  entries BIGINT NOT NULL CHECK (entries >= 0),
  hash TEXT NOT NULL CHECK (length(hash) = 64)
);
INSERT INTO journal_head (one_row, entries, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
