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
  const { site, content, ids, feeds, hub, partners, alerts, push } = parsed.output;
  const { min, default: usual, max } = hub.leaseSeconds;
  if (min > usual || usual > max)
    throw new ConfigError('hub.leaseSeconds: min, default and max must be in rising order');
  const paths = feeds.defined.map((feed) => new URL(feed.path, 'http://host').pathname);
  const twice = paths.find((path, at) => paths.indexOf(path) !== at);
  if (twice !== undefined) throw new ConfigError(`feeds.defined: two feeds have the path ${twice}; give each its own`);
  return {
    url,
    site: {
      title: site.title,
      url: (site.url ?? url).replace(/\/+$/, ''),
      description: site.description,
      language: site.language,
      timezone: site.timezone,
      permalink: site.permalink ?? null,
      author: typeof site.author === 'string' ? { name: site.author } : site.author ? defined(site.author) : null,
      image: site.image ?? null,
      logo: site.logo === undefined ? null : (URL.parse(site.logo, `${site.url ?? url}/`)?.href ?? null),
      color: site.color ?? null,
      copyright: site.copyright ?? null,
      podcast: site.podcast
        ? {
            category: site.podcast.category,
            explicit: site.podcast.explicit,
            type: site.podcast.type ?? null,
            image: site.podcast.image ?? null,
            guid: site.podcast.guid ?? null,
            locked: site.podcast.locked ?? null,
          }
        : null,
    },
    content: { ...content, repository: content.repository ? repositoryOf(content.repository) : null },
    ids,
    feeds: {
      limit: feeds.limit,
      maxBytes: feeds.maxBytes ?? bytesFor(feeds.limit),
      content: feeds.content,
      tagMinimum: feeds.tagMinimum,
      aliases: feeds.aliases,
      renamed: feeds.renamed,
      robots: feeds.robots ?? null,
      defined: feeds.defined.map((feed) => {
        const { path, title, where = {}, limit = feeds.limit, content = feeds.content, order } = feed;
        const maxBytes = feed.maxBytes ?? feeds.maxBytes ?? bytesFor(limit);
        return { path, title, where, limit, maxBytes, content, order };
      }),
    },
    hub,
    partners,
    alerts: { ...alerts, url: alerts.url ?? null },
    push: {
      ...push,
      indexNow: push.indexNow ?? null,
      webhooks: push.webhooks.map(({ url: to, secret = [], events, where, form }) => ({
        url: to,
        secret: [secret].flat(),
        // A chat hears of what is new; a program of everything.
        events: events ?? (form === 'standard' ? NEWS : ['article.published']),
        where: where ?? null,
        form,
      })),
    },
  };
}

type RepositoryInput = NonNullable<v.InferOutput<typeof configSchema>['content']['repository']>;

function repositoryOf(given: RepositoryInput): RepositoryConfig {
  const url = given.url.replace(/\.git$/, '');
  const name = new URL(url).hostname;
  const host = given.host ?? (name === 'github.com' ? 'github' : /\bgitlab\b/.test(name) ? 'gitlab' : null);
  if (host === null)
    throw new ConfigError(`content.repository: say what answers at ${name}: host: 'github', 'gitlab' or 'gitea'`);
  const { branch, folder = '', token = null, secret = null, maxBytes } = given;
  return { url, host, branch, folder, token, secret, maxBytes };
}

/** Bytes of a feed of so many entries that no article is expected to exceed: each has room for a long text. */
function bytesFor(limit: number): number {
  return Math.max(1_000_000, limit * 50_000);
}

/** Drops keys without a value, which exact optional types refuse. */
function defined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}
