import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Fenced text of a page. */
export interface Block {
  /** Path of the page below the repository. */
  page: string;
  /** The line of the page on which its text begins. */
  line: number;
  language: string;
  text: string;
}

/** A command of a block, with what the block says that it prints. */
export interface Command {
  text: string;
  /** Lines that stand as comments directly beneath it. */
  prints: string[];
}

/** Every fenced text in the README and in the pages of docs/. */
export function allBlocks(): Block[] {
  const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  return ['README.md', ...pages.map((name) => `docs/${name}`)].flatMap((page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(({ index, 1: language = '', 2: inside = '' }) => ({
      page,
      line: text.slice(0, index).split('\n').length + 1,
      language,
      text: inside,
    }));
  });
}

/** The commands of a block of sh. */
export function commandsOf(text: string): Command[] {
  const commands: Command[] = [];
  let follows = false;
  for (const line of text.replaceAll('\\\n', ' ').split('\n')) {
    const last = commands.at(-1);
    if (line.startsWith('#')) {
      if (follows) last?.prints.push(line.replace(/^# ?/, ''));
    } else if (line.trim() !== '') commands.push({ text: line, prints: [] });
    follows = line.trim() !== '' && (follows || !line.startsWith('#'));
  }
  return commands;
}
