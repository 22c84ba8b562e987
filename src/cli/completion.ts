import type { Command } from './command.ts';
import { allCommands } from './commands.ts';

const SHELLS: Record<string, (all: [string, Command][]) => string> = { bash, zsh, fish };

export const command: Command = {
  usage: 'completion bash|zsh|fish',
  summary: 'Prints what makes a shell complete commands and options',
  options: {},
  examples: [
    ['tidings completion bash > ~/.local/share/bash-completion/completions/tidings', 'for bash, from its next start'],
    ['tidings completion zsh > ~/.zsh/_tidings', 'for zsh, where ~/.zsh is in fpath'],
    ['tidings completion fish > ~/.config/fish/completions/tidings.fish', 'for fish'],
  ],
  async run([shell = '']) {
    const script = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
    if (!script) {
      console.error(`Name your shell: ${Object.keys(SHELLS).join(', ')}.`);
      return 2;
    }
    console.log(script(await allCommands()));
    return 0;
  },
};

const nouns = (all: [string, Command][]) => [...new Set(all.map(([name]) => name.split(' ')[0] ?? ''))];

/** The verbs of each noun that has some. */
function verbs(all: [string, Command][]): Map<string, string[]> {
  const pairs = all.map(([name]) => name.split(' ')).filter((words) => words.length === 2);
  return new Map(
    [...Map.groupBy(pairs, ([noun]) => noun ?? '')].map(([noun, words]) => [noun, words.map(([, verb]) => verb ?? '')]),
  );
}

const CHOICE = /^[a-z]+(?:\|[a-z]+)+$/;

/** The words that a value or an argument is chosen from, as `full|excerpt`; none where it is anything. */
const choices = (value = ''): string[] => (CHOICE.test(value) ? value.split('|') : []);

/** What stands first after a command, where the usage gives a choice of words. */
const firstChoices = ([name, { usage }]: [string, Command]): string[] =>
  name === 'help' ? [] : choices(usage.slice(name.length + 1));

const isFile = (value: string) => /FILE|DIR/.test(value);

const flags = ({ options }: Command) => [...Object.keys(options), 'help'].map((name) => `--${name}`);

function bash(all: [string, Command][]): string {
  const cases = all.map(([name, command]) => {
    const pattern = name.includes(' ') ? `'${name}'` : `'${name}'|'${name} '*`;
    return `      ${pattern}) words='${flags(command).join(' ')}' ;;`;
  });
  const second = [
    ...verbs(all),
    ...all.map((one) => [one[0], firstChoices(one)] as const),
    ['help', nouns(all)] as const,
  ].flatMap(([noun, names]) => (names.length > 0 ? [`      ${noun}) words='${names.join(' ')}' ;;`] : []));
  const values = all.flatMap(([name, { options }]) =>
    Object.entries(options).flatMap(([option, { value }]) =>
      choices(value).length > 0 ? [`    '${name} --${option}') words='${choices(value).join(' ')}' ;;`] : [],
    ),
  );
  return `# bash completion for tidings
_tidings() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=''
  if [ "$COMP_CWORD" -eq 1 ]; then
    words='${nouns(all).join(' ')}'
  elif [ "$COMP_CWORD" -gt 3 ] && [ "\${COMP_WORDS[COMP_CWORD-1]#--}" != "\${COMP_WORDS[COMP_CWORD-1]}" ] && [ "\${current#-}" = "$current" ]; then
    case "\${COMP_WORDS[1]} \${COMP_WORDS[2]} \${COMP_WORDS[COMP_CWORD-1]}" in
${values.join('\n')}
    esac
  elif [ "\${current#-}" != "$current" ]; then
    case "\${COMP_WORDS[1]} \${COMP_WORDS[2]}" in
${cases.join('\n')}
    esac
  elif [ "$COMP_CWORD" -eq 2 ]; then
    case "\${COMP_WORDS[1]}" in
${second.join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _tidings tidings`;
}

/** A text inside single quotes. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
/** What would end a part of zsh's own syntax. */
const escaped = (text: string) => text.replace(/[:[\]\\]/g, '\\$&');

function zsh(all: [string, Command][]): string {
  const first = nouns(all).map((noun) => {
    const alone = all.find(([name]) => name === noun)?.[1].summary;
    return `    ${quoted(`${noun}:${escaped(alone ?? (verbs(all).get(noun) ?? []).join(', '))}`)}`;
  });
  const offered = (value: string) =>
    choices(value).length > 0 ? `(${choices(value).join(' ')})` : isFile(value) ? '_files' : ' ';
  const second = [
    ...[...verbs(all)].map(([noun, names]) => {
      const said = names.map((verb) => {
        const summary = all.find(([name]) => name === `${noun} ${verb}`)?.[1].summary ?? '';
        return quoted(`${verb}:${escaped(summary)}`);
      });
      return `      ${noun}) commands=(${said.join(' ')}); _describe verb commands; return ;;`;
    }),
    ...all.flatMap((one) =>
      firstChoices(one).length > 0 ? [`      ${one[0]}) compadd ${firstChoices(one).join(' ')}; return ;;`] : [],
    ),
    `      help) compadd ${nouns(all).join(' ')}; return ;;`,
  ];
  const options = all.map(([name, command]) => {
    const specs = Object.entries(command.options).map(([option, { value, summary }]) =>
      quoted(`--${option}[${escaped(summary)}]${value === undefined ? '' : `:${escaped(value)}:${offered(value)}`}`),
    );
    const pattern = name.includes(' ') ? quoted(name) : `${quoted(name)}|${quoted(`${name} `)}*`;
    return `    ${pattern}) _arguments '*:file:_files' '--help[how it is used]' ${specs.join(' ')} ;;`;
  });
  return `#compdef tidings
_tidings() {
  local -a commands
  commands=(
${first.join('\n')}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  if (( CURRENT == 3 )); then
    case "$words[2]" in
${second.join('\n')}
    esac
  fi
  case "$words[2] $words[3]" in
${options.join('\n')}
  esac
}
if [ "$funcstack[1]" = _tidings ]; then _tidings "$@"; else compdef _tidings tidings; fi`;
}

function fish(all: [string, Command][]): string {
  const lines: string[] = [];
  const offer = (after: string, words: string, says = '') =>
    lines.push(
      `complete -c tidings -n '__tidings_at${after && ` ${after}`}' -f -a ${fishQuoted(words)}${says && ` -d ${fishQuoted(says)}`}`,
    );
  for (const noun of nouns(all)) {
    const alone = all.find(([name]) => name === noun)?.[1].summary;
    offer('', noun, alone ?? (verbs(all).get(noun) ?? []).join(', '));
  }
  offer('help', nouns(all).join(' '));
  for (const one of all) {
    const [name, { summary, options }] = one;
    const [noun = '', verb] = name.split(' ');
    if (verb !== undefined) offer(noun, verb, summary);
    if (firstChoices(one).length > 0) offer(name, firstChoices(one).join(' '));
    for (const [option, { value, summary: says }] of [...Object.entries(options), HELP]) {
      const words = choices(value);
      const takes = words.length > 0 ? ` -x -a '${words.join(' ')}'` : value ? (isFile(value) ? ' -r -F' : ' -x') : '';
      lines.push(`complete -c tidings -n '__tidings_in ${name}' -l ${option}${takes} -d ${fishQuoted(says)}`);
    }
  }
  return `# fish completion for tidings
function __tidings_at -d 'Whether exactly these words stand before'
    set -l words (commandline -opc)
    set -e words[1]
    test "$words" = "$argv"
end
function __tidings_in -d 'Whether the line begins with these words'
    set -l words (commandline -opc)
    set -e words[1]
    string match -q -- "$argv *" "$words "
end
${lines.join('\n')}`;
}

const HELP: [string, { value?: string; summary: string }] = ['help', { summary: 'how it is used' }];

const fishQuoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
