-- Rows of an article have a kilobyte and more. Without a rowid SQLite keeps a quarter of a page of each in its tree and the
-- rest in a page of its own, four times what the rows need.
CREATE TABLE articles_in_order (
  id TEXT PRIMARY KEY NOT NULL,
  path TEXT NOT NULL,
  url TEXT NOT NULL UNIQUE,          -- two files with one address: the published one stays
  sort TEXT NOT NULL,                -- newest last
  published TEXT NOT NULL,
  updated TEXT NOT NULL,
  body_hash TEXT NOT NULL,           -- bodies.hash
  entry_hash TEXT NOT NULL,          -- of everything that its fragments are made from
  data TEXT NOT NULL                 -- JSON of the Article without its body
);
INSERT INTO articles_in_order (id, path, url, sort, published, updated, body_hash, entry_hash, data)
  SELECT id, path, url, sort, published, updated, body_hash, entry_hash, data FROM articles;
DROP TABLE articles;
ALTER TABLE articles_in_order RENAME TO articles;
CREATE INDEX articles_sort ON articles (sort);
CREATE INDEX articles_body ON articles (body_hash);
CREATE INDEX articles_month ON articles (substr(published, 1, 7), updated);
CREATE TRIGGER articles_inserted AFTER INSERT ON articles BEGIN
  INSERT OR IGNORE INTO article_aliases (alias, article)
    SELECT value, NEW.id FROM json_each(NEW.data, '$.aliases');
END;
CREATE TRIGGER articles_deleted AFTER DELETE ON articles BEGIN
  DELETE FROM article_aliases WHERE article = OLD.id;
END;
CREATE TRIGGER articles_former AFTER DELETE ON articles BEGIN
  INSERT OR REPLACE INTO former_articles (id, data) VALUES (OLD.id, OLD.data);
END;
CREATE TRIGGER articles_present AFTER INSERT ON articles BEGIN
  DELETE FROM former_articles WHERE id = NEW.id;
END;
