import { promisify } from 'node:util';
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib';
import { brotliWindow, type Coding, LEVELS } from '../storage/codings.ts';

const by = { br: promisify(brotliCompress), gzip: promisify(gzip), zstd: promisify(zstdCompress) };

/** workerd's own zlib, which gives the bytes that Node's gives. */
export async function compress(coding: Coding, bytes: Uint8Array): Promise<Uint8Array> {
  if (coding === 'gzip') return by.gzip(bytes, { level: LEVELS.gzip });
  if (coding === 'zstd') return by.zstd(bytes);
  return by.br(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: LEVELS.br,
      [constants.BROTLI_PARAM_LGWIN]: brotliWindow(bytes.byteLength),
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength,
    },
  });
}
