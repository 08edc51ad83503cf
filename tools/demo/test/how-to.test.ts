/**
 * Every block of a how-to marked `sh run` works as it stands, typed in the root of the repository one after the other, and
 * prints what the page says.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { makeCheckout, REPOSITORY, type Checkout } from './support/checkout.ts';
import { exportsOf, shownCommands } from './support/shown-commands.ts';

const FOLDER = path.join(REPOSITORY, 'docs/how-to');
const PAGES = readdirSync(FOLDER).filter((name) => name.endsWith('.md'));

/** What npm says of itself. */
const farelakeOnly = (err: string): string => err.replaceAll(/^npm warn .*\n/gm, '');

describe.each(PAGES)('%s', (name) => {
  const page = readFileSync(path.join(FOLDER, name), 'utf8');
  const shown = shownCommands(page);
  let checkout: Checkout;
  beforeAll(() => {
    checkout = makeCheckout();
  });
  afterAll(() => checkout.remove());

  test('shows commands, and leaves nothing running', () => {
    expect(shown.length).toBeGreaterThan(2);
    expect(shown.at(-1)?.script).toBe('npx farelake down\n');
    // A block whose output is shown stands right before it.
    expect(page.match(/^```text prints$/gm)).toHaveLength(shown.filter(({ prints }) => prints !== undefined).length);
  });

  test.each(shown.map((block, index) => [index + 1, block] as const))('block %d', async (number, block) => {
    const before = exportsOf(shown.slice(0, number - 1).map(({ script }) => script));
    const { code, out, err } = await checkout.sh(`${before}\n${block.script}`);
    expect({ code, err: farelakeOnly(err) }).toEqual({ code: 0, err: '' });
    if (block.prints !== undefined) expect(tidy(out)).toBe(tidy(block.prints));
  });
});

/** Blanks at the end of a line are not seen on a page. */
const tidy = (text: string): string => text.replaceAll(/[ \t]+$/gm, '');
