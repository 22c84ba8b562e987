import { promisify } from 'node:util';
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib';
import type { Coding } from '../storage/codings.ts';

const by = { br: promisify(brotliCompress), gzip: promisify(gzip), zstd: promisify(zstdCompress) };

/** For gzip, which most fetchers of feeds ask for: half the work of zlib's own 6, and a few per cent larger. */
const GZIP_LEVEL = 4;

/** In the thread pool. Brotli's quality 5 is a hundredth of the work of its highest, for an eighth more bytes. */
export async function compress(coding: Coding, bytes: Uint8Array): Promise<Uint8Array> {
  if (coding === 'gzip') return by.gzip(bytes, { level: GZIP_LEVEL });
  if (coding === 'zstd') return by.zstd(bytes);
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
  return by.br(bytes, { params: { [BROTLI_PARAM_QUALITY]: 5, [BROTLI_PARAM_SIZE_HINT]: bytes.byteLength } });
}
