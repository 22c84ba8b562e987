-- Sites that syndicate. What one may have stands in its settings, as they were given; see partners/partner.ts.
CREATE TABLE partners (
  id TEXT PRIMARY KEY,
  settings TEXT NOT NULL,            -- JSON
  version INTEGER NOT NULL,          -- rises by one with each change
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  selecting TEXT,                    -- articles.id after which its articles are still to be chosen; null when they are
  error TEXT                         -- why its feeds could not be made; null when all is well
) WITHOUT ROWID;
CREATE INDEX partners_selecting ON partners (id) WHERE selecting IS NOT NULL;

-- Who changed what of a partner, and when. Stays when the partner goes.
CREATE TABLE partner_log (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  partner TEXT NOT NULL,
  version INTEGER NOT NULL,          -- of the settings from then on
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,               -- who: the door, and the name that was given there
  action TEXT NOT NULL,              -- created, changed, removed, key-added, key-revoked, secret-added, secret-removed
  changes TEXT NOT NULL DEFAULT '{}' -- JSON: [before, after] by field; null for what was not set
);
CREATE INDEX partner_log_partner ON partner_log (partner, seq);

-- A partner's keys: two while one takes the place of the other. The secret part is only here as a hash.
CREATE TABLE partner_keys (
  id TEXT PRIMARY KEY,               -- the part of the key that is no secret
  partner TEXT NOT NULL,
  hash TEXT NOT NULL,                -- SHA-256
  created_at INTEGER NOT NULL,
  last_used_at INTEGER
) WITHOUT ROWID;
CREATE INDEX partner_keys_partner ON partner_keys (partner, created_at);

-- What a partner's webhook is signed with: readable, since it signs. Two while one takes the place of the other.
CREATE TABLE partner_secrets (
  id TEXT PRIMARY KEY,
  partner TEXT NOT NULL,
  secret TEXT NOT NULL,              -- whsec_ and base64
  created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX partner_secrets_partner ON partner_secrets (partner, created_at);

-- When an article enters a partner's feeds by itself, at the end of its embargo, and leaves them, when it is too old.
-- What stands in them now is in memberships, as of every feed.
CREATE TABLE partner_schedule (
  partner TEXT NOT NULL,
  article TEXT NOT NULL,
  enters INTEGER NOT NULL,           -- 1 enters, 0 leaves
  at INTEGER NOT NULL,
  sort TEXT NOT NULL,                -- memberships.sort
  PRIMARY KEY (partner, article, enters)
) WITHOUT ROWID;
CREATE INDEX partner_schedule_at ON partner_schedule (at);
CREATE INDEX partner_schedule_article ON partner_schedule (article);

-- The key by which a partner's topic was subscribed to: it ends with it.
ALTER TABLE subscriptions ADD COLUMN partner_key TEXT;
ALTER TABLE verifications ADD COLUMN partner_key TEXT;
CREATE INDEX subscriptions_partner_key ON subscriptions (partner_key) WHERE partner_key IS NOT NULL;

-- Feeds of partners have archives, too.
DROP TRIGGER memberships_archived;
DROP TRIGGER memberships_unarchived;
CREATE TRIGGER memberships_archived AFTER INSERT ON memberships
WHEN NEW.feed = '' OR NEW.feed GLOB '/*' OR NEW.feed GLOB 'category/*' OR NEW.feed GLOB 'partners/*' BEGIN
  INSERT OR IGNORE INTO archive_changes (feed, day) VALUES (NEW.feed, substr(NEW.sort, 1, 10));
END;
CREATE TRIGGER memberships_unarchived AFTER DELETE ON memberships
WHEN OLD.feed = '' OR OLD.feed GLOB '/*' OR OLD.feed GLOB 'category/*' OR OLD.feed GLOB 'partners/*' BEGIN
  INSERT OR IGNORE INTO archive_changes (feed, day) VALUES (OLD.feed, substr(OLD.sort, 1, 10));
END;
