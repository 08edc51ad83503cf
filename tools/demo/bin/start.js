import { checkNode } from '@farelake/cli/check-node';

checkNode();
const { start } = await import('../src/start.ts');
process.exitCode = await start();
