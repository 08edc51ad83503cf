/** The package by itself, as somebody without this repository has it: built, packed, installed into an empty folder, README run. */
import { expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { testFolder } from './support/folder.ts';

const PACKAGE = path.resolve(import.meta.dirname, '..');
const README = readFileSync(path.join(PACKAGE, 'README.md'), 'utf8');
const folder = testFolder();
const at = (...parts: string[]) => path.join(folder, ...parts);

const blockOf = (language: string): string => {
  const [, text] = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(README) ?? [];
  if (text === undefined) throw new Error(`the README has no block of ${language}`);
  return text;
};

function install(): void {
  const built = at('built');
  execFileSync(process.execPath, [path.join(PACKAGE, 'build.js'), built]);
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: built });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  const target = at('alone/node_modules/@farelake/iceberg');
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', at(tarball!), '-C', target, '--strip-components=1']);
  const { dependencies } = JSON.parse(readFileSync(path.join(target, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const { resolve } = createRequire(path.join(PACKAGE, 'package.json'));
  for (const name of Object.keys(dependencies)) {
    const entry = resolve(name);
    const marker = path.join('node_modules', name);
    const root = entry.slice(0, entry.lastIndexOf(marker) + marker.length);
    cpSync(root, at('alone/node_modules', name), { recursive: true });
  }
}

it('is installed and used as its README says', () => {
  install();
  writeFileSync(at('alone/run.mjs'), blockOf('js'));
  const said = execFileSync(process.execPath, ['run.mjs'], { cwd: at('alone'), encoding: 'utf8' });
  expect(said).toBe(blockOf('text'));
});

it('tells a compiler its types', () => {
  const use = `import { createTable, type TableMetadata } from '@farelake/iceberg';
const meta: TableMetadata = createTable({ location: '/t', uuid: crypto.randomUUID(), columns: [], now: 1 });
// @ts-expect-error it is no text
export const none: string = meta['last-updated-ms'];
export const now: number = meta['last-updated-ms'];
`;
  writeFileSync(at('alone/use.mts'), use);
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', 'use.mts'];
  const { stdout, status } = spawnSync(process.execPath, [compiler, ...flags], { cwd: at('alone'), encoding: 'utf8' });
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
});
