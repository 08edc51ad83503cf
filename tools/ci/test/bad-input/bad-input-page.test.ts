/** docs/bad-input.md lists every case of test-corpus as it is expected there. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { badInputPage, homeless, type CorpusCase } from '../../src/bad-input/page.ts';
import { readCorpus } from '../../src/bad-input/read-corpus.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../../..');
const cases = readCorpus(REPOSITORY);

it('the page is the generated one (npm run docs:bad-input)', () => {
  expect(readFileSync(path.join(REPOSITORY, 'docs/bad-input.md'), 'utf8')).toBe(badInputPage(cases));
});

it('every case has a section, a sentence, and where something is wrong, what to do', () => {
  expect(homeless(cases)).toEqual([]);
  expect(cases.filter(({ what }) => !/^[A-Z0-9].*\.$/.test(what)).map(({ name }) => name)).toEqual([]);
  expect(cases.filter(({ exit, remedy }) => exit === 1 && remedy === undefined).map(({ name }) => name)).toEqual([]);
});

it('what would mean something in a table does not', () => {
  const odd: CorpusCase = {
    ...{ name: 'text-odd', what: 'a|b <c>.', exit: 1, says: ['failed: x: p|q'], notes: [] },
    ...{ state: 'failing', remedy: 'r', notYet: undefined, then: 'live' },
  };
  expect(badInputPage([odd])).toContain(
    '| [text-odd](../test-corpus/text-odd) | a\\|b &lt;c&gt;. | **failing**: “p\\|q” | r Then: live. |',
  );
});
