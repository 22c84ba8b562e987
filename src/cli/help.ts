import type { Command } from './command.ts';
import { allCommands, findCommand, unknownCommand } from './commands.ts';
import { bold, dim } from './style.ts';
import { wrapped } from './table.ts';

/** Options that every command takes. */
const EVERYWHERE: [string, string][] = [['-h, --help', 'print this']];

export const command: Command = {
  usage: 'help [COMMAND]',
  summary: 'Every command, or how one is used, with examples',
  options: {},
  examples: [
    ['tidings help', 'every command'],
    ['tidings help articles check', 'how one is used; tidings articles check --help is the same'],
  ],
  async run(words) {
    if (words.length === 0) {
      await printCommands();
      return 0;
    }
    const found = await findCommand(words);
    if (!found && words.length === 1 && (await printCommands(words[0]))) return 0;
    if (!found) {
      console.error(unknownCommand(words));
      return 2;
    }
    printHelp(found.command);
    return 0;
  },
};

/**
 * Every command with its summary, or those of a noun.
 *
 * @returns whether there is one
 */
export async function printCommands(noun?: string): Promise<boolean> {
  const all = (await allCommands()).filter(([name]) => noun === undefined || name.startsWith(`${noun} `));
  if (all.length === 0) return false;
  console.log(`${bold('Usage:')} tidings ${noun === undefined ? '' : `${noun} `}COMMAND [--help]\n`);
  printPairs(all.map(([name, { summary }]) => [name, summary]));
  console.log(`\n${dim('How one is used, with examples: tidings help COMMAND')}`);
  return true;
}

/** How one command is used. */
export function printHelp({ usage, summary, details, options, examples }: Command): void {
  console.log(`${wrapped(`${summary}.`)}\n\n${bold('Usage:')} ${usageLines(usage)}`);
  if (details !== undefined) console.log(`\n${wrapped(details)}`);
  console.log(`\n${bold('Options:')}`);
  printPairs([...Object.entries(options).map(([name, option]) => pairOf(name, option)), ...EVERYWHERE]);
  console.log(`\n${bold('Examples:')}`);
  for (const [line, does] of examples) console.log(`  ${line}\n      ${dim(does)}`);
}

/** The usage in lines that fit, broken between options and never inside one. */
function usageLines(usage: string): string {
  const whole = usage.replace(/\[(?:[^[\]]|\[[^\]]*\])*\]/g, (option) => option.replaceAll(' ', '\0'));
  const indent = 'Usage: '.length;
  return wrapped(`tidings ${whole}`, indent).slice(indent).replaceAll('\0', ' ');
}

function pairOf(name: string, { short, value, summary }: Command['options'][string]): [string, string] {
  const names = `${short === undefined ? '' : `-${short}, `}--${name}`;
  return [value === undefined ? names : `${names} ${value}`, summary];
}

/** Two columns, of which the second is wrapped. */
function printPairs(pairs: [string, string][]): void {
  const width = Math.max(...pairs.map(([name]) => name.length));
  for (const [name, says] of pairs)
    console.log(`  ${name.padEnd(width)}  ${wrapped(says, width + 4).slice(width + 4)}`);
}
