/** Proves that each code has one meaning, and each meaning its code. */
import type { ErrorPlace } from '../../src/errors/find-errors.ts';
import { meaningFaults, parseMeanings } from '../../src/errors/meanings.ts';
import { errorsPage } from '../../src/errors/page.ts';

const place = (code: string, name = 'a'): ErrorPlace => ({
  code,
  classes: ['UserError'],
  folder: `packages/${name}`,
  path: `packages/${name}/src/${name}.ts`,
  problems: ['<file> is gone.'],
  remedies: ['Bring it back.'],
});
const A = { meaning: 'It is gone.' };

it.each([
  ['all fits', [place('a')], { a: A }, []],
  ['two places of one file are one thing', [place('a'), place('a')], { a: A }, []],
  ['said what two files share', [place('a'), place('a', 'b')], { a: { ...A, shared: 'Both.' } }, []],
  ['no meaning', [place('a')], {}, [/a \(packages\/a\/src\/a\.ts\) has no meaning/]],
  ['no code', [], { a: A }, [/a is nobody's code/]],
  ['two files unsaid', [place('a'), place('a', 'b')], { a: A }, [/a is used by .*a\.ts and .*b\.ts: give one/]],
  ['shared with nobody', [place('a')], { a: { ...A, shared: 'Both.' } }, [/alone: take "shared" away/]],
  ['no sentence', [place('a')], { a: { meaning: 'gone' } }, [/"gone" is no sentence/]],
  ['out of order', [place('a'), place('b')], { b: A, a: A }, [/not in the order/]],
])('%s', (_, places, meanings, expected) => {
  expect(meaningFaults(places, meanings)).toEqual(expected.map((one) => expect.stringMatching(one) as unknown));
});

it.each(['[]', '{"a": "text"}', '{"a": {}}', '{"a": {"meaning": 1}}', '{"a": {"meaning": "x.", "other": "y."}}'])(
  'meanings of another form are refused: %s',
  (text) => {
    expect(() => parseMeanings(text)).toThrow('docs/errors.meanings.json');
  },
);

it('the page links each code to its meaning, text and remedy', () => {
  const page = errorsPage({ places: [place('gone-file')], meanings: { 'gone-file': A }, usageCodes: ['gone-file'] });
  expect(page).toContain('- [`gone-file`](#gone-file): It is gone.\n');
  expect(page).toContain(
    '### `gone-file`\n\nIt is gone.\n\n- `UserError` of [packages/a/src/a.ts](../packages/a/src/a.ts), exit code 2\n\n' +
      '```text\n<file> is gone.\n\nWhat to do: Bring it back.\n```\n',
  );
});
