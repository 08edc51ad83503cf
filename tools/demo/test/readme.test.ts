/**
 * Every block of README.md marked `sh run` works as it stands, typed in the root of the repository, in the order given;
 * and links between documents lead somewhere.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { makeCheckout, REPOSITORY, type Checkout } from './support/checkout.ts';

jest.setTimeout(120_000);

const README = readFileSync(path.join(REPOSITORY, 'README.md'), 'utf8');
const blocks = [...README.matchAll(/^```sh run\n(.*?)^```$/gms)].map(([, text = '']) => text);

let checkout: Checkout;
beforeAll(() => {
  checkout = makeCheckout();
});
afterAll(() => checkout.remove());

test('README shows commands that are run here', () => {
  expect(blocks.length).toBeGreaterThanOrEqual(2);
  for (const block of blocks) expect(block).toMatch(/npx farelake down\n$/);
});

test.each(blocks.map((block, index) => [index + 1, block]))('block %d runs without a failure', async (_, block) => {
  const { code, out, err } = await checkout.sh(block);
  expect({ code, err: err.replaceAll(/^npm warn .*\n/gm, '') }).toEqual({ code: 0, err: '' });
  expect(out).toContain('Postgres stopped');
});

const DOCUMENTS = [
  'README.md',
  ...readdirSync(path.join(REPOSITORY, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join('docs', name)),
];

test.each(DOCUMENTS)('links in %s lead somewhere', (name) => {
  const file = path.join(REPOSITORY, name);
  const links = [...readFileSync(file, 'utf8').matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target);
  expect(links.filter((link) => !existsSync(path.resolve(path.dirname(file), link)))).toEqual([]);
});
