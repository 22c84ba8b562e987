import type { Profile } from '../../../src/partners/profiles/profile.ts';
import { LEFT_OUT, PROFILES } from '../../../src/partners/profiles/profiles.ts';

/** A chapter with the parts between its marks made anew from the profiles. */
export function withTables(chapter: string): string {
  const parts: Record<string, string> = {
    profiles: table(
      ['name', 'destination', 'reads', 'what it does'],
      PROFILES.map(({ name, title, documents, about }) => [`\`${name}\``, title, documents.join(', '), about]),
    ),
    rules: PROFILES.filter((profile) => profile.name !== 'plain')
      .map(rulesOf)
      .join('\n\n'),
    'left out': leftOut(),
  };
  return Object.entries(parts).reduce(
    (text, [name, part]) =>
      text.replace(new RegExp(`(<!-- ${name}: [^\\n]*-->\\n)[\\s\\S]*?(<!-- /${name} -->)`), (_, from, to) =>
        [from, part, '', to].join('\n'),
      ),
    chapter,
  );
}

function rulesOf({ title, articleRules, feedRules, sources }: Profile): string {
  const numbers = new Map(sources.map((source, at) => [source, at + 1]));
  const rows = [...articleRules, ...feedRules].map(({ code, level, demand, cited }) => [
    `\`${code}\``,
    level,
    demand,
    `[${numbers.get(cited.source) ?? 0}] ${cited.section.replace(/[<>]/g, '`$&').replace(/`<(\w+(?::\w+)?)`>/g, '`<$1>`')}`,
  ]);
  const list = sources.map((source, at) => `${at + 1}. [${source.title}](${source.url})`);
  return [`### ${title}`, '', table(['rule', 'level', 'asks', 'source'], rows), '', ...list].join('\n');
}

function leftOut(): string {
  const destinations = LEFT_OUT.map(({ destination, why }) => `- **${destination}**: ${why}.`);
  const rules = PROFILES.flatMap(({ title, leftOut: parts }) =>
    parts.length > 0 ? [`- ${title}: ${parts.join('; ')}.`] : [],
  );
  return ['Destinations:', '', ...destinations, '', 'Parts of those that have a profile:', '', ...rules].join('\n');
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
