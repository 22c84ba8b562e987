import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createApp } from '../../src/http/app.ts';
import { republish } from '../../src/republish.ts';
import { requestRun } from '../../src/storage/runs.ts';
import { makeHome, type TestHome, type TestHomeOptions } from '../home.ts';

/** A home with its routes, whose folder can be written and published. */
export interface Publishing {
  home: TestHome;
  /** Writes article files, null takes one away, and publishes them. */
  publish(files: Record<string, string | null>): Promise<void>;
  get(path: string, headers?: Record<string, string>, method?: string): Promise<Response>;
}

export function publishing(options: TestHomeOptions = {}): Publishing {
  const home = makeHome(options);
  const app = createApp(home);
  return {
    home,
    async publish(files) {
      for (const [path, text] of Object.entries(files)) {
        const file = join(home.folder, 'content', path);
        mkdirSync(dirname(file), { recursive: true });
        if (text === null) rmSync(file);
        else writeFileSync(file, text);
      }
      // A file is taken for deleted when two runs have not seen it.
      const runs = Object.values(files).includes(null) ? 2 : 1;
      for (let run = 0; run < runs; run++) {
        await requestRun(home, { trigger: 'api', acceptWithdrawals: true });
        await republish(home);
      }
    },
    get: async (path, headers = {}, method = 'GET') => app.request(home.url + path, { method, headers }),
  };
}

/** An article file of some length. */
export function article(title: string, fields: Record<string, string> = {}): string {
  const lines = Object.entries({ date: '2026-10-01T09:00:00Z', ...fields }).map(([key, value]) => `${key}: ${value}`);
  return `---\ntitle: ${JSON.stringify(title)}\n${lines.join('\n')}\n---\n\n${`All about ${title}. `.repeat(30)}\n`;
}
