/** The publisher's configuration, which wrangler.toml's alias names. */
declare module 'tidings-config' {
  const input: unknown;
  export default input;
}

/** What is used of it: workerd has it, its types are Node's. */
declare module 'node:crypto' {
  interface Hash {
    update(data: string | Uint8Array): Hash;
    digest(encoding: 'hex'): string;
  }
  export function createHash(algorithm: 'sha256'): Hash;
}
