import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A Hugo site of the same articles that makes RSS alone: of the site, and of each category. What the other generator's
 * files say in their names (dates) Hugo is told to read there.
 *
 * @returns the arguments of the build
 */
export function hugoSite(folder: string, content: string): string[] {
  mkdirSync(folder, { recursive: true });
  const mount = (source: string, target: string) =>
    `[[module.mounts]]\nsource = ${JSON.stringify(join(content, source))}\ntarget = "content/${target}"\n`;
  writeFileSync(
    join(folder, 'config.toml'),
    `baseURL = "https://news.example/"
title = "News"
timeZone = "Asia/Seoul"
rssLimit = 20
disableKinds = ["section", "sitemap", "robotsTXT", "404"]

[taxonomies]
category = "categories"

[frontmatter]
date = [":default", ":filename"]

[outputs]
home = ["RSS"]
taxonomy = ["RSS"]
term = ["RSS"]

[[cascade]]
[cascade._target]
kind = "page"
[cascade._build]
render = "link"

[markup.goldmark.renderer]
unsafe = true

${mount('_posts', 'posts')}
${mount('content/posts', 'stories')}`,
  );
  return ['--source', folder, '--destination', join(folder, 'public'), '--cacheDir', join(folder, 'cache'), '--quiet'];
}
