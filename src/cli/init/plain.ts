import { fullest, type Generator } from './generator.ts';

/** A folder of articles that no generator is known of: everything else comes from the published feed. */
export const plain: Generator = {
  name: 'a folder of articles',
  recognize: () => null,
  read(site, findings) {
    const folders = [...new Set(site.articles.map((path) => path.split('/')[0] ?? ''))].filter((name) =>
      site.articles.some((path) => path.startsWith(`${name}/`)),
    );
    const top = site.articles.some(
      (path) => !path.includes('/') && !/^(?:readme|changelog|license|contributing)\b/i.test(path),
    );
    findings.content = top ? '' : (fullest(site, folders) ?? '');
  },
};
