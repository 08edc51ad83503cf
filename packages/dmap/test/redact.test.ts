import { expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { runs } from '../../../jest.property.ts';
import { ApiKey } from '../src/index.ts';
import { redact, safeCause } from '../src/redact.ts';

const KEY = new ApiKey('k3y/with+signs=');

test.each([
  ['https://x.example/a/b?sv=1&sig=SECRET: refused', 'https://x.example/a/b?… refused'],
  ['GET /a/b?sv=1&sig=SECRET HTTP/1.1', 'GET /a/b?… HTTP/1.1'],
  ['<a href="/a?x=1&amp;sig=SECRET">', '<a href="/a?…">'],
  ['next=https%3A%2F%2Fx%2Fa%3Fsv%3D1%26sig%3DSECRET', 'next=https%3A%2F%2Fx%2Fa%3F…'],
  ['{"sig":"SECRET"}', '{"[signature]"}'],
  ['Signature=SECRET&x=1', '[signature]&x=1'],
  ['\\u0026sig=SECRET', '\\u0026[signature]'],
  ['apikey: k3y/with+signs=', 'apikey: [key]'],
  ['apikey=k3y%2Fwith%2Bsigns%3D', 'apikey=[key]'],
  ['is that all? yes', 'is that all? yes'],
  ['line\r\nInjected: \u001b[31mred', 'line Injected:  [31mred'],
  ['ab\u202egpj.exe \u009b2J', 'ab\\u202egpj.exe  2J'],
])('%p is shown as %p', (text, shown) => {
  expect(redact(text, [KEY])).toBe(shown);
});

test('a text is cut after its secrets are gone, wherever the cut falls', () => {
  fc.assert(
    fc.property(fc.nat(400), fc.nat(10_400), (before, more) => {
      const text = `${'x '.repeat(before)}${KEY.reveal()} https://x/y?sv=1&sig=SECRET ${'y'.repeat(more)} ${KEY.reveal()}`;
      const shown = redact(text, [KEY]);
      expect(shown.length).toBeLessThanOrEqual(301);
      expect(shown).not.toMatch(/k3y|SECRET/);
      expect(redact('z'.repeat(more) + KEY.reveal(), [KEY])).not.toContain('k3y/');
    }),
    runs(300),
  );
});

test('a cause keeps words and code, and nothing that hangs on it', () => {
  const deep = Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL', input: 'https://x?sig=SECRET' });
  const outer = Object.assign(new Error('fetch of https://x?a=1&sig=SECRET failed', { cause: deep }), {
    headers: { apikey: KEY.reveal() },
    code: 5,
  });
  const safe = safeCause(outer, [KEY]);
  expect(safe.message).toBe('fetch of https://x?… failed');
  expect(safe.cause).toMatchObject({ message: 'Invalid URL', code: 'ERR_INVALID_URL' });
  expect(inspect(safe, { depth: Infinity, showHidden: true })).not.toMatch(/SECRET|k3y/);
  const many = new AggregateError([new Error('connect ECONNREFUSED 127.0.0.1:9')], '');
  expect(safeCause(many, []).message).toBe('connect ECONNREFUSED 127.0.0.1:9');
  expect(safeCause('just a text?sig=SECRET', []).message).toBe('just a text?…');
});

test('a key shows itself to nobody who does not ask, and is one that a header can hold', () => {
  const key = new ApiKey('  the-key\n');
  expect(key.reveal()).toBe('the-key');
  for (const text of [String(key), JSON.stringify({ key }), inspect(key, { depth: Infinity, showHidden: true })])
    expect(text).not.toContain('the-key');
  for (const text of ['', '  ', 'two words', 'line\r\nInjected: x', 'schlüssel'])
    expect(() => new ApiKey(text)).toThrow(expect.objectContaining({ code: 'dmap-bad-key' }));
});
