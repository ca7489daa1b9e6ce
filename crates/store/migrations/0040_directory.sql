-- The directory: contacts and whether they can be reached, claims to networks and domains, standing facts.
--
-- One text for SQLite and PostgreSQL, as 0001_ground.sql.

CREATE TABLE contact (
  id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
  organisation TEXT NOT NULL REFERENCES organisation (handle),
  kind TEXT NOT NULL CHECK (kind IN ('contact', 'desk_24h', 'head', 'leader')),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  phone TEXT CHECK (length(phone) BETWEEN 1 AND 100),
  email TEXT CHECK (length(email) BETWEEN 3 AND 254),
  replaces TEXT REFERENCES contact (id),
  changed_at BIGINT NOT NULL,
  proposed_at BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('proposed', 'verified', 'approved', 'rejected')),
  verified_at BIGINT,
  verified_how TEXT,
  approved_at BIGINT,
  approved_by TEXT,
  effective_at BIGINT,
  rejected_at BIGINT,
  because TEXT,
  ended_at BIGINT,
  owed TEXT NOT NULL,
  CHECK (replaces <> id),
  CHECK (state NOT IN ('verified', 'approved') OR verified_at IS NOT NULL),
  CHECK ((verified_at IS NULL) = (verified_how IS NULL)),
  CHECK ((state = 'approved') = (approved_at IS NOT NULL)),
  CHECK ((approved_at IS NULL) = (approved_by IS NULL)),
  CHECK ((approved_at IS NULL) = (effective_at IS NULL)),
  CHECK ((state = 'rejected') = (rejected_at IS NOT NULL)),
  CHECK ((rejected_at IS NULL) = (because IS NULL))
);
CREATE INDEX contact_by_organisation ON contact (organisation, id);
CREATE INDEX contact_by_email ON contact (email) WHERE email IS NOT NULL;

-- The latest sign of each kind; what came before is in the journal.
CREATE TABLE contact_sign (
  contact TEXT NOT NULL REFERENCES contact (id),
  sign TEXT NOT NULL CHECK (sign IN ('alive', 'bounced', 'chased')),
  at BIGINT NOT NULL,
  evidence TEXT NOT NULL,
  PRIMARY KEY (contact, sign)
);

CREATE TABLE claim (
  id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
  organisation TEXT NOT NULL REFERENCES organisation (handle),
  kind TEXT NOT NULL CHECK (kind IN ('network', 'domain')),
  subject TEXT NOT NULL CHECK (length(subject) BETWEEN 1 AND 254),
  province TEXT,
  since BIGINT NOT NULL,
  claimed_at BIGINT NOT NULL,
  evidence TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('claimed', 'approved', 'refused')),
  decided_at BIGINT,
  decided_by TEXT,
  because TEXT,
  CHECK ((state = 'claimed') = (decided_at IS NULL)),
  CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
  CHECK ((decided_at IS NULL) = (because IS NULL))
);
CREATE INDEX claim_by_organisation ON claim (organisation, id);
CREATE INDEX claim_by_state ON claim (state, id);
-- Nobody claims the same twice, and what is approved is approved for one.
CREATE UNIQUE INDEX claim_once ON claim (organisation, subject) WHERE state <> 'refused';
CREATE UNIQUE INDEX claim_approved ON claim (subject) WHERE state = 'approved';

CREATE TABLE standing (
  organisation TEXT NOT NULL REFERENCES organisation (handle),
  what TEXT NOT NULL CHECK (what IN ('competent_department', 'partner', 'mechanism')),
  says TEXT NOT NULL,
  at BIGINT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (organisation, what)
);
