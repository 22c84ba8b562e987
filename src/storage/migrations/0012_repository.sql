-- Files that came from the archive of the publisher's repository, so that those that leave it leave here too.
CREATE TABLE repository_files (
  path TEXT PRIMARY KEY,             -- as the source has it
  hash TEXT NOT NULL                 -- SHA-256 of the bytes that came
) WITHOUT ROWID;
