#!/usr/bin/env node
import { checkNode } from './check-node.js';

checkNode();
// Read when the first of these threads is needed. Each running statement of an engine takes one, and so does each file that is
// opened: with the usual four, a few tables in long statements would keep all others from reading and writing.
process.env['UV_THREADPOOL_SIZE'] ??= '16';
const { main } = await import('../src/main.ts');
process.exitCode = await main(process.argv.slice(2));
