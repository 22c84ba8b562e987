-- A subscriber may ask to be left without the present document after its verification (hub.initial=none).
ALTER TABLE verifications ADD COLUMN initial INTEGER NOT NULL DEFAULT 1;

-- Topics of sister sites, whose documents are fetched. The document itself stands in documents, by its absolute address.
CREATE TABLE sisters (
  address TEXT PRIMARY KEY,
  asked_at INTEGER NOT NULL,         -- when a ping, a poll or a subscriber last had a use for it
  fetched_at INTEGER NOT NULL DEFAULT 0, -- the last try
  etag TEXT,                         -- validators of the stored body, as the site gave them
  last_modified TEXT,
  failures INTEGER NOT NULL DEFAULT 0, -- tries in a row that gave no document
  status INTEGER,                    -- of the last answer
  error TEXT                         -- why there was no document, as a sentence
) WITHOUT ROWID;
CREATE INDEX sisters_asked ON sisters (asked_at);

-- How often somebody came within a minute, where no process remembers it for all.
CREATE TABLE rates (
  name TEXT PRIMARY KEY,
  minute INTEGER NOT NULL,           -- epoch minutes
  requests INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX rates_minute ON rates (minute);

-- Attempts since the beginning, for /metrics.
CREATE TABLE delivery_counts (
  channel TEXT NOT NULL,
  outcome TEXT NOT NULL,             -- delivered, failed, hung, gone
  retry INTEGER NOT NULL,            -- 1 when it was not the first attempt
  bucket INTEGER NOT NULL,           -- milliseconds that it took at most; 0 when more than the largest bucket
  attempts INTEGER NOT NULL,
  ms INTEGER NOT NULL,               -- of all of them together
  PRIMARY KEY (channel, outcome, retry, bucket)
) WITHOUT ROWID;

-- Runs that ended since the beginning, for /metrics; runs itself forgets the oldest.
CREATE TABLE run_counts (
  state TEXT PRIMARY KEY,            -- done, failed
  runs INTEGER NOT NULL,
  last_at INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO run_counts (state, runs, last_at)
  SELECT state, count(*), max(finished_at) FROM runs WHERE state IN ('done', 'failed') GROUP BY state;
CREATE TRIGGER runs_ended AFTER UPDATE OF state ON runs WHEN NEW.state IN ('done', 'failed') AND OLD.state <> NEW.state BEGIN
  INSERT INTO run_counts (state, runs, last_at) VALUES (NEW.state, 1, NEW.finished_at)
    ON CONFLICT (state) DO UPDATE SET runs = runs + 1, last_at = excluded.last_at;
END;

-- What the publisher has to know of: told once when it begins, and once when it is mended.
CREATE TABLE alerts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,                -- silent, held, suspended, queue
  subject TEXT NOT NULL,             -- what it is about: an origin; '' where the kind says it all
  message TEXT NOT NULL,
  since INTEGER NOT NULL,
  told INTEGER NOT NULL DEFAULT 0,
  mended_at INTEGER
);
CREATE UNIQUE INDEX alerts_open ON alerts (kind, subject) WHERE mended_at IS NULL;
