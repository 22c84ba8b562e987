import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { isAuthorsFile } from '../articles/authors.ts';
import { articleFiles } from '../articles/selection.ts';
import type { Home } from '../home.ts';
import { republish } from '../republish.ts';
import { requestRun } from '../storage/runs.ts';

/** A file has settled when nothing was heard of it for this long, in milliseconds. */
const SETTLED_MS = 150;
/** Milliseconds after which what could not be taken in, because nothing could be written, is tried again. */
const AGAIN_MS = 5_000;
/** More paths than this at once are a reason to look at the whole folder. */
const MANY = 500;

export interface Watcher {
  stop(): Promise<void>;
}

/**
 * Takes in article files as they change. What a watcher cannot see (a folder moved in, a network mount, too many files)
 * the next tick does.
 */
export function watchContent(home: Home, folder: string): Watcher {
  const isArticle = articleFiles(home.config);
  const changed = new Set<string>();
  let whole = false;
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();
  let stopped = false;

  const settle = async () => {
    const paths = [...changed];
    const everything = whole || paths.length > MANY;
    changed.clear();
    whole = false;
    try {
      await requestRun(home, { trigger: 'watch', ...(everything ? {} : { paths }) });
      await republish(home);
    } catch (error) {
      home.log.error('watch failed', { error: error instanceof Error ? error.message : String(error) });
      for (const path of paths) changed.add(path);
      whole ||= everything;
      settleAfter(AGAIN_MS);
    }
  };
  const settleAfter = (ms: number) => {
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      working = working.then(settle);
    }, ms);
  };
  const heard = async (name: string | null) => {
    if (name === null) whole = true;
    else {
      const path = name.split(sep).join('/');
      if (path.split('/').some((part) => part.startsWith('.'))) return;
      if (isArticle(path) || isAuthorsFile(path)) changed.add(path);
      // A folder that came or went holds files that nothing else may be heard of.
      else if (await isFolderOrGone(join(folder, name))) whole = true;
      else return;
    }
    settleAfter(SETTLED_MS);
  };

  let watcher: FSWatcher | null = null;
  try {
    watcher = watch(folder, { recursive: true }, (_, name) => void heard(name));
    watcher.on('error', (error) => home.log.warn('watch ended', { error: error.message }));
  } catch (error) {
    home.log.warn('the content folder cannot be watched; changes are found by the schedule', {
      folder,
      error: error instanceof Error ? error.message : String(error),
    });
  }
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      watcher?.close();
      await working;
    },
  };
}

async function isFolderOrGone(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return true;
  }
}
