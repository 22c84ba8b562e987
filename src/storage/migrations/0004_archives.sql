-- What a feed has beyond the newest entries. A day is one of the site's zone; a period is a month (2024-03), a day of a
-- month with many articles (2024-03-05), or a part of a day with many (2024-03-05.0001).

-- Days whose members changed since the feed's archives were last looked at, in UTC.
CREATE TABLE archive_changes (
  feed TEXT NOT NULL,
  day TEXT NOT NULL,
  PRIMARY KEY (feed, day)
) WITHOUT ROWID;

-- What stands in a feed on each day.
CREATE TABLE archive_days (
  feed TEXT NOT NULL,
  day TEXT NOT NULL,
  entries INTEGER NOT NULL,
  hash TEXT NOT NULL,                -- of the day's entries: ids, addresses, dates of publication and update
  PRIMARY KEY (feed, day)
) WITHOUT ROWID;

-- The chain of a feed's archives as it is now.
CREATE TABLE archives (
  feed TEXT NOT NULL,
  period TEXT NOT NULL,
  entries INTEGER NOT NULL,
  link TEXT NOT NULL,                -- hash of what stands in it and of the link before: a part of its address
  PRIMARY KEY (feed, period)
) WITHOUT ROWID;

-- Archive documents that were made, with the articles in them: what is withdrawn leaves them too.
CREATE TABLE archive_documents (
  address TEXT PRIMARY KEY,          -- documents.address
  feed TEXT NOT NULL,
  articles TEXT NOT NULL             -- JSON: ids
) WITHOUT ROWID;
CREATE INDEX archive_documents_feed ON archive_documents (feed);

-- Entries that were taken back, by the feeds in which they stood.
CREATE TABLE tombstones (
  feed TEXT NOT NULL,
  article TEXT NOT NULL,
  at TEXT NOT NULL,
  cleared INTEGER NOT NULL DEFAULT 0, -- 1 when no archive document has it any more
  PRIMARY KEY (feed, article)
) WITHOUT ROWID;
CREATE INDEX tombstones_at ON tombstones (at);

-- Triggers, so that whatever changes memberships is noticed. Feeds of tags, authors, languages and folders have no archives.
CREATE TRIGGER memberships_archived AFTER INSERT ON memberships
WHEN NEW.feed = '' OR NEW.feed GLOB '/*' OR NEW.feed GLOB 'category/*' BEGIN
  INSERT OR IGNORE INTO archive_changes (feed, day) VALUES (NEW.feed, substr(NEW.sort, 1, 10));
END;
CREATE TRIGGER memberships_unarchived AFTER DELETE ON memberships
WHEN OLD.feed = '' OR OLD.feed GLOB '/*' OR OLD.feed GLOB 'category/*' BEGIN
  INSERT OR IGNORE INTO archive_changes (feed, day) VALUES (OLD.feed, substr(OLD.sort, 1, 10));
END;
