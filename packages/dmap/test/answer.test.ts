import { expect, test } from '@jest/globals';
import { readAnswer, type Outside } from '../src/listing/answer.ts';
import { ApiKey } from '../src/index.ts';
import { holdsSecret, redact } from '../src/redact.ts';

const KEYS = [new ApiKey('the-key-of-the-tests')];
const OUTSIDE: Outside = {
  redact: (text) => redact(text, KEYS),
  holdsSecret: (text) => holdsSecret(text, KEYS),
};

const LINK = 'https://blobs.example/c/d1.csv.gz?sv=2024&sig=SECRET%2Fsig%3D';
const ENTRY = {
  id: 'agg_daily_fareprod',
  dataset_id: 'd1',
  url: LINK,
  start_date: '2022-05-17',
  end_date: '2022-05-18T00:00:00',
  last_updated: '2022-05-18T12:12:24.897363',
};
const pageOf = (...results: unknown[]): string => JSON.stringify({ success: true, results });

test('a result is read, its times in one form, its link hidden', () => {
  const reading = readAnswer(pageOf(ENTRY), OUTSIDE);
  if (!reading.ok) throw new Error(reading.problem);
  const [entry] = reading.entries;
  expect(entry!.read).toMatchObject({
    datasetId: 'd1',
    startDate: '2022-05-17',
    endDate: '2022-05-18',
    lastUpdated: '2022-05-18T12:12:24.897363000',
  });
  const again = readAnswer(pageOf({ ...ENTRY, url: `${LINK}2`, id: 'x', more: 1 }), OUTSIDE);
  expect(again.ok && again.entries[0]!.identity).toBe(entry!.identity);
});

test.each([
  ['HTML with any status', '<!DOCTYPE html><p>Sign in?sig=SECRET', /it is a page of HTML, no JSON/],
  ['nothing', '', /no JSON \(line 1, column 1/],
  ['JSON that breaks off', pageOf(ENTRY).slice(0, -3), /no JSON \(line 1, column \d+/],
  [
    'a failure and why',
    JSON.stringify({ success: false, message: `no link ${LINK} for the-key-of-the-tests` }),
    /says that it failed: no link https:\/\/blobs\.example\/c\/d1\.csv\.gz\?… for \[key\]$/,
  ],
  ['a failure', '{"success": false}', /says that it failed, and not why/],
  ['another success', '{"success": "yes", "results": []}', /\$\.success: .*found 'yes'; allowed: true/],
  ['no results', '{"success": true}', /\$\.results: is required/],
  ['results that are no list', '{"success": true, "results": {}}', /\$\.results: must be a list/],
  ['a list', '[]', /\$: must be an object/],
  ['null', 'null', /\$: must be an object/],
  ['a member twice', '{"success": true, "results": [], "results": []}', /\$\.results: is written twice/],
])('%s is no page, and it is said why', (_, body, problem) => {
  const reading = readAnswer(body, OUTSIDE);
  expect(reading).toMatchObject({ ok: false, problem: expect.stringMatching(problem) as unknown });
  expect(JSON.stringify(reading)).not.toMatch(/SECRET|the-key/);
});

test.each([
  ['no url', { url: undefined }, /\$\.results\[1\]\.url: is required/],
  ['a number for a url', { url: 5 }, /\$\.results\[1\]\.url: must be text/],
  ['a url without https', { url: LINK.replace('https', 'http') }, /url: is no https address; it is not shown .*"d1"/],
  ['no address', { url: 'sig=SECRET' }, /url: is no https address/],
  ['an id that is no text', { dataset_id: 7 }, /\$\.results\[1\]\.dataset_id: must be text; found 7/],
  ['an empty id', { dataset_id: '' }, /dataset_id: must not be empty/],
  ['an id of 201 characters', { dataset_id: 'x'.repeat(201) }, /dataset_id: is longer than 200 .*"x{60}…"\)$/],
  ['an id of 60 umlauts', { dataset_id: 'ü'.repeat(60) }, /as part of a path, .* several \(dataset "ü{60}"\)$/],
  ['an id that is a link', { dataset_id: LINK }, /dataset_id: holds what looks like a key or a signature/],
  ['no day', { start_date: '18.05.2022' }, /start_date: is no day; found "18\.05\.2022"/],
  ['a link for a day', { end_date: LINK }, /end_date: is no day; found "https:\/\/blobs\.example\/c\/d1\.csv\.gz\?…/],
  ['no time', { last_updated: '2022-05-18' }, /last_updated: is no time; found "2022-05-18"/],
  ['the year 0', { start_date: '0000-01-01' }, /start_date: is no day; found "0000-01-01"/],
  ['a time after all years', { last_updated: '9999-12-31T23:59:59-10:00' }, /last_updated: is no time; found "9999/],
  ['an id with NUL', { dataset_id: 'nul\0x' }, /results\[1\]\.dataset_id: holds NUL or half .*; found "nul\\u0000x"$/],
  ['an id with half a character', { dataset_id: 'x\ud83d' }, /holds NUL or half a character; found "x\\ud83d"$/],
  ['a day that turns the line around', { start_date: '\u202e\u009b1' }, /is no day; found "\\u202e 1"/],
  ['a last day before the first', { end_date: '2022-05-16' }, /end_date: 2022-05-16 is before the first day/],
])('among good entries %s is told and left out', (_, members, fault) => {
  const reading = readAnswer(pageOf(ENTRY, { ...ENTRY, ...members }), OUTSIDE);
  if (!reading.ok) throw new Error(reading.problem);
  expect(reading.entries.map(({ read }) => 'fault' in read)).toEqual([false, true]);
  const { read } = reading.entries[1]!;
  expect('fault' in read && read.fault).toMatch(fault);
  expect(JSON.stringify(read)).not.toContain('SECRET');
});

test('of several members written twice the first is told, of each entry its own', () => {
  const twice = JSON.stringify(ENTRY).replace('{', '{"url":"x","dataset_id":"d0",');
  const other = JSON.stringify(ENTRY).replace('{', '{"end_date":"x",');
  const reading = readAnswer(`{"success":true,"results":[${twice},${other}]}`, OUTSIDE);
  expect(reading.ok && reading.entries.map(({ read }) => read)).toEqual([
    { fault: '$.results[0].dataset_id: is written twice' },
    { fault: '$.results[1].end_date: is written twice' },
  ]);
});

test('an entry with a member twice, and one that is no object, are told and left out', () => {
  const twice = JSON.stringify(ENTRY).replace('{', '{"dataset_id":"d0",');
  const reading = readAnswer(`{"success":true,"results":[${JSON.stringify(ENTRY)},${twice},null]}`, OUTSIDE);
  if (!reading.ok) throw new Error(reading.problem);
  expect(reading.entries.map(({ read }) => ('fault' in read ? read.fault : 'good'))).toEqual([
    'good',
    expect.stringContaining('$.results[1].dataset_id: is written twice') as unknown,
    expect.stringContaining('$.results[2]: must be an object') as unknown,
  ]);
});
