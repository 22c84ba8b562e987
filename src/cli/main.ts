#!/usr/bin/env node
import { argv, exit, versions } from 'node:process';
import type { Command } from './command.ts';

const COMMANDS: Record<string, () => Promise<{ command: Command }>> = {
  start: () => import('./start.ts'),
  run: () => import('./run.ts'),
  'articles check': () => import('./articles-check.ts'),
  'feeds list': () => import('./feeds-list.ts'),
  'subscribers list': () => import('./subscribers-list.ts'),
  'subscribers show': () => import('./subscribers-show.ts'),
  'subscribers remove': () => import('./subscribers-remove.ts'),
  'deliveries list': () => import('./deliveries-list.ts'),
  'deliveries replay': () => import('./deliveries-replay.ts'),
  doctor: () => import('./doctor.ts'),
  healthcheck: () => import('./healthcheck.ts'),
};

async function main(args: string[]): Promise<number> {
  const [major = 0] = versions.node.split('.').map(Number);
  if (major < 24) {
    console.error(`Tidings needs Node 24 or newer; this is ${versions.node}. In a clone, run: npm start`);
    return 1;
  }
  const words = args.filter((arg) => !arg.startsWith('-'));
  const name = [words.slice(0, 2).join(' '), words[0] ?? ''].find((candidate) => candidate in COMMANDS);
  if (name === undefined) {
    const asked = args.length === 0 || args.includes('--help') || args.includes('-h');
    await help(asked ? console.log : console.error, asked ? null : words.join(' '));
    return asked ? 0 : 2;
  }
  const load = COMMANDS[name];
  if (!load) return 2;
  const { command } = await load();
  if (args.includes('--help') || args.includes('-h')) {
    console.log(`${command.summary}\n\nUsage: tidings ${command.usage}`);
    return 0;
  }
  const used = name.split(' ').length;
  let left = used;
  return command.run(args.filter((arg) => arg.startsWith('-') || left-- <= 0));
}

async function help(print: (text: string) => void, unknown: string | null): Promise<void> {
  if (unknown) print(`There is no command ${JSON.stringify(unknown)}.\n`);
  print('Usage: tidings COMMAND [--help]\n');
  for (const load of Object.values(COMMANDS)) {
    const { command } = await load();
    print(`  ${command.usage.padEnd(40)} ${command.summary}`);
  }
}

/** Errors whose message says what to do; anything else is a fault of ours and is shown whole. */
const EXPECTED = new Set(['ConfigError', 'EnvironmentError', 'ScheduleError', 'NoServer']);

try {
  const status = await main(argv.slice(2));
  // A server goes on after its command has returned; everything else is done here.
  if (status !== 0) exit(status);
} catch (error) {
  const { name, code = '', message } = error as Error & { code?: string };
  if (code.startsWith('ERR_PARSE_ARGS')) {
    console.error(`${message}\nSee: tidings --help`);
    exit(2);
  }
  if (code === 'EADDRINUSE') console.error(`${message}; stop what listens there, or set PORT.`);
  else console.error(EXPECTED.has(name) ? message : error);
  exit(1);
}
