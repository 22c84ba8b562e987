-- 0 while a document's codings are still to be made: it is committed plain, so that nobody waits for them.
ALTER TABLE documents ADD COLUMN coded INTEGER NOT NULL DEFAULT 1;
CREATE INDEX documents_uncoded ON documents (coded) WHERE coded = 0;
