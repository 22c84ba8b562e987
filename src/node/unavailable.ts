import { StorageUnavailable } from '../storage/ports.ts';

/** SQLite's primary result codes. */
const SQLITE_BUSY = 5;
const SQLITE_IOERR = 10;
const SQLITE_FULL = 13;

const FULL = 'The disk of the data folder is full or cannot be written, so nothing was changed. Free some space on it.';
const HELD = 'Another program holds the database, so nothing was changed. Close what has tidings.sqlite open.';

/** What SQLite or the file system said, in the ports' words where it is about room or locks. */
export function storageError(error: unknown): unknown {
  const { errcode = 0, code = '' } = error as NodeJS.ErrnoException & { errcode?: number };
  // The higher bits tell more of the same.
  const primary = errcode & 255;
  if (primary === SQLITE_BUSY) return new StorageUnavailable(HELD, { cause: error });
  if (primary === SQLITE_FULL || primary === SQLITE_IOERR || /^(ENOSPC|EDQUOT|EFBIG|EROFS)$/.test(code))
    return new StorageUnavailable(FULL, { cause: error });
  return error;
}
