/**
 * Every block of a how-to marked `sh run` works as it stands, typed in the root of the repository one after the other, and
 * prints what the page says. A block marked `sh vendor` runs beside them, in a terminal of its own; what it prints leads them to it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCheckout, REPOSITORY, type Checkout } from './support/checkout.ts';
import { exportsOf, shownCommands, vendorCommand } from './support/shown-commands.ts';

const FOLDER = path.join(REPOSITORY, 'docs/how-to');
const PAGES = readdirSync(FOLDER).filter((name) => name.endsWith('.md'));

/** What npm says of itself. */
const farelakeOnly = (err: string): string => err.replaceAll(/^npm warn .*\n/gm, '');

describe.each(PAGES)('%s', (name) => {
  const page = readFileSync(path.join(FOLDER, name), 'utf8');
  const shown = shownCommands(page);
  const command = vendorCommand(page);
  let checkout: Checkout;
  let vendor: Served | undefined;
  beforeAll(async () => {
    checkout = makeCheckout();
    if (command !== undefined) vendor = await serve(checkout, command);
  }, 60_000);
  afterAll(() => checkout.remove());

  test('shows commands, and leaves nothing running', () => {
    expect(shown.length).toBeGreaterThan(2);
    expect(shown.at(-1)?.script).toBe('npx farelake down\n');
    // A block whose output is shown stands right before it.
    expect(page.match(/^```text prints$/gm)).toHaveLength(shown.filter(({ prints }) => prints !== undefined).length);
  });

  test.each(shown.map((block, index) => [index + 1, block] as const))('block %d', async (number, block) => {
    const before = exportsOf([vendor?.exports ?? '', ...shown.slice(0, number - 1).map(({ script }) => script)]);
    const { code, out, err } = await checkout.sh(`${before}\n${block.script}`);
    expect({ code, err: farelakeOnly(err) }).toEqual({ code: 0, err: '' });
    if (block.prints !== undefined) expect(tidy(out)).toBe(tidy(block.prints));
  });

  test('what ran beside them ends by Ctrl-C, and leaves no process', async () => {
    expect(checkout.blobServices()).toHaveLength(command === undefined ? 0 : 1);
    await vendor?.stop();
    for (const end = Date.now() + 10_000; checkout.blobServices().length > 0 && Date.now() < end;) await sleep(20);
    expect(checkout.blobServices()).toEqual([]);
  });
});

interface Served {
  /** The lines that it printed, for a shell. */
  readonly exports: string;
  /** As Ctrl-C does. The shell and npm may be gone before what they started. */
  stop(): Promise<unknown>;
}

/** Starts it; it is ready when it has printed where it is. */
async function serve(checkout: Checkout, script: string): Promise<Served> {
  const { promise: ready, resolve } = Promise.withResolvers<Served>();
  const ended = checkout.sh(`${script} > vendor.txt`, async (signal) => {
    const file = path.join(checkout.folder, 'vendor.txt');
    const read = () => (existsSync(file) ? readFileSync(file, 'utf8') : '');
    for (const end = Date.now() + 50_000; !read().includes('DMAP_CONTROLLED_KEY=') && Date.now() < end;)
      await sleep(20);
    const stop = () => {
      signal('SIGINT');
      return ended;
    };
    resolve({ exports: read(), stop });
  });
  return ready;
}

/** Blanks at the end of a line are not seen on a page. */
const tidy = (text: string): string => text.replaceAll(/[ \t]+$/gm, '');
