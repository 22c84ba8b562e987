import type { MarkdownIt } from 'markdown-it';

const WIKI = /(!?)\[\[([^[\]|\n]{1,500})(?:\|([^[\]\n]{1,500}))?\]\]/y;
const PICTURE = /\.(?:png|jpe?g|gif|webp|avif|svg|bmp)$/i;

/**
 * `[[note|text]]` is its text, since a note's name is no address; `![[photo.png|400]]` is the picture.
 *
 * @see https://help.obsidian.md/links
 * @see https://help.obsidian.md/embeds
 */
export function wikiLinks(markdown: MarkdownIt): void {
  markdown.inline.ruler.before('link', 'wiki_link', (state, silent) => {
    const c = state.src[state.pos];
    if (c !== '[' && !(c === '!' && state.src[state.pos + 1] === '[')) return false;
    WIKI.lastIndex = state.pos;
    const found = WIKI.exec(state.src);
    if (!found) return false;
    const [all, embed, target = '', label] = found;
    if (/^(?:toc)$/i.test(target)) {
      state.pos += all.length;
      return true;
    }
    if (!silent) {
      const size = /^(\d{1,5})(?:x(\d{1,5}))?$/.exec(label ?? '');
      if (embed && PICTURE.test(target)) {
        const token = state.push('image', 'img', 0);
        const alt = size ? '' : (label ?? '');
        token.attrs = [
          ['src', encodeURI(target.trim())],
          ['alt', ''],
        ];
        if (size?.[1]) token.attrSet('width', size[1]);
        if (size?.[2]) token.attrSet('height', size[2]);
        token.content = alt;
        token.children = [];
        if (alt) {
          const text = new state.Token('text', '', 0);
          text.content = alt;
          token.children.push(text);
        }
      } else {
        const name = target.split('/').pop() ?? target;
        state.push('text', '', 0).content = (label ?? name.replace(/\.md$/, '').replace(/#\^?/, ' › ')).trim();
      }
    }
    state.pos += all.length;
    return true;
  });
}
