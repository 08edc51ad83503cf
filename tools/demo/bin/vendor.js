import { checkNode } from '@farelake/cli/check-node';

checkNode();
const { serveInvented } = await import('../src/dmap/serve.ts');
process.exitCode = await serveInvented();
