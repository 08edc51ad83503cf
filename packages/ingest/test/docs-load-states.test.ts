/** docs/ledger.md shows every way from one state of a load to another, and no other, in the code's own order. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { TRANSITIONS } from '../src/load-state.ts';

const DOCUMENT = path.resolve(import.meta.dirname, '../../../docs/ledger.md');

test('the transition table in docs/ledger.md is that of the code', () => {
  const [, table] = /^```load-states\n(.*?)^```$/ms.exec(readFileSync(DOCUMENT, 'utf8')) ?? [];
  const lines = Object.entries(TRANSITIONS).map(([state, events]) => {
    const ways = Object.entries(events).flatMap(([event, next]) => (next === null ? [] : [`${event} → ${next}`]));
    return `${state.padEnd(13)}${ways.join(', ')}\n`;
  });
  expect(table).toBe(lines.join(''));
});

test('every event is explained', () => {
  const text = readFileSync(DOCUMENT, 'utf8');
  const explained = [...text.matchAll(/^\| `(\w+)` +\| (?!each)/gm)].map(([, event]) => event);
  expect(explained).toEqual(expect.arrayContaining(Object.keys(TRANSITIONS.registered)));
});
