-- 0 while a document's codings are still to be made: it is committed plain, so that nobody waits for them.
ALTER TABLE documents ADD COLUMN coded INTEGER NOT NULL DEFAULT 1;
CREATE INDEX documents_uncoded ON documents (coded) WHERE coded = 0;

-- Texts in the order in which they came, with their hashes in an index: in the order of the hashes each text would go to
-- a place of its own.
CREATE TABLE bodies_in_order (
  hash TEXT PRIMARY KEY,
  body TEXT
);
INSERT INTO bodies_in_order (hash, body) SELECT hash, body FROM bodies;
DROP TABLE bodies;
ALTER TABLE bodies_in_order RENAME TO bodies;
