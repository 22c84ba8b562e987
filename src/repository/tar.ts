/** The archive is none, is cut short, or has more in it than is taken. The message says which. */
export class ArchiveError extends Error {
  override name = 'ArchiveError';
}

/** A file of an archive. */
export interface TarFile {
  path: string;
  bytes: Uint8Array;
}

export interface TarOptions {
  /** Whether a file is read; the others are passed over without being held. */
  isWanted: (path: string, size: number) => boolean;
  /** Bytes of the whole archive. */
  maxBytes: number;
}

const BLOCK = 512;
/** Bytes of a header that only says more of the file after it; a path has 4,096 at most. */
const MAX_EXTENDED = 65_536;

/**
 * The wanted files of a tar archive as it comes, one in memory at a time. Reads ustar with the pax extensions of POSIX and
 * GNU's long names, which is what `git archive` and the hosts of repositories write. Links and devices are passed over.
 *
 * @throws {ArchiveError} also when the stream ends before the archive does
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
 */
export async function* tarFiles(stream: ReadableStream<Uint8Array>, options: TarOptions): AsyncGenerator<TarFile> {
  const input = new Blocks(stream, options.maxBytes);
  let longName: string | null = null;
  let longSize: number | null = null;
  for (;;) {
    const header = await input.take(BLOCK);
    if (header.every((byte) => byte === 0)) return;
    assertSum(header);
    const type = String.fromCharCode(header[156] || 48);
    const size: number = 'xgL'.includes(type) ? sizeOf(header) : (longSize ?? sizeOf(header));
    const padding = (BLOCK - (size % BLOCK)) % BLOCK;
    if (type === 'x' || type === 'L') {
      if (size > MAX_EXTENDED) throw new ArchiveError('The archive has a header that is too long.');
      const said = await input.take(size);
      if (type === 'L') longName = text(said);
      else {
        const records = paxRecords(said);
        longName = records.get('path') ?? longName;
        longSize = records.has('size') ? Number(records.get('size')) : longSize;
      }
      await input.skip(padding);
      continue;
    }
    const path = longName ?? nameOf(header);
    if (type !== 'g') {
      longName = null;
      longSize = null;
    }
    if ((type === '0' || type === '7') && options.isWanted(path, size)) {
      yield { path, bytes: await input.take(size) };
      await input.skip(padding);
    } else await input.skip(size + padding);
  }
}

/** A stream by so many bytes at a time. */
class Blocks {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #maxBytes: number;
  #rest: Uint8Array = new Uint8Array();
  #seen = 0;

  constructor(stream: ReadableStream<Uint8Array>, maxBytes: number) {
    this.#reader = stream.getReader();
    this.#maxBytes = maxBytes;
  }

  async take(size: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(size);
    await this.#read(size, (chunk, at) => bytes.set(chunk, at));
    return bytes;
  }

  async skip(size: number): Promise<void> {
    await this.#read(size, () => {});
  }

  async #read(size: number, use: (chunk: Uint8Array, at: number) => void): Promise<void> {
    for (let at = 0; at < size; ) {
      if (this.#rest.byteLength === 0) await this.#more();
      const chunk = this.#rest.subarray(0, size - at);
      use(chunk, at);
      at += chunk.byteLength;
      this.#rest = this.#rest.subarray(chunk.byteLength);
    }
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#reader.read();
    if (done) throw new ArchiveError('The archive ends before its end.');
    this.#seen += value.byteLength;
    if (this.#seen > this.#maxBytes) throw new ArchiveError(`The archive has more than ${this.#maxBytes} bytes in it.`);
    this.#rest = value;
  }
}

const decoder = new TextDecoder();

/** A field up to its first NUL. */
function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end === -1 ? bytes : bytes.subarray(0, end));
}

function nameOf(header: Uint8Array): string {
  const isUstar = text(header.subarray(257, 262)) === 'ustar';
  const prefix = isUstar && header[263] === 0x30 ? text(header.subarray(345, 500)) : '';
  const name = text(header.subarray(0, 100));
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Octal digits, or with the highest bit set a number in base 256. */
function sizeOf(header: Uint8Array): number {
  const field = header.subarray(124, 136);
  const first = field[0] ?? 0;
  const size =
    (first & 0x80) === 0
      ? Number.parseInt(text(field).trim() || '0', 8)
      : field.subarray(1).reduce((sum, byte) => sum * 256 + byte, first & 0x7f);
  if (!Number.isSafeInteger(size)) throw new ArchiveError('The archive has a file without a size.');
  return size;
}

/** The header's sum is counted with its own field as spaces. */
function assertSum(header: Uint8Array): void {
  const said = Number.parseInt(text(header.subarray(148, 156)).trim(), 8);
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  if (said !== sum) throw new ArchiveError('What came is no tar archive.');
}

/** Records of the form `LENGTH KEY=VALUE\n`, the length counting itself. */
function paxRecords(bytes: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.byteLength; ) {
    const space = bytes.indexOf(32, at);
    const length = Number(decoder.decode(bytes.subarray(at, space)));
    if (space === -1 || !Number.isInteger(length) || length <= space - at) break;
    const record = decoder.decode(bytes.subarray(space + 1, at + length - 1));
    const equals = record.indexOf('=');
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}
