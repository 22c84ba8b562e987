/** The publisher of the synthesized articles. */
export default {
  site: { title: 'News', url: 'https://news.example', timezone: 'Asia/Seoul', language: 'ko' },
  content: { include: ['_posts/**/*.md', 'content/posts/**/*.md', 'ferry.md'] },
};
