import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * Makes `dist/`, which the package consists of: the compiled core and Node home with their types, the migrations, and
 * the sample site. Only the package is compiled; a clone runs TypeScript as it stands.
 */
const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');

rmSync(DIST, { recursive: true, force: true });
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
execFileSync(process.execPath, [compiler, '-p', join(ROOT, 'tsconfig.package.json')], { stdio: 'inherit' });
cpSync(join(ROOT, 'src/storage/migrations'), join(DIST, 'storage/migrations'), { recursive: true });
cpSync(join(ROOT, 'content'), join(DIST, 'sample/content'), { recursive: true });
const config = readFileSync(join(ROOT, 'tidings.config.ts'), 'utf8');
writeFileSync(join(DIST, 'sample/tidings.config.js'), stripTypeScriptTypes(config));
console.error(`dist/ has ${readdirSync(DIST, { recursive: true }).length} files and folders.`);
