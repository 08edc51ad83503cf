#!/usr/bin/env node
import { checkNode } from './check-node.js';

checkNode();
const { main } = await import('../src/main.ts');
process.exitCode = await main(process.argv.slice(2));
