import { htmlOf } from '../articles/characters.ts';
import type { Dialect } from '../feeds/dialect.ts';
import type { Home } from '../home.ts';
import type { Partner } from './partner.ts';
import { profileOf } from './profiles/profiles.ts';

/** What is done to the texts of a partner's feeds. Partners with the same rules share what is made by them. */
export interface TextRules
  extends Pick<Partner, 'images' | 'html' | 'attribution' | 'tracking' | 'canonical' | 'licence'> {
  /** How the destination wants its RSS; null for what every reader gets. */
  dialect: Dialect | null;
  /** A hash of the rules, by which fragments are kept. */
  hash: string;
}

/** Hexadecimal digits of a hash. */
const DIGITS = 16;

/** A partner's rules; null where they change nothing of what the site's own feeds have. */
export function textRulesOf(partner: Partner, { sha256, config }: Pick<Home, 'sha256' | 'config'>): TextRules | null {
  const { images, html, tracking, canonical, licence, logo, darkLogo, analytics } = partner;
  const dialect = profileOf(partner.profile)?.dialect?.({ logo, darkLogo, analytics }) ?? null;
  const isPlain = images === 'all' && html === 'reader' && Object.keys(tracking).length === 0;
  if (isPlain && !canonical && licence === null && dialect === null && partner.attribution === null) return null;
  // What is the same in all of a partner's entries is put in now, so that partners who are not named share them.
  const fixed: Record<string, string> = { partner: partner.name, site: config.site.title, licence: licence ?? '' };
  const attribution =
    partner.attribution?.replace(/\{(\w+)\}/g, (word, name: string) => {
      const value = fixed[name];
      return value === undefined ? word : htmlOf(value);
    }) ?? null;
  const rules = { images, html, attribution, tracking, canonical, licence };
  const spoken = dialect && [dialect.name, dialect.version, logo, darkLogo, analytics];
  return { ...rules, dialect, hash: sha256(JSON.stringify([rules, spoken])).slice(0, DIGITS) };
}
