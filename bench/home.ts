import { mkdirSync } from 'node:fs';
import { resolveConfig } from '../src/config/config.ts';
import type { ConfigInput } from '../src/config/schema.ts';
import { createLog } from '../src/log.ts';
import { createNodeHome, type NodeHome } from '../src/node/home.ts';

/** The publisher of the synthesized articles. */
const CONFIG: ConfigInput = {
  site: { title: 'News', url: 'https://news.example', timezone: 'Asia/Seoul', language: 'ko' },
  content: { include: ['_posts/**/*.md', 'content/posts/**/*.md', 'ferry.md'] },
};

/** The article that changes: the newest, so that it stands in the documents of all its feeds. */
export const NEWEST = 'content/posts/newest.md';

/** A Node home as `npm start` makes it, without a server. It may reach loopback. */
export function benchHome(dataFolder: string, contentFolder: string): NodeHome {
  mkdirSync(contentFolder, { recursive: true });
  return createNodeHome({
    dataFolder,
    contentFolder,
    config: resolveConfig(CONFIG, 'https://feeds.example'),
    adminToken: '',
    allowPrivate: ['127.0.0.0/8'],
    log: createLog('silent'),
  });
}
