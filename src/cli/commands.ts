import { closest, distance } from 'fastest-levenshtein';
import type { Command } from './command.ts';

/** Every command by its name, in the order of help. Each is loaded when it is used. */
export const COMMANDS: Record<string, () => Promise<{ command: Command }>> = {
  start: () => import('./start.ts'),
  init: () => import('./init.ts'),
  check: () => import('./check.ts'),
  build: () => import('./build.ts'),
  run: () => import('./run.ts'),
  'articles check': () => import('./articles-check.ts'),
  'articles list': () => import('./articles-list.ts'),
  'articles show': () => import('./articles-show.ts'),
  'articles withdraw': () => import('./articles-withdraw.ts'),
  'articles kill': () => import('./articles-kill.ts'),
  'articles restore': () => import('./articles-restore.ts'),
  'feeds list': () => import('./feeds-list.ts'),
  'subscribers list': () => import('./subscribers-list.ts'),
  'subscribers show': () => import('./subscribers-show.ts'),
  'subscribers remove': () => import('./subscribers-remove.ts'),
  'partners list': () => import('./partners-list.ts'),
  'partners add': () => import('./partners-add.ts'),
  'partners show': () => import('./partners-show.ts'),
  'partners change': () => import('./partners-change.ts'),
  'partners rotate': () => import('./partners-rotate.ts'),
  'partners check': () => import('./partners-check.ts'),
  'partners remove': () => import('./partners-remove.ts'),
  'deliveries list': () => import('./deliveries-list.ts'),
  'deliveries replay': () => import('./deliveries-replay.ts'),
  'partners pushes': () => import('./partners-pushes.ts'),
  'partners replay': () => import('./partners-replay.ts'),
  'partners proof': () => import('./partners-proof.ts'),
  sync: () => import('./sync.ts'),
  export: () => import('./export.ts'),
  import: () => import('./import.ts'),
  doctor: () => import('./doctor.ts'),
  healthcheck: () => import('./healthcheck.ts'),
  completion: () => import('./completion.ts'),
  help: () => import('./help.ts'),
};

/** The command that a line of arguments begins with; null when there is none. */
export async function findCommand(words: string[]): Promise<{ name: string; command: Command } | null> {
  const names = [words.slice(0, 2).join(' '), words[0] ?? ''];
  const name = names.find((candidate) => Object.hasOwn(COMMANDS, candidate));
  const load = name === undefined ? undefined : COMMANDS[name];
  return name === undefined || !load ? null : { name, command: (await load()).command };
}

/** Every command, loaded. */
export function allCommands(): Promise<[name: string, command: Command][]> {
  return Promise.all(
    Object.entries(COMMANDS).map(async ([name, load]) => [name, (await load()).command] as const),
  ).then((all) => all.map(([name, command]) => [name, command]));
}

/** What to say of words that are no command: the nearest one, or those of the noun. */
export function unknownCommand(words: string[]): string {
  const names = Object.keys(COMMANDS);
  const [noun = '', verb] = words;
  const verbs = names.filter((name) => name.startsWith(`${noun} `));
  const asked = verbs.length > 0 || verb !== undefined ? words.slice(0, 2).join(' ') : noun;
  if (verbs.length > 0 && verb === undefined) return `Say what to do with ${noun}: ${verbs.join(', ')}.`;
  const near = nearest(asked, names) ?? nearest(noun, names);
  return `There is no command ${asked}.${near === null ? ' See: tidings --help' : ` Did you mean: tidings ${near}`}`;
}

/** The known word that a misspelt one was probably meant to be; null when none is near. */
export function nearest(word: string, known: string[]): string | null {
  if (known.length === 0 || word === '') return null;
  const near = closest(word, known);
  return distance(word, near) <= Math.max(2, Math.floor(word.length / 3)) ? near : null;
}
