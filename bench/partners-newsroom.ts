import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Articles of the benchmark of partners. */
export const PARTNERS_ARTICLES = 10_000;

const DAY_MS = 86_400_000;
const NEWEST = Date.UTC(2026, 0, 31, 9);

/** Writes articles, the first the newest: 20 sections, 50 topics of which each has two, 10 authors. */
export function writeNewsroom(content: string, count: number): void {
  const folder = join(content, 'content/posts');
  mkdirSync(folder, { recursive: true });
  for (let n = 0; n < count; n++) {
    const front = {
      title: `News ${n}`,
      date: new Date(NEWEST - (n * DAY_MS) / 8).toISOString(),
      categories: [`Section ${n % 20}`],
      tags: [`Topic ${n % 50}`, `Topic ${(n * 3) % 50}`],
      author: `Author ${n % 10}`,
    };
    const lines = Object.entries(front).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
    const text = `This is what article ${n} has to say of its section, and no other says it in these words. `.repeat(
      20,
    );
    writeFileSync(join(folder, `news-${String(n).padStart(5, '0')}.md`), `---\n${lines.join('\n')}\n---\n${text}\n`);
  }
}
