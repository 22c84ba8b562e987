-- Articles that the publisher took back by command, whatever their files say. Until that is undone.
CREATE TABLE retractions (
  article TEXT PRIMARY KEY,          -- ledger.id
  kind TEXT NOT NULL,                -- withdraw, kill
  reason TEXT NOT NULL,              -- in the publisher's words
  at TEXT NOT NULL
) WITHOUT ROWID;

-- What made an event one: title, body, correction, picture, date, restored; of a withdrawal its reason.
ALTER TABLE events ADD COLUMN because TEXT;

-- What each partner was offered: a version of an article once, with the versions of the partner's documents that show it.
CREATE TABLE offers (
  partner TEXT NOT NULL,
  article TEXT NOT NULL,
  version TEXT NOT NULL,             -- articles.updated
  at INTEGER NOT NULL,
  shown TEXT NOT NULL,               -- JSON: format -> version of the document that shows it first; {} when it was pushed
  gone TEXT,                         -- JSON: format -> version of the document that shows it no more; null while shown
  PRIMARY KEY (partner, article, version, at)
) WITHOUT ROWID;
CREATE INDEX offers_article ON offers (article, partner);
CREATE INDEX offers_standing ON offers (partner) WHERE gone IS NULL;
CREATE INDEX offers_at ON offers (at);

-- Which version of its documents a partner fetched, and by what program. One row for each, however often.
CREATE TABLE partner_fetches (
  partner TEXT NOT NULL,
  format TEXT NOT NULL,
  version INTEGER NOT NULL,          -- documents.version
  agent TEXT NOT NULL,               -- User-Agent
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  times INTEGER NOT NULL,
  PRIMARY KEY (partner, format, version, agent)
) WITHOUT ROWID;
CREATE INDEX partner_fetches_at ON partner_fetches (last_at);

-- Events that were sent to partners' webhooks.
CREATE TABLE pushes (
  partner TEXT NOT NULL,
  id TEXT NOT NULL,                  -- webhook-id
  article TEXT NOT NULL,
  type TEXT NOT NULL,                -- article.published, article.updated, article.withdrawn
  version TEXT,                      -- articles.updated as it was sent; null of a withdrawal
  seq INTEGER NOT NULL,              -- notices.seq and notices.at, by which the same event can be sent again
  at TEXT NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  status INTEGER,                    -- of the last answer
  error TEXT,                        -- why there was none
  taken_at INTEGER,                  -- when the partner answered 2xx
  PRIMARY KEY (partner, id)
) WITHOUT ROWID;
CREATE INDEX pushes_article ON pushes (partner, article, at);
CREATE INDEX pushes_event ON pushes (partner, at);
CREATE INDEX pushes_at ON pushes (last_at);

-- What partners said themselves that they have.
CREATE TABLE acknowledgements (
  partner TEXT NOT NULL,
  article TEXT NOT NULL,
  version TEXT NOT NULL,             -- articles.updated; '' of a withdrawal
  at INTEGER NOT NULL,
  PRIMARY KEY (partner, article, version)
) WITHOUT ROWID;
CREATE INDEX acknowledgements_at ON acknowledgements (at);

-- What partners that had an article have to learn of it: a newer version, or that it was taken back.
CREATE TABLE recalls (
  partner TEXT NOT NULL,
  article TEXT NOT NULL,
  type TEXT NOT NULL,                -- updated, withdrawn, killed
  reason TEXT,                       -- why it was taken back: deleted, draft, expired, withdrawn, not-for-partner, …
  at INTEGER NOT NULL,
  shown TEXT,                        -- JSON: format -> version of the document that says it first
  settled_at INTEGER,                -- when the partner was seen to know
  settled_by TEXT,                   -- pushed, fetched, acknowledged; expired when nobody came for it
  PRIMARY KEY (partner, article)
) WITHOUT ROWID;
CREATE INDEX recalls_article ON recalls (article);
CREATE INDEX recalls_open ON recalls (at) WHERE settled_at IS NULL;
CREATE INDEX recalls_at ON recalls (at);
