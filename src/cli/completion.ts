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

const flags = ({ options }: Command) => [...Object.keys(options), 'help'].map((name) => `--${name}`);

function bash(all: [string, Command][]): string {
  const cases = all.map(([name, command]) => {
    const pattern = name.includes(' ') ? `'${name}'` : `'${name}'|'${name} '*`;
    return `      ${pattern}) words='${flags(command).join(' ')}' ;;`;
  });
  const second = [...verbs(all)].map(([noun, names]) => `      ${noun}) words='${names.join(' ')}' ;;`);
  return `# bash completion for tidings
_tidings() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=''
  if [ "$COMP_CWORD" -eq 1 ]; then
    words='${nouns(all).join(' ')}'
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
  const second = [...verbs(all)].map(([noun, names]) => `      ${noun}) compadd ${names.join(' ')}; return ;;`);
  const options = all.map(([name, command]) => {
    const specs = Object.entries(command.options).map(([option, { value, summary }]) =>
      quoted(`--${option}[${escaped(summary)}]${value === undefined ? '' : `:${escaped(value)}:_files`}`),
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
  const lines = nouns(all).map((noun) => {
    const says = all.find(([name]) => name === noun)?.[1].summary ?? (verbs(all).get(noun) ?? []).join(', ');
    return `complete -c tidings -n __fish_use_subcommand -f -a ${noun} -d ${fishQuoted(says)}`;
  });
  for (const [name, command] of all) {
    const [noun = '', verb] = name.split(' ');
    const seen = `__fish_seen_subcommand_from ${noun}`;
    if (verb !== undefined) {
      const others = (verbs(all).get(noun) ?? []).join(' ');
      lines.push(
        `complete -c tidings -n '${seen}; and not __fish_seen_subcommand_from ${others}' -f -a ${verb} -d ${fishQuoted(command.summary)}`,
      );
    }
    const when = verb === undefined ? seen : `${seen}; and __fish_seen_subcommand_from ${verb}`;
    for (const [option, { value, summary }] of Object.entries(command.options))
      lines.push(`complete -c tidings -n '${when}' -l ${option}${value ? ' -r' : ''} -d ${fishQuoted(summary)}`);
  }
  return `# fish completion for tidings\n${lines.join('\n')}`;
}

const fishQuoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
