import { list, word } from './data.ts';
import { type Generator, pathOf, takeWords } from './generator.ts';
import { readPython } from './python.ts';

const CONFIG = 'conf.py';

/**
 * Nikola. Its configuration is read and not run.
 *
 * @see https://getnikola.com/handbook.html
 */
export const nikola: Generator = {
  name: 'Nikola',
  recognize(site) {
    return /^(?:BLOG_TITLE|POSTS|COMPILERS)\s*=/m.test(site.text(CONFIG) ?? '') ? CONFIG : null;
  },
  read(site, findings) {
    const conf = readPython(site.text(CONFIG) ?? '');
    takeWords(findings, conf, CONFIG, [
      ['site.url', 'SITE_URL', 'BASE_URL'],
      ['site.title', 'BLOG_TITLE'],
      ['site.description', 'BLOG_DESCRIPTION'],
      ['site.language', 'DEFAULT_LANG'],
      ['site.timezone', 'TIMEZONE'],
      ['feeds.limit', 'FEED_LENGTH'],
    ]);
    findings.take(
      'site.author',
      { name: word(conf, 'BLOG_AUTHOR'), email: word(conf, 'BLOG_EMAIL') },
      `${CONFIG}: BLOG_AUTHOR, BLOG_EMAIL`,
    );
    findings.take('feeds.limit', 10, `Nikola's default`);
    if (word(conf, 'FEED_TEASERS') === 'true') findings.take('feeds.content', 'excerpt', `${CONFIG}: FEED_TEASERS`);
    // (files, where they go, template)
    const posts = list(conf, 'POSTS').filter((one): one is unknown[] => Array.isArray(one));
    const readable = posts.find(([files]) => /\.(?:md|html|markdown)$/.test(String(files))) ??
      posts[0] ?? ['posts/*.md', 'posts'];
    const [files, target] = readable.map(String);
    findings.content = files?.replace(/\/[^/]*\*.*$/, '') ?? 'posts';
    const pretty = word(conf, 'PRETTY_URLS') !== 'false';
    findings.take(
      'site.permalink',
      pathOf(target ?? '', pretty ? ':path/:slug/' : ':path/:slug.html'),
      `${CONFIG}: POSTS, PRETTY_URLS`,
    );
    findings.take('ids', 'permalink', `what Nikola's feeds print`);
    if (pretty && word(conf, 'STRIP_INDEXES') === 'false')
      findings.note(
        'STRIP_INDEXES is False: the site links to …/index.html, Tidings to the folder; both lead to the page.',
      );
    if (posts.some(([pattern]) => /\.(?:rst|ipynb|txt|wiki)$/.test(String(pattern))))
      findings.note('Only Markdown and HTML are read: articles in reStructuredText or notebooks stay outside.');
  },
};
