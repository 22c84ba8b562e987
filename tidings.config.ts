import type { ConfigInput } from './src/config/config.ts';

/**
 * What this clone publishes: the sample site in `content/`. A publisher's own file needs no import; see
 * docs/configuration.md.
 */
export default {
  site: {
    title: '솔여항 소식',
    description: '남쪽 바다 작은 항구 솔여의 뱃길과 장터, 날씨와 사람 이야기',
    language: 'ko',
    timezone: 'Asia/Seoul',
    author: { name: '솔여항 소식 편집실', email: 'desk@harbour.example' },
    copyright: '© 2026 솔여항 소식',
    podcast: { category: ['News', 'Daily News'] },
  },
  feeds: {
    // A small site: a tag has a feed from its first article on.
    tagMinimum: 1,
    defined: [
      { path: '/english', title: 'Solyeo Tidings in English', where: { lang: 'en' } },
      { path: '/ferries', title: '솔여항 뱃길 알림', where: { category: '뱃길' }, content: 'excerpt' },
    ],
  },
} satisfies ConfigInput;
