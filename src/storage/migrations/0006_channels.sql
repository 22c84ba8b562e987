-- Those whom the configuration names to be told: webhooks, search engines, ping services, other hubs.
CREATE TABLE receivers (
  key TEXT PRIMARY KEY,              -- the channel and a hash of the address, which may be a secret
  channel TEXT NOT NULL,
  origin TEXT NOT NULL,
  about TEXT NOT NULL,               -- articles, documents
  cursor INTEGER NOT NULL DEFAULT 0, -- events.seq up to which there are notices; what was before it was known is not told
  failures INTEGER NOT NULL DEFAULT 0, -- in a row
  failing_since INTEGER,             -- null when the last attempt was taken
  suspended_at INTEGER,              -- since when it counts as away
  not_before INTEGER NOT NULL DEFAULT 0, -- when the next attempt may be
  status INTEGER,                    -- of the last answer
  error TEXT,                        -- why there was none
  told_at INTEGER
) WITHOUT ROWID;

-- What a receiver is to be told of: one row for an article or document, however often it changes before it is told.
CREATE TABLE notices (
  receiver TEXT NOT NULL,
  subject TEXT NOT NULL,             -- ledger.id, documents.address
  type TEXT NOT NULL,                -- published, updated, withdrawn; changed of a document
  seq INTEGER NOT NULL,              -- events.seq, which names it; of a document how often it was asked for
  at TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, -- of this notice by itself, those of its receiver not counted
  PRIMARY KEY (receiver, subject)
) WITHOUT ROWID;
CREATE INDEX notices_due ON notices (receiver, due_at, seq);

-- What a receiver that takes some articles only was told of, so that it hears when one of them is no longer for it.
CREATE TABLE told (
  receiver TEXT NOT NULL,
  article TEXT NOT NULL,
  PRIMARY KEY (receiver, article)
) WITHOUT ROWID;

-- Addresses that search engines were told of.
CREATE TABLE submissions (
  receiver TEXT NOT NULL,
  url TEXT NOT NULL,
  article TEXT NOT NULL,
  type TEXT NOT NULL,                -- published, updated, withdrawn
  at INTEGER NOT NULL,
  status INTEGER NOT NULL,
  PRIMARY KEY (receiver, url)
) WITHOUT ROWID;

-- The last of an article that is published no more, so that its withdrawal can be told to those whom it was for.
CREATE TABLE former_articles (
  id TEXT PRIMARY KEY,
  data TEXT NOT NULL                 -- articles.data
) WITHOUT ROWID;
CREATE TRIGGER articles_former AFTER DELETE ON articles BEGIN
  INSERT OR REPLACE INTO former_articles (id, data) VALUES (OLD.id, OLD.data);
END;
CREATE TRIGGER articles_present AFTER INSERT ON articles BEGIN
  DELETE FROM former_articles WHERE id = NEW.id;
END;

-- Who was told, where it was no subscriber.
ALTER TABLE delivery_log ADD COLUMN receiver TEXT;
CREATE INDEX delivery_log_receiver ON delivery_log (receiver, id) WHERE receiver IS NOT NULL;
