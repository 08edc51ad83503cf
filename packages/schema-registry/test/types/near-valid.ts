/** Texts near what a type accepts: valid ones, edges of ranges, and both with a character changed, added or gone. */
import fc from 'fast-check';
import type { LogicalType } from '../../src/index.ts';

const digits = (min: number, max: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: min, maxLength: max });

const zeros = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map((count) => '0'.repeat(count));

const sign = fc.constantFrom('', '', '', '+', '-');

const join = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> => fc.tuple(...parts).map((t) => t.join(''));
const maybe = (part: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(fc.constant(''), part);

/** Numbers around the bounds of a precision and of 64 and 128 bits. */
const bound = fc
  .tuple(
    fc.oneof(
      fc.integer({ min: 0, max: 39 }).map((n) => 10n ** BigInt(n)),
      fc.constantFrom(2n ** 63n, 2n ** 64n, 2n ** 127n),
    ),
    fc.integer({ min: -2, max: 2 }),
  )
  .map(([n, off]) => (n + BigInt(off)).toString());

const number = (scale: number): fc.Arbitrary<string> =>
  join(
    sign,
    fc.oneof(digits(0, 5), digits(0, 40), bound, join(fc.constantFrom('000', '0'.repeat(45)), bound)),
    maybe(join(fc.constant('.'), digits(0, scale + 1), fc.constantFrom('', '', '0', '0'.repeat(45)))),
  );

const two = (max: number): fc.Arbitrary<string> =>
  fc
    .oneof(
      { weight: 9, arbitrary: fc.integer({ min: 0, max }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 99 }) },
    )
    .map((n) => String(n).padStart(2, '0'));

const date = join(
  fc.oneof(
    digits(4, 4),
    fc.constantFrom('0000', '0001', '1582', '1900', '1970', '2000', '2024', '9999', '10000', '-0001', '001'),
  ),
  fc.constant('-'),
  two(12),
  fc.constant('-'),
  two(31),
);
const time = join(
  two(24),
  fc.constant(':'),
  two(60),
  fc.constant(':'),
  two(60),
  maybe(join(fc.constant('.'), fc.oneof(digits(0, 10), join(digits(0, 6), zeros(0, 8))))),
);

const anyCase = (text: string): fc.Arbitrary<string> =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((upper) => Array.from(text, (c, i) => (upper[i] === true ? c.toUpperCase() : c)).join(''));

function valid(type: LogicalType): fc.Arbitrary<string> {
  switch (type.kind) {
    case 'boolean':
      return fc.constantFrom('1', '0', 'true', 'false', 't', 'f', 'y', 'n', 'yes', 'no', 'on').chain(anyCase);
    case 'bigint':
      return number(0);
    case 'decimal':
      return number(type.scale);
    case 'double':
      return fc.oneof(
        join(number(20), maybe(join(fc.constantFrom('e', 'E'), sign, digits(0, 4)))),
        fc.double().map(String),
        join(sign, fc.constantFrom('nan', 'inf', 'infinity').chain(anyCase)),
      );
    case 'date':
      return date;
    case 'timestamp':
      return fc.oneof(date, join(date, fc.constantFrom(' ', 'T'), time));
    case 'time':
      return time;
    case 'binary':
      return fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdefABCDEF')), maxLength: 9 });
    case 'string':
      return fc.string({ unit: 'binary' }).map((text) => text.toWellFormed());
  }
}

/** What lax casts take, and what only looks like a digit or a letter. */
const odd = fc.constantFrom(
  ...Array.from('0159+-.,eE:_/TZtnxfg \t\n\r\0'),
  '٣',
  '１',
  'ſ',
  'İ',
  'é',
  '🔥',
  ' BC',
  ' (BC)',
  '+02:00',
  'epoch',
);

export function nearValid(type: LogicalType): fc.Arbitrary<string | null> {
  const damaged = fc.tuple(valid(type), fc.nat(), fc.nat({ max: 1 }), odd).map(([text, at, gone, put]) => {
    const place = at % (text.length + 1);
    return (text.slice(0, place) + put + text.slice(place + gone)).toWellFormed();
  });
  const shorter = fc.tuple(valid(type), fc.nat()).map(([text, at]) => {
    const place = at % (text.length + 1);
    return (text.slice(0, place) + text.slice(place + 1)).toWellFormed();
  });
  return fc.oneof(
    { weight: 10, arbitrary: valid(type) },
    { weight: 5, arbitrary: damaged },
    { weight: 2, arbitrary: shorter },
    { weight: 1, arbitrary: fc.constantFrom(null, '', ' ', 'NULL', 'null') },
  );
}
