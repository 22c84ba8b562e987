#!/usr/bin/env node
import { argv, exit, versions } from 'node:process';
import { parseArgs } from 'node:util';
import type { Command } from './command.ts';
import { findCommand, nearest, unknownCommand } from './commands.ts';

async function main(args: string[]): Promise<number> {
  const [major = 0] = versions.node.split('.').map(Number);
  if (major < 24) {
    console.error(`Tidings needs Node 24 or newer; this is ${versions.node}. In a clone, run: npm start`);
    return 1;
  }
  const words = args.filter((arg) => !arg.startsWith('-'));
  const wantsHelp = args.includes('--help') || args.includes('-h');
  const found = await findCommand(words);
  if (!found) {
    if (wantsHelp && words.length > 0 && (await (await import('./help.ts')).printCommands(words[0]))) return 0;
    if (words.length > 0) {
      console.error(unknownCommand(words));
      return 2;
    }
    await (await import('./help.ts')).printCommands();
    return args.length === 0 || wantsHelp ? 0 : 2;
  }
  const { name, command } = found;
  if (wantsHelp) {
    (await import('./help.ts')).printHelp(command);
    return 0;
  }
  let left = name.split(' ').length;
  try {
    const own = args.filter((arg) => arg.startsWith('-') || left-- <= 0);
    parseArgs({ args: own, options: command.options, allowPositionals: takesWords(name, command) });
    return await command.run(own);
  } catch (error) {
    const mistake = usageMistake(error as Error & { code?: string }, command);
    if (mistake === null) throw error;
    console.error(`${mistake}\nSee: tidings help ${name}`);
    return 2;
  }
}

/** Whether something stands after the command that is no option. */
const takesWords = (name: string, { usage }: Command) =>
  /\w/.test(usage.slice(name.length).replace(/\[--[^\]]*\]|--\S+ \S+/g, ''));

/** What was written wrongly, as a person is told; null when the error is another one. */
function usageMistake({ name, code = '', message }: Error & { code?: string }, { options }: Command): string | null {
  if (name === 'UsageError') return message;
  if (!code.startsWith('ERR_PARSE_ARGS')) return null;
  const unknown = /^Unknown option '--?([^']+)'/.exec(message)?.[1];
  if (unknown === undefined) return message.split('. ')[0] ?? message;
  const near = nearest(unknown, Object.keys(options));
  return `There is no option --${unknown}.${near === null ? '' : ` Did you mean --${near}?`}`;
}

/** Errors whose message says what to do; anything else is a fault of ours and is shown whole. */
const EXPECTED = new Set([
  'ConfigError',
  'EnvironmentError',
  'ScheduleError',
  'NoServer',
  'CommandError',
  'RemoteError',
  'ImportRefused',
  'SourceUnavailable',
]);

try {
  const status = await main(argv.slice(2));
  // A server goes on after its command has returned; everything else is done here.
  if (status !== 0) exit(status);
} catch (error) {
  const { name, code = '', message } = error as Error & { code?: string };
  if (code === 'EADDRINUSE') console.error(`${message}; stop what listens there, or set PORT.`);
  else if (code === 'EACCES' && (error as NodeJS.ErrnoException).syscall === 'listen')
    console.error(`${message}; set PORT to one from 1024 on, and let a proxy answer at the other.`);
  else if (argv[2] === 'start' && (code === 'ENOTFOUND' || code === 'EADDRNOTAVAIL'))
    console.error(`${message}; set HOST to an address of this machine, such as 127.0.0.1 or 0.0.0.0.`);
  else console.error(EXPECTED.has(name) ? message : error);
  exit(1);
}
