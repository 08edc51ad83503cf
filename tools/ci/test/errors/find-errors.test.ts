/** Proves that errors are found whatever way they are made, and that one which cannot be read is a fault. */
import { findErrors } from '../../src/errors/find-errors.ts';

const ROOTS = [
  {
    path: 'packages/schema-registry/src/errors.ts',
    text: `export class UserError extends Error {
      constructor({ code, problem, remedy }: UserErrorParts) { super(problem); }
    }`,
  },
  {
    path: 'packages/db/src/errors.ts',
    text: `export class DbError<Code extends string = string> extends Error {
      constructor(code: Code, message: string, details: ErrorDetails) { super(message, { cause: details.cause }); }
    }`,
  },
];

const REGISTRY = `import { UserError } from '@farelake/schema-registry';\n`;
const PATH = 'packages/lake/src/some.ts';

const find = (text: string, more: readonly { path: string; text: string }[] = []) =>
  findErrors([...ROOTS, ...more, { path: PATH, text }]);

/** What is found, as `code: problem | or another -> remedy`. */
const told = (text: string, more: readonly { path: string; text: string }[] = []) => {
  const { places, faults } = find(text, more);
  expect(faults).toEqual([]);
  return places.map(({ code, problems, remedies }) => `${code}: ${problems.join(' | ')} -> ${remedies.join(' | ')}`);
};

it('the roots alone make no error', () => {
  expect(findErrors(ROOTS)).toEqual({ places: [], faults: [] });
});

it('says where and of which classes', () => {
  const { places } = find(`${REGISTRY}
    class Spoiled extends UserError { constructor(id: number, parts: Parts) { super(parts); this.id = id; } }
    const one = () => new Spoiled(1, { code: 'bad-value', problem: 'Bad.' });`);
  expect(places).toEqual([
    {
      code: 'bad-value',
      classes: ['Spoiled', 'UserError'],
      folder: 'packages/lake',
      path: PATH,
      problems: ['Bad.'],
      remedies: [],
    },
  ]);
});

it.each([
  ['a literal', `'Gone.'`, 'Gone.'],
  ['a template', '`${file.path} is gone after ${waitedMs / 1000} s.`', '<path> is gone after <waited ms> s.'],
  ['lines put together', "`${a} and ` + 'more'", '<a> and more'],
  ['a choice', `cut ? 'Cut off.' : 'Damaged.'`, 'Cut off. | Damaged.'],
  ['a choice in a sentence', "`${n} ${n === 1 ? 'file' : 'files'}`", '<n> <file or files>'],
  ['a part left out', "`Gone${n > 0 ? `, and ${n} more` : ''}.`", 'Gone[, and <n> more].'],
  ['a fallback', "reason ?? 'No reason.'", '<reason> | No reason.'],
  [
    'calls',
    "`${count(rows)}: ${names.join(', ')}, ${JSON.stringify(key)}, ${faultOf(x)}`",
    '<rows>: <names>, <key>, <fault>',
  ],
  ['a constant', 'NUMBERED', 'At most 38 digits.'],
  ['text tidied up', "`${file} is gone..`.replace(/x/, '.')", '<file> is gone..'],
])('%s reads', (_, problem, expected) => {
  const text = `${REGISTRY}
    const MOST = 38;
    const NUMBERED = \`At most \${MOST} digits.\`;
    export function fail() { throw new UserError({ code: 'gone', problem: ${problem} }); }`;
  expect(told(text)).toEqual([`gone: ${expected} -> `]);
});

it('a constant of another file, and parts behind a choice', () => {
  const more = [{ path: 'packages/lake/src/way.ts', text: `export const WAY_OUT = 'ask us';` }];
  const text = `${REGISTRY} import { WAY_OUT } from './way.ts';
    throw new UserError({ code: 'gone', problem: 'Gone.', ...(x ? {} : { remedy: \`Look, or \${WAY_OUT}.\` }) });`;
  expect(told(text, more)).toEqual(['gone: Gone. -> Look, or ask us.']);
});

it('what callers of a function give belongs together', () => {
  const text = `${REGISTRY}
    const fault = (code: Code, problem: string) => new UserError({ code, problem, remedy: 'Try.' });
    if (a) throw fault('first', 'One.');
    throw fault('second', 'Two.');`;
  expect(told(text)).toEqual(['first: One. -> Try.', 'second: Two. -> Try.']);
});

it('also from another file and with named parts', () => {
  const more = [
    {
      path: 'packages/lake/src/fault.ts',
      text: `${REGISTRY} export function fault({ code, problem }: P) { return new UserError({ code, problem }); }`,
    },
  ];
  const text = `import { fault } from './fault.ts'; throw fault({ code: 'first', problem: 'One.' });`;
  expect(told(text, more)).toEqual(['first: One. -> ']);
});

it('each entry of a list that a function takes apart', () => {
  const text = `${REGISTRY}
    const ONE: Kind = { code: 'first', say: (uri) => \`\${uri} is gone.\`, remedy: 'Look.' };
    const MORE: readonly Kind[] = [{ code: 'second', say: () => 'Two.', remedy: 'Try.' }];
    const problem = ({ code, say, remedy }: Kind, uri: string) => new UserError({ code, problem: say(uri), remedy });
    throw problem(MORE.find(fits) ?? ONE, uri);`;
  expect(told(text)).toEqual(['first: <uri> is gone. -> Look.', 'second: Two. -> Try.']);
});

it('a class that says its code by itself', () => {
  const text = `${REGISTRY}
    export class Faulty extends UserError {
      constructor(n: number) { super({ code: 'faulty', problem: \`\${n} faults.\` }); }
    }
    throw new Faulty(3);`;
  expect(told(text)).toEqual(['faulty: <n> faults. -> ']);
});

it('errors of the database: code, message, details', () => {
  const text = `import { DbError } from './errors.ts';
    class PoolError extends DbError<Code> {}
    class TooNew extends PoolError { constructor(n: number) { super('too-new', \`\${n} is new.\`, { remedy: 'Update.' }); } }
    if (a) throw new TooNew(3);
    throw new PoolError('broken', 'It broke.', { remedy: 'Mend it.' });`;
  const { places, faults } = findErrors([...ROOTS, { path: 'packages/db/src/some.ts', text }]);
  expect(faults).toEqual([]);
  expect(places.map(({ code, classes, remedies }) => [code, classes, remedies])).toEqual([
    ['too-new', ['TooNew', 'PoolError', 'DbError'], ['Update.']],
    ['broken', ['PoolError', 'DbError'], ['Mend it.']],
  ]);
});

it('classes of the same name that extend something else do not count', () => {
  expect(told(`class UserError extends Error {} throw new UserError({ code: 'x', problem: 'y' });`)).toEqual([]);
});

it.each([
  [
    'a code made up at run time',
    "new UserError({ code: `no-${kind}`, problem: 'x' })",
    /some\.ts:2: the code no-<kind> is only/,
  ],
  [
    'a code in another case',
    "new UserError({ code: 'noSuch', problem: 'x' })",
    /some\.ts:2: the code noSuch is not in kebab/,
  ],
  ['parts from nowhere', 'new UserError(parts())', /some\.ts:2: UserError without a code/],
  ['no parts', 'new UserError()', /some\.ts:2: UserError without a code/],
])('%s is a fault', (_, made, expected) => {
  const { places, faults } = find(`${REGISTRY}throw ${made};`);
  expect(places).toEqual([]);
  expect(faults).toEqual([expect.stringMatching(expected)]);
});
