import { parsePidFile } from '../../src/local/pidfile.ts';

const WHOLE = ['4711', '/data', '1790000000', '5433', '', '127.0.0.1', '  5432001    163840', 'ready   ', ''];

test.each([
  ['a ready server', WHOLE, { pid: 4711, folder: '/data', port: 5433, ready: true }],
  ['one that starts', WHOLE.with(7, 'starting'), { pid: 4711, folder: '/data', port: 5433, ready: false }],
  ['one before its status', WHOLE.slice(0, 6), { pid: 4711, folder: '/data', port: 5433, ready: false }],
  ['one before its port', WHOLE.slice(0, 3), undefined],
  ['an empty file', [''], undefined],
])('%s', (_name, lines, expected) => {
  expect(parsePidFile(lines.join('\n'))).toEqual(expected);
});
