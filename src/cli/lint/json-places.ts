/** Where each value of a JSON text stands, by its path: `items.0.id`. */
export type Places = (path: string) => { line: number; column: number };

const WHITE = /\s*/y;
const SCALAR = /"(?:[^"\\]|\\.)*"|[^\s,\]}]+/y;

/** Walks a JSON text that is known to be sound. */
export function placesOf(text: string): Places {
  const offsets = new Map<string, number>();
  let at = 0;
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? '';
    at += found.length;
    return found;
  };
  const skip = () => void take(WHITE);
  const value = (path: string) => {
    skip();
    offsets.set(path, at);
    const open = text[at];
    if (open !== '{' && open !== '[') return void take(SCALAR);
    at++;
    for (let index = 0; ; index++) {
      skip();
      if (text[at] === '}' || text[at] === ']' || at >= text.length) break;
      let name = String(index);
      if (open === '{') {
        name = JSON.parse(take(SCALAR)) as string;
        skip();
        at++;
      }
      value(path === '' ? name : `${path}.${name}`);
      skip();
      if (text[at] === ',') at++;
    }
    at++;
  };
  value('');
  return (path) => placeAt(text, offsets.get(path) ?? 0);
}

/** Line and column, from 1, of an offset. */
export function placeAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
