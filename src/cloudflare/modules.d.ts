/** The publisher's configuration, which wrangler.toml's alias names. */
declare module 'tidings-config' {
  const input: unknown;
  export default input;
}

// What is used of these: workerd has them, their types are Node's.

declare module 'node:crypto' {
  interface Hash {
    update(data: string | Uint8Array): Hash;
    digest(encoding: 'hex'): string;
  }
  export function createHash(algorithm: 'sha256'): Hash;
  export function createHmac(algorithm: 'sha1' | 'sha256' | 'sha384' | 'sha512', key: string | Uint8Array): Hash;
}

declare module 'node:util' {
  export function promisify<A extends unknown[], R>(
    work: (...args: [...A, (error: Error | null, result: R) => void]) => void,
  ): (...args: A) => Promise<R>;
}

declare module 'node:zlib' {
  type Done = (error: Error | null, result: Uint8Array) => void;
  export const constants: { BROTLI_PARAM_QUALITY: number; BROTLI_PARAM_LGWIN: number; BROTLI_PARAM_SIZE_HINT: number };
  export function gzip(bytes: Uint8Array, options: { level: number }, done: Done): void;
  export function zstdCompress(bytes: Uint8Array, done: Done): void;
  export function brotliCompress(bytes: Uint8Array, options: { params: Record<number, number> }, done: Done): void;
}
