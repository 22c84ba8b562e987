/** Whether an address fits a pattern in which `*` stands for any characters. */
export function fits(pattern: string, address: string): boolean {
  return compiled(pattern).test(address);
}

const known = new Map<string, RegExp>();

/** Patterns come from the configuration: they are few, and each is compiled once. */
function compiled(pattern: string): RegExp {
  const made = known.get(pattern) ?? new RegExp(`^${normal(pattern).split('*').map(literally).join('.*')}$`);
  known.set(pattern, made);
  return made;
}

/** The scheme and host as URLs write them, so that `https://Sister.example:443/*` is no other site. */
function normal(pattern: string): string {
  const [, site = '', rest = ''] = /^([a-z]+:\/\/[^/]+)(.*)$/is.exec(pattern) ?? [];
  return URL.canParse(site) ? new URL(site).origin + rest : pattern;
}

const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
