-- What HTTP needs to know of a document beyond its bytes.
ALTER TABLE documents ADD COLUMN codings TEXT NOT NULL DEFAULT '{}';    -- JSON: coding -> { blob, size } of the body so coded
ALTER TABLE documents ADD COLUMN immutable INTEGER NOT NULL DEFAULT 0;  -- 1 when its bytes never change again: a closed archive
ALTER TABLE documents ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;       -- 1 when its feed has no article any more

-- A coded body retires with the body that it is of, and is used as long as that one is.
ALTER TABLE retired_blobs ADD COLUMN body TEXT;

-- The entries of the last versions of each document, so that who has one of them can be sent what is new since.
CREATE TABLE document_versions (
  address TEXT NOT NULL,
  version INTEGER NOT NULL,
  tags TEXT NOT NULL,                -- JSON: the hashes of its body, plain and coded, that ETags are made of
  entries TEXT NOT NULL,             -- JSON: [mark, start, end] of each entry, where it stands in the body in bytes
  PRIMARY KEY (address, version)
) WITHOUT ROWID;

-- Addresses that had a document once.
CREATE TABLE former_documents (
  address TEXT PRIMARY KEY
) WITHOUT ROWID;
CREATE TRIGGER documents_deleted AFTER DELETE ON documents BEGIN
  INSERT OR IGNORE INTO former_documents (address) VALUES (OLD.address);
  DELETE FROM document_versions WHERE address = OLD.address;
END;
CREATE TRIGGER documents_inserted AFTER INSERT ON documents BEGIN
  DELETE FROM former_documents WHERE address = NEW.address;
END;

-- Other addresses of an article: those that its file names, as it spells them, and those at which it was before.
CREATE TABLE article_aliases (
  alias TEXT NOT NULL,
  article TEXT NOT NULL,
  PRIMARY KEY (alias, article)
) WITHOUT ROWID;
CREATE INDEX article_aliases_article ON article_aliases (article);
CREATE TABLE former_urls (
  url TEXT NOT NULL,
  article TEXT NOT NULL,
  PRIMARY KEY (url, article)
) WITHOUT ROWID;
INSERT OR IGNORE INTO article_aliases (alias, article)
  SELECT j.value, a.id FROM articles AS a, json_each(a.data, '$.aliases') AS j;
-- Triggers, so that whatever writes articles keeps these tables true.
CREATE TRIGGER articles_inserted AFTER INSERT ON articles BEGIN
  INSERT OR IGNORE INTO article_aliases (alias, article)
    SELECT value, NEW.id FROM json_each(NEW.data, '$.aliases');
END;
CREATE TRIGGER articles_deleted AFTER DELETE ON articles BEGIN
  DELETE FROM article_aliases WHERE article = OLD.id;
END;
CREATE TRIGGER ledger_moved AFTER UPDATE OF url ON ledger WHEN OLD.url <> NEW.url BEGIN
  INSERT OR IGNORE INTO former_urls (url, article) VALUES (OLD.url, NEW.id);
END;

-- The sitemap's shards are the months of publication: their lastmod is read from the index alone.
CREATE INDEX articles_month ON articles (substr(published, 1, 7), updated);
