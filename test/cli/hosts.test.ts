import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostFiles } from '../../src/cli/build/hosts.ts';
import type { StaticFile } from '../../src/cli/build/site.ts';
import { freePort } from '../browser/ports.ts';

const POLICY = "default-src 'none'; style-src 'self'";
const XML = 'application/xml; charset=utf-8';

const file = (path: string, contentType: string, more: Partial<StaticFile> = {}): StaticFile => ({
  path,
  address: `/${path}`,
  bytes: new TextEncoder().encode(path),
  contentType,
  isImmutable: false,
  policy: null,
  ...more,
});
const page = (path: string) => file(path, 'text/html; charset=utf-8', { policy: POLICY });

/** What a build writes, in small; `index.xml` is an alias, and the site's own pages stand beside ours. */
const SITE = {
  files: [
    file('rss.xml', 'application/rss+xml; charset=utf-8'),
    file('tag/sea/atom.xml', 'application/atom+xml; charset=utf-8'),
    file('feed.json', 'application/feed+json; charset=utf-8'),
    file('index.xml', 'application/rss+xml; charset=utf-8'),
    file('feeds.opml', 'text/x-opml; charset=utf-8'),
    file('sitemap.xml', XML),
    file('archives/2026-10/0123456789abcdef/atom.xml', 'application/atom+xml; charset=utf-8', { isImmutable: true }),
    page('tag/sea/index.html'),
    page('articles/boat/index.html'),
    file('style.css', 'text/css; charset=utf-8'),
  ],
  redirects: [
    { from: '/old/boat', to: 'https://feeds.example/articles/boat/', status: 301 },
    { from: '/archives/2026-10/atom.xml', to: '/archives/2026-10/0123456789abcdef/atom.xml', status: 302 },
  ],
};

const HOSTS = [
  {
    name: 'apache2',
    configuration: (folder: string, port: number) => {
      const modules = ['mpm_event', 'authz_core', 'dir', 'mime', 'alias', 'headers', 'setenvif'];
      return `${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so\n`).join('')}
Listen 127.0.0.1:${port}
ServerName localhost
ServerRoot ${folder}
PidFile ${folder}/pid
ErrorLog ${folder}/error.log
TypesConfig /dev/null
AddType text/html .html
DocumentRoot ${folder}/site
<Directory ${folder}/site>
  AllowOverride All
  Require all granted
</Directory>
`;
    },
    args: (folder: string) => ['-X', '-d', folder, '-f', join(folder, 'host.conf')],
  },
  {
    name: 'nginx',
    configuration: (folder: string, port: number) => `daemon off;
pid ${folder}/pid;
error_log ${folder}/error.log;
events {}
http {
  types { text/html html; text/css css; application/json json; text/xml xml; }
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
  server {
    listen 127.0.0.1:${port};
    root ${folder}/site;
    location / { try_files $uri $uri/index.html =404; }
    include ${folder}/site/tidings.nginx.conf;
  }
}
`,
    args: (folder: string) => ['-c', join(folder, 'host.conf'), '-e', join(folder, 'error.log')],
  },
];

const isThere = (name: string) => spawnSync(name, ['-v']).status === 0;

describe.each(HOSTS.filter(({ name }) => isThere(name)))('$name, as the build tells it', ({ name, ...host }) => {
  const folder = mkdtempSync(join(tmpdir(), `tidings-${name}-`));
  let server: ChildProcess;
  let url: string;
  const get = (path: string) => fetch(url + path, { redirect: 'manual' });
  const headers = async (path: string) => {
    const answer = await get(path);
    return Object.fromEntries(
      ['content-type', 'cache-control', 'access-control-allow-origin', 'content-security-policy'].flatMap((name) => {
        const value = answer.headers.get(name);
        return value === null ? [] : [[name, value]];
      }),
    );
  };

  beforeAll(async () => {
    // A worker of the host may run as another user.
    chmodSync(folder, 0o755);
    const written = [
      ...SITE.files.map(({ path, bytes }) => ({ path, text: bytes })),
      ...hostFiles(SITE, 'https://feeds.example').map(({ path, text }) => ({ path, text })),
      { path: 'about/index.html', text: 'of the generator' },
      { path: 'index.html', text: 'of the generator' },
    ];
    for (const { path, text } of written) {
      mkdirSync(join(folder, 'site', path, '..'), { recursive: true });
      writeFileSync(join(folder, 'site', path), text);
    }
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    writeFileSync(join(folder, 'host.conf'), host.configuration(folder, port));
    server = spawn(name, host.args(folder), { stdio: 'inherit' });
    for (let tries = 0; tries < 100 && server.exitCode === null; tries++) {
      if (
        await get('/').then(
          ({ ok }) => ok,
          () => false,
        )
      )
        return;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`${name} does not start`);
  }, 30_000);
  afterAll(async () => {
    if (server.exitCode === null) {
      const ended = new Promise((done) => server.once('exit', done));
      server.kill('SIGTERM');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(SITE.files.filter(({ policy, path }) => policy === null && !path.endsWith('.css')))(
    '$path has its type, may be read by pages elsewhere, and is asked for again',
    async ({ path, contentType, isImmutable }) => {
      expect(await headers(`/${path}`)).toEqual({
        'content-type': contentType,
        'cache-control': isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
        'access-control-allow-origin': '*',
      });
    },
  );

  it('our pages have their policy, and those of the site have none of ours', async () => {
    for (const path of ['/tag/sea/', '/articles/boat/', '/articles/boat/index.html'])
      expect(await headers(path), path).toMatchObject({ 'content-security-policy': POLICY });
    for (const path of ['/', '/about/']) {
      const own = await get(path);
      expect([own.status, own.headers.get('content-security-policy')], path).toEqual([200, null]);
    }
  });

  it('former addresses lead on', async () => {
    const answers = await Promise.all(SITE.redirects.map(({ from }) => get(from)));
    expect(answers.map(({ status }) => status)).toEqual([301, 302]);
    expect(answers.map(({ headers }) => new URL(headers.get('location') ?? '', url).pathname)).toEqual([
      '/articles/boat/',
      '/archives/2026-10/0123456789abcdef/atom.xml',
    ]);
  });
});
