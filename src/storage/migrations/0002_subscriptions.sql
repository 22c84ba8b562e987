-- The outbox learns two things. `asked` counts how often the same work was asked for: a consumer removes a row only when
-- nobody asked again while it worked. `wake_at` is when the sweep has to send a message for the row, whatever happened
-- to the last one: after the due time, after a message that got lost, after a claim whose holder died.
ALTER TABLE outbox ADD COLUMN asked INTEGER NOT NULL DEFAULT 1;
ALTER TABLE outbox ADD COLUMN wake_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX outbox_wake ON outbox (wake_at);

-- Who is told of what. Only verified requests are here.
CREATE TABLE subscriptions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  channel TEXT NOT NULL,             -- how it is told: websub
  topic TEXT NOT NULL,               -- documents.address
  asked_topic TEXT NOT NULL,         -- the topic's address as the subscriber wrote it
  callback TEXT NOT NULL,            -- as the subscriber wrote it
  origin TEXT NOT NULL,              -- scheme, host and port of the callback
  secret TEXT,
  lease_seconds INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  verified_at INTEGER NOT NULL,
  delivered INTEGER NOT NULL DEFAULT 0, -- the version that it has
  delivered_at INTEGER,
  UNIQUE (channel, topic, callback)
);
CREATE INDEX subscriptions_topic ON subscriptions (topic, id);
CREATE INDEX subscriptions_origin ON subscriptions (origin, topic);
CREATE INDEX subscriptions_lease ON subscriptions (lease_until);

-- Requests that wait for the subscriber's word: the last of each mode for a pair of topic and callback.
CREATE TABLE verifications (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  pair TEXT NOT NULL,                -- SHA-256 of topic and callback, outbox.ref of their verification
  mode TEXT NOT NULL,                -- subscribe, unsubscribe
  topic TEXT NOT NULL,
  asked_topic TEXT NOT NULL,
  callback TEXT NOT NULL,
  origin TEXT NOT NULL,
  secret TEXT,
  lease_seconds INTEGER NOT NULL,
  requested_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX verifications_pair ON verifications (pair, mode);
CREATE INDEX verifications_origin ON verifications (origin);

-- One fan-out for each topic. A pass brings everyone to the version that was wanted when it began; what is wanted
-- meanwhile starts one more. It runs while pass > done.
CREATE TABLE fanouts (
  topic TEXT PRIMARY KEY,
  wanted INTEGER NOT NULL,
  pass INTEGER NOT NULL DEFAULT 0,   -- the version that the pass began with
  started_at INTEGER NOT NULL DEFAULT 0,
  cursor INTEGER NOT NULL DEFAULT 0, -- subscriptions.id up to which the pass is cut into slices
  cut INTEGER NOT NULL DEFAULT 0,    -- 1 when all of it is
  done INTEGER NOT NULL DEFAULT 0    -- the pass that ended last
) WITHOUT ROWID;

-- A part of a pass: the subscriptions of a topic from one id to another.
CREATE TABLE slices (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  topic TEXT NOT NULL,
  pass INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  done INTEGER NOT NULL DEFAULT 0,
  UNIQUE (topic, pass, first)
);

-- Subscribers that are served by themselves and not by slices: just verified, failing, slow. The outbox says when.
CREATE TABLE deliveries (
  subscription INTEGER PRIMARY KEY,
  reason TEXT NOT NULL,              -- first, failed, slow, behind, suspended, ended
  attempts INTEGER NOT NULL DEFAULT 0, -- failed ones in a row
  status INTEGER,                    -- of the last answer
  error TEXT,                        -- why there was none
  since INTEGER NOT NULL
);

-- Origins of callbacks that failed lately. Past a share of failures the breaker opens: nobody there is tried for a
-- while, then a few are, and one success closes it, which removes the row.
CREATE TABLE hosts (
  origin TEXT PRIMARY KEY,
  tried INTEGER NOT NULL,            -- recent attempts; halved when they are many
  failed INTEGER NOT NULL,           -- of them
  opens INTEGER NOT NULL DEFAULT 0,  -- how often in a row the breaker opened; 0 is closed
  opened_at INTEGER NOT NULL DEFAULT 0,
  open_until INTEGER NOT NULL DEFAULT 0,
  seen_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX hosts_seen ON hosts (seen_at);

-- What was tried, for people to read: each exception by itself, the deliveries of a slice as one line.
CREATE TABLE delivery_log (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  topic TEXT NOT NULL,
  version INTEGER NOT NULL,
  subscription INTEGER,              -- null for a slice
  origin TEXT,
  attempt INTEGER,
  outcome TEXT NOT NULL,             -- delivered, failed, hung, gone, slice
  status INTEGER,
  error TEXT,
  ms INTEGER NOT NULL,
  delivered INTEGER NOT NULL DEFAULT 0, -- how many, in a slice
  failed INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX delivery_log_at ON delivery_log (at);
CREATE INDEX delivery_log_subscription ON delivery_log (subscription, id) WHERE subscription IS NOT NULL;
