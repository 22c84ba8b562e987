import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The sample site that an installed package brings; a clone has it as `content/`. */
const SAMPLE = join(import.meta.dirname, '../sample');

/** Where the sample is and what it is published with. */
export interface Sample {
  content: string;
  config: string;
  data: string;
}

/**
 * The sample, for somebody who starts Tidings in a folder with nothing of their own, to see it run. Never where anything
 * was named or is there: a content folder that was not mounted must not become somebody else's articles. Its data
 * folder is its own, so that its articles are not withdrawn from the publisher's feeds one day.
 */
export function sampleHere(env: NodeJS.ProcessEnv): Sample | null {
  const named = ['TIDINGS_CONTENT', 'TIDINGS_DATA', 'TIDINGS_CONFIG'].some((name) => env[name]?.trim());
  const present = ['content', 'tidings.config.ts', '.tidings/tidings.sqlite'].some((path) => existsSync(resolve(path)));
  if (named || present || !existsSync(SAMPLE)) return null;
  return {
    content: join(SAMPLE, 'content'),
    config: join(SAMPLE, 'tidings.config.js'),
    data: resolve('.tidings/sample'),
  };
}
