/**
 * The package as it is installed elsewhere: JavaScript with its types, and a package.json that names them. Inside this repository the
 * sources are imported, and nothing need be built.
 *   node build.js [folder]   default: dist; what is in it goes
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const HERE = import.meta.dirname;
const target = path.resolve(process.argv[2] ?? path.join(HERE, 'dist'));

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const flags = ['--project', path.join(HERE, 'tsconfig.build.json'), '--outDir', path.join(target, 'lib')];
execFileSync(process.execPath, [compiler, ...flags], { stdio: 'inherit' });

const own = JSON.parse(readFileSync(path.join(HERE, 'package.json'), 'utf8'));
const { name, version, description, license, type, sideEffects, dependencies } = own;
const manifest = {
  ...{ name, version, description, license, type, sideEffects },
  // Texts of numbers in JSON (`JSON.rawJSON`), and sets that compare themselves.
  engines: { node: '>=22' },
  exports: { '.': { types: './lib/index.d.ts', default: './lib/index.js' } },
  files: ['lib'],
  dependencies,
};
writeFileSync(path.join(target, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
copyFileSync(path.join(HERE, 'README.md'), path.join(target, 'README.md'));
