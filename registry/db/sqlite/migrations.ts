// The history of the database, forward only: migration N lifts it from version N to N + 1. Published migrations never change.
// Rules that must hold whatever code runs are triggers and constraints here: releases are sealed, names are never reused.

const CREATE = `
CREATE TABLE repos (
  name TEXT PRIMARY KEY,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE repo_keys (
  repo TEXT NOT NULL REFERENCES repos(name),
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  pem TEXT NOT NULL,
  valid_from INTEGER,
  valid_to INTEGER,
  added_at INTEGER NOT NULL,
  revoked_at INTEGER,
  PRIMARY KEY (repo, id)
) STRICT;

CREATE TABLE plugins (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  repo TEXT NOT NULL REFERENCES repos(name),
  plugin TEXT NOT NULL,
  folded TEXT NOT NULL,
  serial INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  category TEXT,
  description TEXT NOT NULL,
  newest TEXT,
  UNIQUE (repo, plugin),
  UNIQUE (repo, folded)
) STRICT;

CREATE TABLE blobs (
  digest TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('live', 'condemned'))
) STRICT;
CREATE INDEX blobs_by_age ON blobs(created_at);

CREATE TABLE versions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  repo TEXT NOT NULL,
  plugin TEXT NOT NULL,
  version TEXT NOT NULL,
  published_at INTEGER NOT NULL,
  published_by TEXT NOT NULL,
  serial INTEGER NOT NULL,
  yanked TEXT,
  quarantined TEXT,
  deprecated TEXT,
  state TEXT NOT NULL GENERATED ALWAYS AS (
    CASE WHEN quarantined IS NOT NULL THEN 'quarantined' WHEN yanked IS NOT NULL THEN 'yanked' ELSE 'active' END
  ) VIRTUAL,
  bundle_digest TEXT NOT NULL REFERENCES blobs(digest),
  bundle_size INTEGER NOT NULL,
  signer TEXT NOT NULL,
  predicate TEXT NOT NULL,
  row_sha256 TEXT NOT NULL,
  UNIQUE (repo, plugin, version),
  FOREIGN KEY (repo, plugin) REFERENCES plugins(repo, plugin)
) STRICT;
CREATE INDEX versions_by_bundle ON versions(bundle_digest);

CREATE TABLE artifacts (
  version_id INTEGER NOT NULL REFERENCES versions(id),
  platform TEXT NOT NULL,
  file TEXT NOT NULL,
  digest TEXT NOT NULL REFERENCES blobs(digest),
  size INTEGER NOT NULL,
  PRIMARY KEY (version_id, platform),
  UNIQUE (version_id, file)
) STRICT;
CREATE INDEX artifacts_by_digest ON artifacts(digest);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  repo TEXT NOT NULL REFERENCES repos(name),
  plugin TEXT NOT NULL,
  version TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'published', 'closed')),
  token_id TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  request TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_by_lease ON sessions(state, lease_until);
CREATE INDEX sessions_by_token ON sessions(token_id, state);

CREATE TABLE uploads (
  session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
  digest TEXT NOT NULL,
  size INTEGER NOT NULL,
  PRIMARY KEY (session_id, digest)
) STRICT;
CREATE INDEX uploads_by_digest ON uploads(digest);

CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  secret_sha256 TEXT NOT NULL UNIQUE,
  scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  last_used_at INTEGER,
  revoked_at INTEGER
) STRICT;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  details TEXT NOT NULL,
  previous TEXT NOT NULL,
  row_sha256 TEXT NOT NULL
) STRICT;

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('plugin', 'repo')),
  repo TEXT NOT NULL,
  plugin TEXT,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE idempotency_keys (
  token_id TEXT NOT NULL,
  key TEXT NOT NULL,
  request_digest TEXT NOT NULL,
  session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (token_id, key)
) STRICT;

CREATE VIRTUAL TABLE plugin_words USING fts5(
  repo UNINDEXED, plugin, category, description, tokenize = 'unicode61', prefix = '1 2 3'
);
`

const kept = (table: string) =>
  `CREATE TRIGGER ${table}_are_kept BEFORE DELETE ON ${table} BEGIN SELECT RAISE(ABORT, '${table} are never deleted'); END;\n`
const sealed = (table: string, columns = '') =>
  `CREATE TRIGGER ${table}_are_sealed BEFORE UPDATE ${columns} ON ${table} BEGIN SELECT RAISE(ABORT, '${table} are never changed'); END;\n`

const SEAL = [
  ...['repos', 'repo_keys', 'plugins', 'versions', 'artifacts', 'audit'].map(kept),
  ...['artifacts', 'audit'].map((table) => sealed(table)),
  sealed('plugins', 'OF repo, plugin, folded, created_at'),
  sealed(
    'versions',
    'OF repo, plugin, version, published_at, published_by, serial, bundle_digest, bundle_size, signer, predicate',
  ),
].join('')

/** Who serves the database, who brought which bytes, and where the audit log ended last. */
const WITNESSES = `
CREATE TABLE serving (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  holder TEXT NOT NULL,
  lock_file TEXT NOT NULL,
  challenge TEXT
) STRICT;

ALTER TABLE blobs ADD COLUMN brought_by TEXT;
CREATE INDEX blobs_by_bringer ON blobs(brought_by, created_at);
CREATE INDEX audit_by_actor ON audit(actor, at);
`

/** What the log says is compared with what there is. */
const AUDIT_BY_ACTION = 'CREATE INDEX audit_by_action ON audit(action, subject);'

const BUDGETS = `
CREATE TABLE budgets (
  owner TEXT NOT NULL,
  name TEXT NOT NULL,
  amount REAL NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (owner, name)
) STRICT;
`

const OCI_DIGESTS = `
CREATE TABLE oci_digests (
  digest TEXT PRIMARY KEY,
  repo TEXT NOT NULL,
  plugin TEXT NOT NULL,
  version TEXT NOT NULL,
  domain TEXT NOT NULL,
  FOREIGN KEY (repo, plugin, version) REFERENCES versions(repo, plugin, version)
) STRICT;
CREATE INDEX oci_digests_by_release ON oci_digests(repo, plugin, version, domain);
`

/** Words of private plugins stand apart, so that they have no part in how public ones are ranked. */
const VISIBILITY = `
ALTER TABLE repos ADD COLUMN visibility TEXT NOT NULL DEFAULT 'public' CHECK (visibility IN ('public', 'private'));
CREATE INDEX repos_by_visibility ON repos(visibility, name);
CREATE VIRTUAL TABLE private_words USING fts5(
  repo UNINDEXED, plugin, category, description, tokenize = 'unicode61', prefix = '1 2 3'
);
`

/** Who brought bytes may go on with them, also when others brought them later. */
const RECEIVED = 'ALTER TABLE uploads ADD COLUMN received INTEGER NOT NULL DEFAULT 0;'

/** What plugins are found by beside their words, of the release that speaks for each. */
const TRAITS = `
CREATE TABLE plugin_traits (
  plugin_id INTEGER PRIMARY KEY REFERENCES plugins(id),
  platforms TEXT NOT NULL,
  contract TEXT NOT NULL,
  signer TEXT NOT NULL
) STRICT;
CREATE INDEX plugins_by_name ON plugins(plugin, repo);
INSERT INTO plugin_traits
  SELECT p.id,
    coalesce((SELECT group_concat(key, ' ') FROM (SELECT key FROM json_each(v.predicate, '$.platforms') ORDER BY key)), ''),
    CASE json_extract(v.predicate, '$.manifest.protocol') WHEN 'ocm' THEN 'ocm'
      ELSE coalesce(json_extract(v.predicate, '$.manifest.output'), 'exit-code') END,
    v.signer
  FROM plugins p JOIN versions v ON v.id = coalesce(
    (SELECT id FROM versions WHERE repo = p.repo AND plugin = p.plugin AND version = p.newest),
    (SELECT id FROM versions WHERE repo = p.repo AND plugin = p.plugin ORDER BY state <> 'active', id DESC LIMIT 1));
`

/** When something last became of a version: it was published, or its state changed. And a name of the registry for its feeds. */
const NEWS = `
ALTER TABLE versions ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;
UPDATE versions SET changed_at = max(published_at, coalesce((SELECT max(at) FROM audit WHERE
  action IN ('yank', 'unyank', 'deprecate', 'undeprecate', 'quarantine', 'unquarantine')
  AND subject = versions.repo || '/' || versions.plugin || '@' || versions.version), 0));
CREATE INDEX versions_by_change ON versions(changed_at, repo);
CREATE INDEX versions_by_change_in_repo ON versions(repo, changed_at);
CREATE INDEX versions_by_change_of_plugin ON versions(repo, plugin, changed_at);

CREATE TABLE registry_identity (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  secret TEXT NOT NULL
) STRICT;
INSERT INTO registry_identity VALUES (1, lower(hex(randomblob(32))));
`

export const MIGRATIONS: readonly string[] = [
  CREATE + SEAL,
  WITNESSES,
  AUDIT_BY_ACTION,
  BUDGETS,
  OCI_DIGESTS,
  VISIBILITY,
  RECEIVED,
  TRAITS,
  NEWS,
]
