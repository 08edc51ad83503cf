#!/usr/bin/env node
import { checkNode } from './check-node.js';
import { keepCompiled } from './keep-compiled.js';

// Until the command itself can be stopped: reading its modules takes a second, on a busy machine many.
const stopEarly = () => {
  process.stderr.write('Stopped. Nothing is lost: nothing had begun.\n');
  process.exit(130);
};
process.on('SIGINT', stopEarly).on('SIGTERM', stopEarly);

checkNode();
keepCompiled();
// Read when the first of these threads is needed. Each running statement of an engine takes one, and so does each file that is
// opened: with the usual four, a few tables in long statements would keep all others from reading and writing.
process.env['UV_THREADPOOL_SIZE'] ??= '16';
const { main } = await import('../src/main.ts');
const ended = main(process.argv.slice(2));
// It listens by now: a signal that came meanwhile finds somebody.
process.off('SIGINT', stopEarly).off('SIGTERM', stopEarly);
process.exitCode = await ended;
// What is left is to end: the work is over, and its exit code stands.
const endNow = () => process.exit();
process.on('SIGINT', endNow).on('SIGTERM', endNow);
