-- Instants are epoch milliseconds (INTEGER) where code compares them, ISO 8601 text where they are printed.

-- One row for each source file that was seen. What the run compares the listing with.
CREATE TABLE files (
  path TEXT PRIMARY KEY,
  tag TEXT NOT NULL,                 -- the source's own mark of these bytes
  hash TEXT,                         -- SHA-256 of the bytes; null when they could not be read
  state TEXT NOT NULL,               -- accepted, withheld, rejected
  repaired INTEGER NOT NULL DEFAULT 0,
  problems TEXT NOT NULL DEFAULT '[]',
  article TEXT,                      -- ledger.id of the article it is, or last was
  due_at INTEGER,                    -- when its state changes by itself
  missing_since INTEGER,             -- first run that did not see it
  missing_runs INTEGER NOT NULL DEFAULT 0,
  withdraw TEXT                      -- why its published article is to be taken back: draft, future, expired, deleted
) WITHOUT ROWID;
CREATE INDEX files_due ON files (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX files_missing ON files (missing_since) WHERE missing_since IS NOT NULL;
CREATE INDEX files_withdraw ON files (path) WHERE withdraw IS NOT NULL;
CREATE INDEX files_article ON files (article) WHERE article IS NOT NULL;
CREATE INDEX files_state ON files (state, path) WHERE state <> 'accepted' OR problems <> '[]';

-- What history knows and no file says. Never deleted.
CREATE TABLE ledger (
  id TEXT PRIMARY KEY,               -- the entry's id, for life
  path TEXT NOT NULL,                -- where its file is, or last was
  url TEXT NOT NULL,
  title TEXT NOT NULL,
  published TEXT NOT NULL,
  updated TEXT NOT NULL,             -- last significant update
  first_seen TEXT NOT NULL,
  body_hash TEXT NOT NULL,           -- of the body alone: finds a moved file
  significant_hash TEXT NOT NULL,    -- of title and body: tells a significant update
  withdrawn TEXT,                    -- when it was taken back; null while it is published
  withdrawn_reason TEXT              -- deleted, draft, expired, rejected
) WITHOUT ROWID;
CREATE INDEX ledger_path ON ledger (path);
CREATE INDEX ledger_url ON ledger (url);
CREATE INDEX ledger_body ON ledger (body_hash);
CREATE INDEX ledger_title ON ledger (title, published);

-- The articles that are published now: the ledger's present, with all that feeds show of each.
CREATE TABLE articles (
  id TEXT PRIMARY KEY,
  path TEXT NOT NULL,
  url TEXT NOT NULL UNIQUE,          -- two files with one address: the published one stays
  sort TEXT NOT NULL,                -- newest last
  published TEXT NOT NULL,
  updated TEXT NOT NULL,
  body_hash TEXT NOT NULL,           -- bodies.hash
  entry_hash TEXT NOT NULL,          -- of everything that its fragments are made from
  data TEXT NOT NULL                 -- JSON of the Article without its body
) WITHOUT ROWID;
CREATE INDEX articles_sort ON articles (sort);
CREATE INDEX articles_body ON articles (body_hash);

-- The accepted text of each published article, so that what is published can always be rendered again,
-- also when its file was broken or lost since. Over a size it is a blob instead, and body is null.
CREATE TABLE bodies (
  hash TEXT PRIMARY KEY,
  body TEXT
) WITHOUT ROWID;

-- Feeds that exist because an article or the configuration asks for them.
CREATE TABLE feeds (
  key TEXT PRIMARY KEY,              -- '' is the site; 'tag/bus', 'lang/ko', a defined path
  kind TEXT NOT NULL,                -- site, category, tag, author, lang, defined
  title TEXT NOT NULL,
  lang TEXT,
  wanted INTEGER NOT NULL DEFAULT 1, -- raised when an entry changes
  built INTEGER NOT NULL DEFAULT 0   -- the wanted that its documents show
) WITHOUT ROWID;
CREATE INDEX feeds_dirty ON feeds (key) WHERE built < wanted;

-- Which published article stands in which feed.
CREATE TABLE memberships (
  feed TEXT NOT NULL,
  sort TEXT NOT NULL,
  article TEXT NOT NULL,
  PRIMARY KEY (feed, sort, article)
) WITHOUT ROWID;
CREATE INDEX memberships_article ON memberships (article);

-- An entry in one format, ready to be joined into documents.
CREATE TABLE fragments (
  article TEXT NOT NULL,
  format TEXT NOT NULL,              -- rss, atom, json
  variant TEXT NOT NULL,             -- full, excerpt, and what partners ask for
  hash TEXT NOT NULL,                -- of what it was made from
  text TEXT NOT NULL,
  PRIMARY KEY (article, format, variant)
) WITHOUT ROWID;

-- The head of each stored document; its body is the blob.
CREATE TABLE documents (
  address TEXT PRIMARY KEY,          -- path below TIDINGS_URL, '/rss.xml'
  feed TEXT NOT NULL,
  format TEXT NOT NULL,
  version INTEGER NOT NULL,          -- rises by one with each change; never a timestamp
  blob TEXT NOT NULL,                -- SHA-256 of the body, and its ETag
  size INTEGER NOT NULL,             -- bytes
  content_type TEXT NOT NULL,
  last_modified TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX documents_feed ON documents (feed);
CREATE INDEX documents_blob ON documents (blob);

-- Blobs that no document shows any more; deleted after a while, since a slow reader may hold the old head.
CREATE TABLE retired_blobs (
  hash TEXT PRIMARY KEY,
  since INTEGER NOT NULL
) WITHOUT ROWID;

-- What happened to articles, in order.
CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  type TEXT NOT NULL,                -- published, updated, withdrawn
  article TEXT NOT NULL,
  at TEXT NOT NULL,
  run TEXT NOT NULL
);
CREATE INDEX events_article ON events (article, seq);

-- Regenerations. A scheduled one is known by (job, tick) and happens once.
CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  job TEXT,
  tick INTEGER,                      -- epoch milliseconds of the cron line's instant
  trigger TEXT NOT NULL,             -- start, schedule, missed, watch, due, api, cli, upload
  state TEXT NOT NULL,               -- queued, running, done, failed
  request TEXT NOT NULL,             -- JSON: the paths it was told of, or all; whether withdrawals are accepted
  progress TEXT NOT NULL DEFAULT '{}', -- JSON: where it goes on after a step, or after a crash
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  report TEXT NOT NULL DEFAULT '{}',
  UNIQUE (job, tick)
) WITHOUT ROWID;
CREATE INDEX runs_open ON runs (started_at) WHERE state IN ('queued', 'running');
CREATE INDEX runs_started ON runs (started_at);

-- Who may do a thing that only one may do at a time, and until when if they are not heard of again.
CREATE TABLE locks (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  until INTEGER NOT NULL
) WITHOUT ROWID;

-- Facts of the installation: the configuration that documents were last made with, secrets made at first start.
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- Work that was decided and is not done. Messages only wake the consumer; a row lives until its work is done.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  type TEXT NOT NULL,                -- the channel's or hub's word for the work: fanout, slice, deliver, verify, deny
  ref TEXT NOT NULL,                 -- with type: the same work is one row
  payload TEXT NOT NULL DEFAULT '{}',
  due_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  claimed_until INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  UNIQUE (type, ref)
);
CREATE INDEX outbox_due ON outbox (due_at);
