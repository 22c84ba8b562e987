/** Plugins of markdown-it that bring no types of their own. */

declare module 'markdown-it-footnote' {
  const plugin: (markdown: import('markdown-it').MarkdownIt) => void;
  export default plugin;
}

declare module 'markdown-it-deflist' {
  const plugin: (markdown: import('markdown-it').MarkdownIt) => void;
  export default plugin;
}

declare module 'markdown-it-emoji' {
  export const full: (
    markdown: import('markdown-it').MarkdownIt,
    options?: { defs?: Record<string, string>; shortcuts?: Record<string, string | string[]> },
  ) => void;
}
