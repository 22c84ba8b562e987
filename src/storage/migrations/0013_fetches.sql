-- Who asked for which document, hour by hour.
CREATE TABLE fetches (
  hour INTEGER NOT NULL,             -- epoch hours
  address TEXT NOT NULL,             -- documents.address
  reader TEXT NOT NULL,              -- the program, as its User-Agent names it, without versions
  fetches INTEGER NOT NULL,
  unchanged INTEGER NOT NULL,        -- of them, answered with 304
  subscribers INTEGER,               -- for how many it asks, as it says itself
  PRIMARY KEY (hour, address, reader)
) WITHOUT ROWID;
