/** The publisher's configuration, which wrangler.toml's alias names. */
declare module 'tidings-config' {
  const input: unknown;
  export default input;
}
