/** Commands, files and links that CONTRIBUTING.md and the how-tos name are there. */
import { globSync } from 'node:fs';
import path from 'node:path';
import { askedBy } from '../src/shell-commands.ts';
import { isThere, manifestOf, readText, REPOSITORY, ROOT, WORKSPACES } from './support/repository.ts';

const PAGES = ['CONTRIBUTING.md', ...globSync('docs/how-to/*.md', { cwd: REPOSITORY })];
const contributing = readText('CONTRIBUTING.md');

it('reads what a text asks of npm and Nx', () => {
  const text =
    'npm ci && npm test; `npm run lint -- --fix` npm run generate -w tools/x\nnpx nx affected -t lint test  # x';
  expect(askedBy(text)).toEqual({
    scripts: ['lint', 'test'],
    targets: ['lint', 'test'],
    workspaceScripts: [{ workspace: 'tools/x', script: 'generate' }],
  });
});

it.each(PAGES)('scripts and targets of %s exist', (page) => {
  const { scripts, targets, workspaceScripts } = askedBy(readText(page));
  expect(scripts.filter((name) => ROOT.scripts?.[name] === undefined)).toEqual([]);
  for (const { workspace, script } of workspaceScripts)
    expect({ workspace, script: manifestOf(workspace).scripts?.[script] }).toEqual({
      workspace,
      script: expect.any(String) as unknown,
    });
  for (const target of targets)
    expect(WORKSPACES.filter((folder) => manifestOf(folder).scripts?.[target] === undefined)).toEqual([]);
});

it('CONTRIBUTING shows the main ones', () => {
  expect(askedBy(contributing)).toMatchObject({
    scripts: expect.arrayContaining(['start', 'test', 'lint', 'typecheck', 'format', 'docs:errors']) as unknown,
    targets: ['lint', 'typecheck', 'test'],
  });
});

it('test files that CONTRIBUTING names exist', () => {
  const named = [...contributing.matchAll(/npx jest (\S+\.ts|\S+\.property)/g)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(1);
  for (const name of named)
    expect(globSync(`{packages,tools}/**/*${path.basename(name)}*`, { cwd: REPOSITORY })).not.toEqual([]);
});

it.each(PAGES)('links of %s lead somewhere', (page) => {
  const links = [...readText(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target);
  expect(links.filter((link) => !isThere(path.posix.join(path.posix.dirname(page), link)))).toEqual([]);
});

it('folders and files that CONTRIBUTING names in code exist', () => {
  const named = [...contributing.matchAll(/`((?:packages|tools|docs|migrations|infra)\/[\w./-]*)`/g)].map(
    ([, name = '']) => name,
  );
  expect(named.length).toBeGreaterThan(4);
  expect(named.filter((name) => !isThere(name))).toEqual([]);
});
