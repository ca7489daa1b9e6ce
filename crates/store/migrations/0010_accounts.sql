-- Who signs in, and what proves it. No secret is kept that could be used as it stands here, but one: the
-- seed of a second factor, from which its codes must be computed.

-- How far a permit reaches: an organisation reaches itself and its provincial companies; `@` and the code
-- of a province reach the organisations of that province.
CREATE INDEX organisation_by_province ON organisation (('@' || province));
CREATE VIEW within_reach (permit, organisation) AS
SELECT handle, handle FROM organisation
 UNION ALL
SELECT parent, handle FROM organisation WHERE parent IS NOT NULL
 UNION ALL
SELECT '@' || province, handle FROM organisation WHERE province IS NOT NULL;

CREATE TABLE account (
  id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
  name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 96),
  organisation TEXT NOT NULL REFERENCES organisation (handle),
  post TEXT NOT NULL CHECK (post IN
    ('bureau', 'provincial_administration', 'duty_officer', 'lead', 'operator_group',
     'operator_province', 'registry', 'registrar', 'support_partner', 'auditor')),
  opened_at BIGINT NOT NULL,
  disabled_at BIGINT,
  -- Argon2id in PHC form; none until its holder has chosen one.
  password TEXT CHECK (password LIKE '$argon2id$%')
);
CREATE INDEX account_by_organisation ON account (organisation, name);
CREATE INDEX account_by_post ON account (post, disabled_at);

-- RFC 6238. A second factor counts once a code of it has been shown to be right.
CREATE TABLE second_factor (
  account TEXT NOT NULL PRIMARY KEY REFERENCES account (id),
  seed TEXT NOT NULL CHECK (length(seed) = 32),
  made_at BIGINT NOT NULL,
  confirmed_at BIGINT,
  -- The last time step whose code was taken: no code is taken twice.
  last_step BIGINT NOT NULL
);

-- SHA-256 of codes of 80 random bits: there is nothing to guess, so no slow hash.
CREATE TABLE recovery_code (
  account TEXT NOT NULL REFERENCES account (id),
  hash TEXT NOT NULL CHECK (length(hash) = 64),
  used_at BIGINT,
  PRIMARY KEY (account, hash)
);

-- A link by which somebody chooses a password, once. Without an account it opens the first one.
CREATE TABLE invitation (
  hash TEXT NOT NULL PRIMARY KEY CHECK (length(hash) = 64),
  account TEXT REFERENCES account (id),
  made_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  CHECK (expires_at > made_at)
);
CREATE INDEX invitation_open ON invitation (COALESCE(account, '')) WHERE used_at IS NULL;
CREATE INDEX invitation_to_the_first ON invitation (made_at) WHERE account IS NULL;

CREATE TABLE session (
  hash TEXT NOT NULL PRIMARY KEY CHECK (length(hash) = 64),
  id TEXT NOT NULL UNIQUE CHECK (length(id) = 36),
  account TEXT NOT NULL REFERENCES account (id),
  stage TEXT NOT NULL CHECK (stage IN ('half', 'whole')),
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  agent TEXT NOT NULL CHECK (length(agent) <= 200),
  ended_at BIGINT,
  CHECK (seen_at >= created_at)
);
CREATE INDEX session_open ON session (account, created_at, id) WHERE ended_at IS NULL;

CREATE TABLE api_key (
  hash TEXT NOT NULL PRIMARY KEY CHECK (length(hash) = 64),
  id TEXT NOT NULL UNIQUE CHECK (length(id) = 36),
  account TEXT NOT NULL REFERENCES account (id),
  prefix TEXT NOT NULL UNIQUE CHECK (length(prefix) BETWEEN 4 AND 16),
  purpose TEXT NOT NULL CHECK (length(purpose) BETWEEN 1 AND 200),
  -- Codes of capabilities, as JSON.
  scopes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  revoked_at BIGINT,
  CHECK (expires_at > created_at)
);
CREATE INDEX api_key_by_account ON api_key (account, created_at, id);

-- By the SHA-256 of the name that was tried, whether or not there is such an account: who looks on, or
-- measures time, learns nothing of who has one.
CREATE TABLE sign_in_failure (
  who TEXT NOT NULL PRIMARY KEY CHECK (length(who) = 64),
  failures BIGINT NOT NULL CHECK (failures >= 1),
  last_at BIGINT NOT NULL,
  locked_until BIGINT
);
CREATE INDEX sign_in_failure_by_time ON sign_in_failure (last_at);

CREATE TABLE signed_link (
  id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
  notice TEXT NOT NULL REFERENCES notice (id),
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT,
  CHECK (expires_at > created_at)
);
CREATE INDEX signed_link_by_notice ON signed_link (notice, created_at, id);
