import { spawn } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFolder } from '../../src/cli/build/folder.ts';
import { filePath } from '../../src/cli/build/site.ts';
import { lintFeed } from '../../src/cli/lint/lint.ts';
import { findOwner } from '../../src/node/own.ts';
import { tidings } from './tidings.ts';

const URL_ = 'https://feeds.example';
const home = mkdtempSync(join(tmpdir(), 'tidings-build-'));
const out = join(home, 'public');
const env = { TIDINGS_CONTENT: join(home, 'content'), TIDINGS_DATA: join(home, 'data'), TIDINGS_URL: URL_ };
const build = (...args: string[]) => tidings(['build', out, ...args], { cwd: home, env });
const read = (path: string) => readFileSync(join(out, path), 'utf8');
const put = (name: string, title: string, tag: string, day = '03') =>
  writeFileSync(
    join(home, 'content', name),
    `---\ntitle: ${title}\ndate: 2026-11-${day}\ntags: [${tag}, all]\n---\n\nThe ferry to ${title} sails again.\n`,
  );

beforeAll(() => {
  mkdirSync(join(home, 'content'));
  put('one.md', 'One', '뱃길');
  put('two.md', 'Two', '뱃길', '04');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const noted = () => JSON.parse(read('.tidings-build.json')) as { files: Record<string, string> };

it('writes nowhere where articles are read from', async () => {
  const { status, err } = await tidings(['build', join(home, 'content/site')], { cwd: home, env });
  expect([status, err]).toEqual([1, expect.stringContaining('Give another folder')]);
  expect(existsSync(join(home, 'content/site'))).toBe(false);
});

describe('tidings build', { timeout: 60_000 }, () => {
  it('writes what a server would answer, for readers, people and search engines', async () => {
    const { status, out: said, err } = await build();
    expect(err).toBe('');
    expect(status).toBe(0);
    expect(said).toMatch(/\d+ files written, 0 unchanged, 0 removed; they are for https:\/\/feeds\.example\//);
    const files = globSync('**/*', { cwd: out }).filter((path) => statSync(join(out, path)).isFile());
    expect(files).toEqual(
      expect.arrayContaining([
        ...['index.html', 'rss.xml', 'atom.xml', 'feed.json', 'feeds.opml', 'sitemap.xml', 'sitemap-2026-11.xml'],
        ...['news-sitemap.xml', 'robots.txt', 'style.css', 'feed/index.html', '_headers', 'tidings.nginx.conf'],
        ...['articles/one/index.html', 'tag/뱃길/rss.xml', 'tag/뱃길/index.html'],
      ]),
    );
    expect(read('_headers')).toContain('/rss.xml\n  Content-Type: application/rss+xml; charset=utf-8');
    expect(existsSync(join(out, '.htaccess'))).toBe(true);
    expect(files.filter((path) => /^(?:admin|api|hub)/.test(path))).toEqual([]);
    expect(read('articles/one/index.html')).toContain('The ferry to One sails again.');
  });

  it('writes documents that a validator has nothing to say of, and that name no hub', () => {
    const documents = globSync('**/{rss.xml,atom.xml,feed.json}', { cwd: out });
    expect(documents.length).toBeGreaterThan(8);
    for (const path of documents) {
      const address = `${URL_}/${path.split('/').map(encodeURIComponent).join('/')}`;
      const { findings } = lintFeed(
        { place: path, bytes: readFileSync(join(out, path)), url: address, contentType: null },
        Date.now(),
      );
      expect(findings, path).toEqual([]);
      expect(read(path), path).not.toMatch(/\/hub|cloud/);
    }
  });

  it('writes only what changed, and removes only what it wrote and is gone', async () => {
    writeFileSync(join(out, 'own.html'), 'mine');
    const again = await build();
    expect(again.out).toMatch(/: 0 files written, \d+ unchanged, 0 removed/);
    put('two.md', 'Two again', '배');
    const before = statSync(join(out, 'articles/one/index.html')).mtimeMs;
    const changed = await build('--json');
    expect(JSON.parse(changed.out)).toMatchObject({ foreign: [], held: null });
    expect(read('rss.xml')).toContain('Two again');
    expect(statSync(join(out, 'articles/one/index.html')).mtimeMs).toBe(before);
    expect(read('own.html')).toBe('mine');
    expect(Object.keys(noted().files)).not.toContain('own.html');
  });

  it('leaves files of others alone, unless it is forced', async () => {
    const shared = join(home, 'shared');
    const run = (...args: string[]) => tidings(['build', shared, ...args], { cwd: home, env });
    const at = (path: string) => readFileSync(join(shared, path), 'utf8');
    mkdirSync(shared);
    writeFileSync(join(shared, 'index.html'), 'mine');
    const left = await run();
    expect(left).toMatchObject({ status: 1 });
    expect(left.err).toContain('Left as they are, since no build wrote them: index.html. --force writes over them.');
    expect(at('index.html')).toBe('mine');
    expect(at('_headers')).not.toMatch(/^\/\n {2}Content-Security-Policy/m);
    expect((await run('--force')).status).toBe(0);
    expect(at('index.html')).toContain('<!doctype html>');
    expect(at('_headers')).toMatch(/^\/\n {2}Content-Security-Policy/m);
  });

  it('asks the server that runs on the data folder, whose hub is named then', async () => {
    const own = { ...env, TIDINGS_DATA: join(home, 'served'), PORT: '0', TIDINGS_LOG: 'silent' };
    const server = spawn(process.execPath, [join(import.meta.dirname, '../../src/cli/main.ts'), 'start'], {
      env: { ...process.env, ...own },
      stdio: 'ignore',
    });
    try {
      await expect.poll(() => findOwner(own.TIDINGS_DATA)?.address ?? null, { timeout: 30_000 }).not.toBeNull();
      const built = await tidings(['build', join(home, 'mirror')], { cwd: home, env: own });
      expect(built).toMatchObject({ status: 0, err: '' });
      expect(readFileSync(join(home, 'mirror/atom.xml'), 'utf8')).toContain(
        'rel="hub" href="https://feeds.example/hub"',
      );
    } finally {
      const ended = new Promise((done) => server.once('exit', done));
      server.kill();
      await ended;
    }
  });

  it('says what is missing', async () => {
    expect(await tidings(['build'])).toMatchObject({ status: 2 });
  });
});

describe('a folder of static files', () => {
  const folder = join(home, 'crash');
  const files = (words: string) =>
    ['a/1.html', 'b/2.html', 'rss.xml'].map((path) => ({ path, bytes: `${path} ${words}` }));
  const write = (list: { path: string; bytes: string }[], onProgress: (done: number) => void = () => {}) =>
    writeFolder(folder, list, false, onProgress);
  const text = (path: string) => readFileSync(join(folder, path), 'utf8');

  it('is whole after a crash at any file, and the next build goes on', () => {
    write(files('old'));
    for (const at of [0, 1, 2]) {
      const words = `new ${at}`;
      const crash = (done: number) => {
        if (done === at) throw new Error('killed');
      };
      expect(() => write([...files(words), { path: `c/${at}.html`, bytes: words }], crash)).toThrow('killed');
      for (const { path } of files('')) expect(text(path)).toMatch(/^\S+ (?:old|new \d)$/);
      // Nothing of the one that was killed counts as somebody else's.
      expect(write(files(words)).foreign).toEqual([]);
      for (const { path } of files('')) expect(text(path)).toBe(`${path} ${words}`);
      expect(existsSync(join(folder, 'c'))).toBe(false);
    }
  });

  it('writes again what was edited in it', () => {
    write(files('x'));
    writeFileSync(join(folder, 'rss.xml'), 'edited');
    expect(write(files('x'))).toMatchObject({ written: 1, unchanged: 2 });
  });

  it('has names for addresses, and none that lead out of it', () => {
    expect(filePath('/', true)).toBe('index.html');
    expect(filePath('/tag/%EB%B1%83%EA%B8%B8/', true)).toBe('tag/뱃길/index.html');
    expect(filePath('/rss.xml', false)).toBe('rss.xml');
    for (const address of ['/../x', '/%2e%2e/x', '/a%2Fb', '/a%00', '/%zz', '/a%5Cb'])
      expect(filePath(address, false), address).toBeNull();
  });
});
