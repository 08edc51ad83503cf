/** `docs/errors.md`: each code with its meaning, what the error says and what to do. */
import type { ErrorPlace } from './find-errors.ts';
import type { Meanings } from './meanings.ts';

export interface Errors {
  readonly places: readonly ErrorPlace[];
  readonly meanings: Meanings;
  /** Codes of errors about what was typed. */
  readonly usageCodes: readonly string[];
}

export function errorsPage(errors: Errors): string {
  const byCode = Map.groupBy(errors.places, ({ code }) => code);
  const codes = [...byCode.keys()].sort();
  const parts = [INTRODUCTION, indexOf(errors), '## Codes', ...codes.map((code) => section(errors, code))];
  return `${parts.join('\n\n')}\n`;
}

const INTRODUCTION = `<!-- Generated from the sources and errors.meanings.json by npm run docs:errors; CI compares. -->

# Errors

Whatever a person or a delivered file can get wrong ends in an error with a code, what was wrong, and what to do about it.
The command \`farelake\` prints the last two and ends with 1, or with 2 where the mistake is in what was typed;
programs and logs go by the code. An error that is not of this list is trouble of the machine, the database or the engine,
told in one line, or a bug, shown with its stack.

\`<words in angle brackets>\` stand for what is only known when it happens, \`[words in square brackets]\` for what is said
only sometimes. To find an error by what it says, search this page for a part without names and numbers.`;

function indexOf({ places, meanings }: Errors): string {
  const byFolder = Map.groupBy(places, ({ folder }) => folder);
  const lists = [...byFolder.keys()].sort().map((folder) => {
    const codes = [...new Set(byFolder.get(folder)?.map(({ code }) => code))].sort();
    const lines = codes.map((code) => `- [\`${code}\`](#${code}): ${meanings[code]?.meaning ?? ''}`);
    return `### In ${folder}\n\n${lines.join('\n')}`;
  });
  return ['## By package', ...lists].join('\n\n');
}

function section({ places, meanings, usageCodes }: Errors, code: string): string {
  const own = places.filter((place) => place.code === code);
  const { meaning = '', shared } = meanings[code] ?? {};
  const isUsage = (place: ErrorPlace) => usageCodes.includes(code) || place.classes.includes('UsageError');
  const sources = unique(
    own.map(
      (place) =>
        `- \`${place.classes[0] ?? ''}\` of [${place.path}](../${place.path})${isUsage(place) ? ', exit code 2' : ''}`,
    ),
  );
  const texts = unique(own.map(saying));
  return [
    `### \`${code}\``,
    shared === undefined ? meaning : `${meaning} ${shared}`,
    sources.join('\n'),
    ...texts,
  ].join('\n\n');
}

/** The text as it is printed; a fence longer than any in it. */
function saying({ problems, remedies }: ErrorPlace): string {
  const lines = problems.join('\n— or —\n');
  const remedy = remedies.map((text) => text.trimStart()).join('\n— or —\n');
  const text = remedy === '' ? lines : `${lines}\n\nWhat to do: ${remedy}`;
  return `\`\`\`text\n${text}\n\`\`\``;
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)];
