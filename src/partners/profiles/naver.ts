import type { Element } from 'xast';
import { sound } from '../../articles/characters.ts';
import type { Dialect } from '../../feeds/dialect.ts';
import { body } from '../../feeds/tree.ts';
import type { FeedRule, Profile, Source } from './profile.ts';
import { bodyWhole, bytesAtMost, entriesAtLeast } from './rules.ts';

const GUIDE: Source = {
  title: 'RSS 및 사이트맵 제출 (네이버 서치어드바이저)',
  url: 'https://searchadvisor.naver.com/guide/request-feed',
};

const CAUTIONS = 'RSS 제출시 주의사항';

/** What the guide's example has (GUIDE, "RSS 문서 예제"), and what holds no address of another host. */
const CHANNEL = new Set(['title', 'link', 'description', 'language', 'copyright', 'lastBuildDate', 'generator']);
const ITEM = new Set(['title', 'link', 'description', 'pubDate', 'guid', 'category', 'dc:creator']);

/** RSS 2.0 as Naver's robot reads it: the whole text is the description, and no element leads to another host. */
const searchAdvisor: Dialect = {
  name: 'naver',
  version: 1,
  channel: (children) => children.filter((node) => CHANNEL.has(node.name)),
  item: (children, entry, variant) =>
    children
      .filter((node) => ITEM.has(node.name))
      .map((node) => (node.name === 'description' && variant === 'full' ? whole(node, entry.html) : node)),
};

const whole = (node: Element, html: string): Element => ({ ...node, children: [body(sound(html))] });

const hostOf = (address: string) => URL.parse(address)?.host ?? '';

const sameHost: FeedRule = {
  code: 'links-elsewhere',
  level: 'required',
  demand: 'Every article is on the host that was verified at Naver.',
  cited: { source: GUIDE, section: `${CAUTIONS}: 1` },
  failure({ head, articles }) {
    const foreign = articles.filter(({ entry }) => hostOf(entry.url) !== hostOf(head.home));
    if (foreign.length === 0) return null;
    const hosts = [...new Set(foreign.map(({ entry }) => hostOf(entry.url)))].sort();
    return {
      message: `${foreign.length} of ${articles.length} articles are on ${hosts.join(', ')}, and the site on ${hostOf(head.home)}`,
      mend: 'Leave these articles out by `where`, or verify the other host at Naver and make a partner for it.',
    };
  },
};

export const naver: Profile = {
  name: 'naver',
  title: 'Naver Search Advisor',
  about:
    'RSS with the whole text in `description`, as the guide’s example has it, and without elements that lead to another ' +
    'host. This is for Naver’s search, which takes feeds from the owner of any site; its news portal is another thing.',
  sources: [GUIDE],
  documents: ['rss'],
  dialect: () => searchAdvisor,
  articleRules: [bodyWhole({ level: 'required', cited: { source: GUIDE, section: `${CAUTIONS}: 5` } })],
  feedRules: [
    sameHost,
    entriesAtLeast(1, { level: 'required', cited: { source: GUIDE, section: `${CAUTIONS}: 2` } }),
    bytesAtMost(10, { level: 'required', cited: { source: GUIDE, section: `${CAUTIONS}: 3` } }),
  ],
  leftOut: ['how an article is taken back'],
};
