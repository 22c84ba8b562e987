import type { Finding, OfferedArticle, OfferedFeed, Profile } from './profile.ts';

/** What of an article its destination would not take as it is. Epoch milliseconds. */
export function checkArticle(profile: Profile, article: OfferedArticle, now: number): Finding[] {
  if (profile.takes?.(article, now) === false) return [];
  return found(profile.articleRules, article, now);
}

/** What of a feed as a whole its destination would not take as it is. Epoch milliseconds. */
export function checkFeed(profile: Profile, feed: OfferedFeed, now: number): Finding[] {
  return found(profile.feedRules, feed, now);
}

function found<T>(rules: readonly Rule<T>[], subject: T, now: number): Finding[] {
  return rules.flatMap((rule) => {
    const failure = rule.failure(subject, now);
    if (failure === null) return [];
    const { source, section } = rule.cited;
    return [{ rule: rule.code, level: rule.level, ...failure, source: { url: source.url, section } }];
  });
}

interface Rule<T> extends Pick<Profile['articleRules'][number], 'code' | 'level' | 'cited'> {
  failure(subject: T, now: number): { message: string; mend: string } | null;
}
