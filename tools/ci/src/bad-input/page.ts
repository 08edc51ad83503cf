/** `docs/bad-input.md` from the cases in `test-corpus`: what each bad delivery is, what happens, what to do. */

export interface CorpusCase {
  readonly name: string;
  readonly what: string;
  readonly exit: number;
  readonly says: readonly string[];
  readonly notes: readonly string[];
  readonly state: string;
  readonly remedy: string | undefined;
  readonly notYet: string | undefined;
  /** The state when the next delivery has come. */
  readonly then: string | undefined;
}

/** In the order of the page: how the names of its cases begin, its title, and what holds for all of them. */
const SECTIONS: readonly (readonly [prefixes: readonly string[], title: string, words: string])[] = [
  [
    ['gzip', 'file'],
    'The packed file',
    'A file is unpacked to its end, and its checksum compared, before anybody sees a row of it.',
  ],
  [['text'], 'The text', 'UTF-8, each record ending with LF or CR LF; or all with CR.'],
  [['header'], 'The header line', 'Names and order are those that the `.dfm` announces.'],
  [['record', 'quote', 'null', 'columns'], 'Records and fields', 'Read as the `.dfm` of the file itself says.'],
  [
    ['value'],
    'Values',
    'Each case has one file for each value. What fits the type of the contract is taken, what does not fails its file: nothing is rounded, cut or guessed.',
  ],
  [
    ['budget'],
    'Rows set apart',
    'Where a contract has a budget of refused rows ([quarantine](quarantine.md)); without one, a single value fails its file.',
  ],
  [['change'], 'Changes', 'What the columns `header__…` of a change file hold.'],
  [['snapshot'], 'Snapshots', 'A snapshot is shown when all of it is there.'],
  [['dfm'], 'The .dfm', 'A data file waits until a `.dfm` comes that can be read and agrees with it.'],
  [['delivery'], 'The delivery', 'What lies where a file should, comes twice, or is nothing of a feed.'],
  [
    ['name'],
    'Names',
    'Names of tables and files are data: whatever they hold, they name what they name and nothing else.',
  ],
];

const HEAD = `<!-- Generated from test-corpus by npm run docs:bad-input; a test compares. -->

# Bad input

What comes from outside can be broken in many ways. Each case below is a folder in [\`test-corpus\`](../test-corpus), and a
test proves on every run that it ends as told here: what \`farelake ingest\` says and ends with, what \`farelake status\` shows,
and which rows the table has. All cases are ingested in one home, at once: one table's trouble shows with no other.

For all of them holds: the delivered file stays as it is; what cannot be taken in is told with its place and reason;
\`ingest\` ends with 1 as long as that is so; each further \`ingest\` tries again; and where the right file comes, under the same
name or as a new one, the table is as if it had come at once. The words stand in full in the test's expectations, and
[errors](errors.md) has what each code means.
`;

export function badInputPage(cases: readonly CorpusCase[]): string {
  const sections = SECTIONS.map(([prefixes, title, words]) => {
    const own = cases.filter(({ name }) => prefixes.includes(name.split('-')[0] ?? ''));
    const table = ['| Case | What comes | What happens | What to do |', '|---|---|---|---|', ...own.map(row)];
    return `## ${title}\n\n${words}\n\n${table.join('\n')}\n`;
  });
  return `${[HEAD, ...sections].join('\n')}\n${notYetText(cases)}`;
}

/** Cases that no section of the page takes up: there may be none. */
export const homeless = (cases: readonly CorpusCase[]): string[] =>
  cases
    .map(({ name }) => name)
    .filter((name) => !SECTIONS.some(([prefixes]) => prefixes.includes(name.split('-')[0] ?? '')));

const row = (one: CorpusCase): string =>
  `| ${[`[${one.name}](../test-corpus/${one.name})${one.notYet === undefined ? '' : ' \\*'}`, one.what, happens(one), remedyOf(one)].map(cell).join(' | ')} |`;

function happens({ exit, says, notes, state }: CorpusCase): string {
  if (exit === 0) return ['taken in', ...notes.map(quoted)].join('; ');
  const [first, ...more] = says;
  const others = more.length === 0 ? '' : `, and ${more.length} more`;
  return `**${state}**${first === undefined ? '' : `: ${quoted(withoutPlace(first))}${others}`}`;
}

const remedyOf = ({ remedy, then }: CorpusCase): string =>
  remedy === undefined ? '' : `${remedy}${then === undefined ? '' : ` Then: ${then}.`}`;

/** `failed: LOAD1.csv.gz: words` is `words`. */
const withoutPlace = (line: string): string => line.replace(/^[^:]*: [^:]*: /, '');
const quoted = (words: string): string => `“${words}”`;

/** Text of a table's cell: what means something in Markdown does so no more. */
const cell = (text: string): string =>
  text
    .replaceAll('\n', ' ')
    .replaceAll(/(?<!\\)[|<>]/g, (mark) => (mark === '|' ? '\\|' : mark === '<' ? '&lt;' : '&gt;'));

function notYetText(cases: readonly CorpusCase[]): string {
  const marked = cases.filter(({ notYet }) => notYet !== undefined);
  if (marked.length === 0) return '';
  const lines = marked.map(({ name, notYet }) => `- \`${name}\`: ${notYet ?? ''}`);
  return `## Not yet as it should be\n\nThese (\\*) are told above as they should be. The test says when they are.\n\n${lines.join('\n')}\n`;
}
