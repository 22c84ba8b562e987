import type { Command } from '../../src/cli/command.ts';

const HEAD = `# The command line

\`npm run -s tidings -- ARGS\` in a clone, \`tidings ARGS\` from [the package](packages.md). \`tidings help COMMAND\` prints what is
here. This page is made of the commands themselves; a test compares it, and \`vitest run --project node test/cli/reference.test.ts -u\`
writes it anew.

- \`--json\` on everything that prints a table or a report; \`--help\` on everything.
- The exit status is 0 when it is done, 1 when something is wrong with the content or the server, 2 when it was called wrongly.
- What a command prints goes to standard output, what it says of itself to standard error. Colours and progress bars are for
  terminals; \`NO_COLOR\` switches colours off, \`FORCE_COLOR\` on.
- Commands that change a data folder find the server that owns it and speak to it.
- \`tidings completion bash|zsh|fish\` makes the shell complete commands and options.
- The environment names folders, addresses and the token: [Operating](operating.md).
`;

/** The page of all commands. */
export function reference(commands: [string, Command][]): string {
  return `${[HEAD, ...commands.map(([name, command]) => section(name, command))].join('\n')}`;
}

function section(name: string, { usage, summary, details, options, examples }: Command): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const rows = Object.entries(options).map(
    ([option, { short, value, summary: says }]) =>
      `| \`${short === undefined ? '' : `-${short}, `}--${cell(option)}${value === undefined ? '' : ` ${cell(value)}`}\` | ${cell(says)} |`,
  );
  return [
    `## ${name}\n`,
    `${summary}.${details === undefined ? '' : ` ${details}`}\n`,
    `\`\`\`\ntidings ${usage}\n\`\`\`\n`,
    ...(rows.length > 0 ? [`| option | does |\n| --- | --- |\n${rows.join('\n')}\n`] : []),
    ...examples.map(([line, does]) => `- \`${line}\`: ${does}`),
    '',
  ].join('\n');
}
