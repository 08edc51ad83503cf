/** Proves that a setting that names a place where nothing can be made is told by name, and that no command waits for it for ever. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { closeHomes, openHome, REPOSITORY, runCommand } from './support/command.ts';

const FEED = path.join(REPOSITORY, 'sample_data/cubic');
// Below /proc no name is there and none can be made; elsewhere a file in the way does.
const NOWHERE = existsSync('/proc/self') ? '/proc/nope/place' : '/dev/null/place';

afterAll(closeHomes, 60_000);

it.each([
  ['FARELAKE_ARCHIVE', 'not archived in .*FARELAKE_ARCHIVE: /.* cannot be made'],
  ['FARELAKE_STAGE', 'FARELAKE_STAGE: /.* cannot be made'],
])(
  'ingest ends with 1 and says what is wrong with %s; set right, it goes on',
  async (setting, words) => {
    const home = await openHome();
    expect(await home.run('table', 'add', 'EDW.PRODUCT', '--from', FEED, '--yes')).toMatchObject({ code: 0 });
    const args = ['ingest', FEED, '--table', 'EDW.PRODUCT'];
    const wrong = await runCommand({ ...home.variables, [setting]: NOWHERE }, args);
    expect(wrong.code).toBe(1);
    expect(wrong.out + wrong.err).toMatch(new RegExp(words));
    expect(await home.run(...args)).toMatchObject({ code: 0 });
  },
  120_000,
);

it.each([
  ['FARELAKE_INCOMING', ['ingest']],
  ['FARELAKE_HOME', ['status']],
  ['FARELAKE_REGISTRY', ['table', 'add', 'EDW.PRODUCT', '--from', FEED, '--yes']],
])(
  'a command says what is wrong with %s',
  async (setting, args) => {
    const { variables } = await openHome(setting === 'FARELAKE_HOME' ? { DATABASE_URL: '' } : {});
    const { code, err } = await runCommand({ ...variables, [setting]: NOWHERE }, args);
    expect(code).toBe(1);
    expect(err).toMatch(new RegExp(`${setting}: /.* cannot be made`));
  },
  60_000,
);
