import type { MarkdownIt } from 'markdown-it';

/** `- [x] done`: a ballot box of Unicode, since readers show no form. */
export function taskLists(markdown: MarkdownIt): void {
  markdown.core.ruler.after('block', 'task_list', (state) => {
    for (const [index, token] of state.tokens.entries()) {
      if (token.type !== 'inline' || state.tokens[index - 2]?.type !== 'list_item_open') continue;
      token.content = token.content.replace(/^\[([ xX])\](?=\s)/, (_, mark: string) => (mark === ' ' ? '☐' : '☑'));
    }
  });
}
