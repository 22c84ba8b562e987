-- Articles that the publisher took back by command, whatever their files say. Until that is undone.
CREATE TABLE retractions (
  article TEXT PRIMARY KEY,          -- ledger.id
  kind TEXT NOT NULL,                -- withdraw, kill
  reason TEXT NOT NULL,              -- in the publisher's words
  at TEXT NOT NULL
) WITHOUT ROWID;

-- What made an event one: title, body, correction, picture, date, restored; of a withdrawal its reason.
ALTER TABLE events ADD COLUMN because TEXT;
