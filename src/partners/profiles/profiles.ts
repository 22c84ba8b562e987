import { closest, distance } from 'fastest-levenshtein';
import { flipboard } from './flipboard.ts';
import { googleNews } from './google-news.ts';
import { msn } from './msn.ts';
import { naver } from './naver.ts';
import { plain } from './plain.ts';
import type { Profile } from './profile.ts';
import { smartnews } from './smartnews.ts';

/** Every profile that there is, the plain one first. */
export const PROFILES: readonly Profile[] = [plain, smartnews, msn, flipboard, googleNews, naver];

/** Destinations for which there is no profile, since no public text of what they demand could be read. */
export const LEFT_OUT: readonly { destination: string; why: string }[] = [
  {
    destination: 'Daum search',
    why: 'its help pages (cs.daum.net/faq/15/4118.html) tell how its robot finds pages and say nothing of a feed',
  },
  {
    destination: 'The news portals of Naver and of Daum (Kakao)',
    why: 'no public specification of what they take from a publisher was found',
  },
  {
    destination: 'Naver Syndication',
    why: 'of its guide (webmastertool.naver.com/guide/syndi_guide.naver) only the introduction could be read',
  },
];

/** The profile of a name; null where there is none. */
export function profileOf(name: string): Profile | null {
  return PROFILES.find((profile) => profile.name === name) ?? null;
}

/** Letters in which a misspelt name may differ from the one that is meant. */
const NEAR = 4;

/** The sentence for a name that no profile has, with the nearest one that is. */
export function noSuchProfile(name: string): string {
  const names = PROFILES.map((profile) => profile.name);
  const near = closest(name.toLowerCase(), names);
  const meant = distance(name.toLowerCase(), near) <= NEAR ? `; did you mean ${near}?` : '';
  return `there is no profile ${JSON.stringify(name)}${meant || `; there are ${names.join(', ')}`}`;
}
