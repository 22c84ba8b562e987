/** What a benchmark needs is not to be had here. The message says what. */
export class Unavailable extends Error {
  override name = 'Unavailable';
}
