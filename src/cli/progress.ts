/** Below this many steps nobody waits long enough to want a bar. */
const SHOW_FROM = 200;
const WIDTH = 30;
/** Milliseconds between two pictures of the bar. */
const EVERY_MS = 50;

/**
 * A bar on standard error while something takes long; nothing where that is no terminal.
 *
 * @returns told how many steps are done, of how many; the last one takes the bar away
 */
export function progress(label: string): (done: number, all: number) => void {
  let shown = 0;
  return (done, all) => {
    if (!process.stderr.isTTY || all < SHOW_FROM) return;
    const now = Date.now();
    if (done < all && now - shown < EVERY_MS) return;
    shown = now;
    if (done >= all) return void process.stderr.write('\r\u001b[2K');
    const filled = Math.round((done / all) * WIDTH);
    process.stderr.write(`\r${label} ${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${done}/${all}`);
  };
}
