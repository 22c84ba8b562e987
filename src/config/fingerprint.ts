import type { Config } from './schema.ts';

/** Raised by hand when the same file is read or rendered differently, so that stored articles are made anew. */
const READER_VERSION = 3;

/** A text that differs when articles or documents would come out differently: functions count by their source. */
export function configFingerprint(config: Config): string {
  // How documents are answered, and how they are told of, is in none of them; but they name every hub.
  const { hub, partners: _partners, alerts: _alerts, push, ...made } = config;
  const { aliases: _aliases, renamed: _renamed, robots: _robots, ...feeds } = config.feeds;
  const { repository: _repository, ...content } = config.content;
  return JSON.stringify(
    { READER_VERSION, config: { ...made, content, feeds, hubs: push.hubs, ...(!hub.own && { hub: false }) } },
    (_, value: unknown) => (typeof value === 'function' ? value.toString() : value),
  );
}
