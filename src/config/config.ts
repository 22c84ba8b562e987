import * as v from 'valibot';
import { describe } from './mistakes.ts';
import { type Config, type ConfigInput, configSchema, NEWS, type RepositoryConfig } from './schema.ts';

export type { Config, ConfigInput, Where } from './schema.ts';

/** Gives the types of a `tidings.config.ts`; a plain object does as well. */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config;
}

/** The configuration cannot be used. The message names the key and what to write instead. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * Checks what the publisher wrote and fills in the defaults.
 *
 * @param url public address of this server, without a slash at the end
 * @throws {ConfigError} with every mistake in it, one a line
 */
export function resolveConfig(input: unknown, url: string): Config {
  const parsed = v.safeParse(configSchema, input ?? {});
  if (!parsed.success)
    throw new ConfigError(parsed.issues.map((issue) => describe(issue, configSchema, 'configuration')).join('\n'));
  const {
    site = {},
    content = {},
    ids = 'tag',
    feeds = {},
    hub = {},
    partners = {},
    alerts = {},
    push = {},
  } = parsed.output;
  const limit = feeds.limit ?? 20;
  const how = feeds.content ?? 'full';
  const lease = { min: 300, default: 864_000, max: 2_592_000, ...defined(hub.leaseSeconds ?? {}) };
  if (lease.min > lease.default || lease.default > lease.max)
    throw new ConfigError('hub.leaseSeconds: min, default and max must be in rising order');
  const paths = (feeds.defined ?? []).map((feed) => new URL(feed.path, 'http://host').pathname);
  const twice = paths.find((path, at) => paths.indexOf(path) !== at);
  if (twice !== undefined) throw new ConfigError(`feeds.defined: two feeds have the path ${twice}; give each its own`);
  return {
    url,
    site: {
      title: site.title ?? 'Tidings',
      url: (site.url ?? url).replace(/\/+$/, ''),
      description: site.description ?? '',
      language: site.language ?? 'en',
      timezone: site.timezone ?? 'UTC',
      permalink: site.permalink ?? null,
      author: typeof site.author === 'string' ? { name: site.author } : site.author ? defined(site.author) : null,
      image: site.image ?? null,
      logo: site.logo === undefined ? null : (URL.parse(site.logo, `${site.url ?? url}/`)?.href ?? null),
      color: site.color ?? null,
      copyright: site.copyright ?? null,
      podcast: site.podcast
        ? {
            category: site.podcast.category,
            explicit: site.podcast.explicit ?? false,
            type: site.podcast.type ?? null,
            image: site.podcast.image ?? null,
            guid: site.podcast.guid ?? null,
            locked: site.podcast.locked ?? null,
          }
        : null,
    },
    content: {
      include: content.include ?? ['**/*.md', '**/*.markdown', '**/*.mdx', '**/*.html'],
      exclude: content.exclude ?? [],
      maxBytes: content.maxBytes ?? 5_000_000,
      repository: content.repository ? repositoryOf(content.repository) : null,
    },
    ids,
    feeds: {
      limit,
      maxBytes: feeds.maxBytes ?? bytesFor(limit),
      content: how,
      tagMinimum: feeds.tagMinimum ?? 2,
      aliases: feeds.aliases ?? {},
      renamed: feeds.renamed ?? {},
      robots: feeds.robots ?? null,
      defined: (feeds.defined ?? []).map((feed) => ({
        path: feed.path,
        title: feed.title,
        where: feed.where ?? {},
        limit: feed.limit ?? limit,
        maxBytes: feed.maxBytes ?? feeds.maxBytes ?? bytesFor(feed.limit ?? limit),
        content: feed.content ?? how,
        order: feed.order ?? 'published',
      })),
    },
    hub: {
      own: hub.own ?? true,
      leaseSeconds: lease,
      delta: hub.delta ?? false,
      topics: hub.topics ?? [],
      poll: hub.poll ?? [],
      maxBytes: hub.maxBytes ?? 5_000_000,
      rates: { address: 300, callbackOrigin: 300, ...defined(hub.rates ?? {}) },
      retrySeconds: hub.retrySeconds ?? [30, 120, 600, 3600, 21_600, 86_400],
      atOnce: hub.atOnce ?? 64,
      signature: hub.signature ?? [],
      logDays: hub.logDays ?? 30,
    },
    partners: { recordDays: partners.recordDays ?? 400 },
    alerts: {
      url: alerts.url ?? null,
      form: alerts.form ?? 'json',
      silentTicks: alerts.silentTicks ?? 3,
      queueAgeSeconds: alerts.queueAgeSeconds ?? 900,
    },
    push: {
      hubs: push.hubs ?? [],
      pings: push.pings ?? [],
      indexNow: push.indexNow
        ? { key: push.indexNow.key, endpoint: push.indexNow.endpoint ?? 'https://api.indexnow.org/indexnow' }
        : null,
      webhooks: (push.webhooks ?? []).map(({ url: to, secret = [], events, where, form = 'standard' }) => ({
        url: to,
        secret: [secret].flat(),
        // A chat hears of what is new; a program of everything.
        events: events ?? (form === 'standard' ? NEWS : ['article.published']),
        where: where ?? null,
        form,
      })),
      channels: push.channels ?? {},
    },
  };
}

function repositoryOf(given: NonNullable<NonNullable<ConfigInput['content']>['repository']>): RepositoryConfig {
  const url = given.url.replace(/\.git$/, '');
  const name = new URL(url).hostname;
  const host = given.host ?? (name === 'github.com' ? 'github' : /\bgitlab\b/.test(name) ? 'gitlab' : null);
  if (host === null)
    throw new ConfigError(`content.repository: say what answers at ${name}: host: 'github', 'gitlab' or 'gitea'`);
  return {
    url,
    host,
    branch: given.branch ?? 'main',
    folder: given.folder ?? '',
    token: given.token ?? null,
    secret: given.secret ?? null,
    maxBytes: given.maxBytes ?? 1_000_000_000,
  };
}

/** Bytes of a feed of so many entries that no article is expected to exceed: each has room for a long text. */
function bytesFor(limit: number): number {
  return Math.max(1_000_000, limit * 50_000);
}

/** Drops keys without a value, which exact optional types refuse. */
function defined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}
