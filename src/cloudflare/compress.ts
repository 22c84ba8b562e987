import { promisify } from 'node:util';
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib';
import type { Coding } from '../storage/codings.ts';

const by = { br: promisify(brotliCompress), gzip: promisify(gzip), zstd: promisify(zstdCompress) };

/** workerd's own zlib, which gives the bytes that Node's gives. Brotli's quality 5 spares the invocation's CPU time. */
export async function compress(coding: Coding, bytes: Uint8Array): Promise<Uint8Array> {
  if (coding !== 'br') return by[coding](bytes);
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
  return by.br(bytes, { params: { [BROTLI_PARAM_QUALITY]: 5, [BROTLI_PARAM_SIZE_HINT]: bytes.byteLength } });
}
