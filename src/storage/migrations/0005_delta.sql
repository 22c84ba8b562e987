-- What a subscriber wants to be sent (hub.content): 1 is new and changed entries alone, 0 the whole document, null what the
-- publisher configured.
ALTER TABLE subscriptions ADD COLUMN delta INTEGER;
ALTER TABLE verifications ADD COLUMN delta INTEGER;
