/** Proves that a person sees what the Iceberg catalog shows, is told of another writer's commit, and can take the table back. */
import { appendFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { openPool } from '@farelake/db';
import { closeHomes, openHome, REPOSITORY, startCommand } from './support/command.ts';

const FEED = path.join(REPOSITORY, 'sample_data/cubic');
const REGISTRY = { FARELAKE_REGISTRY: path.join(REPOSITORY, 'packages/schema-registry/registry') };

afterAll(closeHomes, 60_000);

it('list shows each table; a foreign commit is told by list and ingest; reset takes the table back', async () => {
  const home = await openHome({ ...REGISTRY, FARELAKE_ENVIRONMENT: 'dev-two' });
  expect(await home.run('catalog', 'list')).toMatchObject({ code: 0, out: 'No table was committed to yet.\n' });
  expect(await home.run('ingest', FEED, '--table', 'EDW.CARD')).toMatchObject({ code: 0 });
  const list = async () => JSON.parse((await home.run('catalog', 'list', '--json')).out) as Record<string, unknown>[];
  const own = { catalog: 'farelake', namespace: 'farelake_dev_two', state: 'current' };
  expect(await list()).toMatchObject([
    { ...own, tableName: 'edw_card', found: expect.stringMatching(/^file:\/\/.*\/edw_card\/metadata\//) as string },
    { ...own, tableName: 'edw_card_history' },
  ]);
  const { out } = await home.run('catalog', 'list', '--table', 'EDW.CARD');
  expect(out).toMatch(/^catalog farelake, namespace farelake_dev_two\n/);
  expect(out).toMatch(/^edw_card +\d+ +\d+ +current +file:/m);

  const pool = openPool((await home.run('psql', '--url')).out.trim());
  await pool.query(`UPDATE iceberg_tables SET metadata_location = 's3://foreign/x' WHERE table_name = 'edw_card'`);
  await pool.end();
  expect((await list())[0]).toMatchObject({ tableName: 'edw_card', state: 'foreign', found: 's3://foreign/x' });
  // Nothing new is delivered, so that no commit meets it.
  const trouble = expect.stringMatching(
    /edw_card: another writer has committed.*farelake catalog reset edw_card/s,
  ) as string;
  expect(await home.run('status')).toMatchObject({ code: 0, out: trouble });
  expect(await home.run('ingest', FEED, '--table', 'EDW.CARD')).toMatchObject({ code: 1, out: trouble });
  const reset = await home.run('catalog', 'reset', 'EDW.CARD');
  expect(reset).toMatchObject({ code: 0, err: '' });
  expect(reset.out).toMatch(/^edw_card: shows the version of the ledger again.*\nedw_card_history: as it should be/);
  expect(JSON.parse((await home.run('catalog', 'reset', 'EDW.CARD', '--json')).out)).toEqual([
    { table: 'edw_card', done: 'nothing' },
    { table: 'edw_card_history', done: 'nothing' },
  ]);
  expect((await list())[0]).toMatchObject({ state: 'current' });
  expect(await home.run('status')).toMatchObject({ code: 0, out: expect.not.stringContaining('failing') as string });
});

it('list and status tell of a namespace that the tables are not in, and list of a metadata file that is not as it was written', async () => {
  const home = await openHome(REGISTRY);
  expect(await home.run('ingest', FEED, '--table', 'EDW.CARD')).toMatchObject({ code: 0 });
  const list = async () => (await home.run('catalog', 'list', '--table', 'EDW.CARD')).out;
  const [{ found }] = JSON.parse((await home.run('catalog', 'list', '--json')).out) as [{ found: string }];
  const file = found.replace('file://', '');
  await appendFile(file, ' ');
  expect(await list()).toMatch(/^edw_card +\d+ +\d+ +damaged .*^edw_card is damaged: .* bytes.*catalog reset/ms);
  await rm(file);
  expect(await list()).toMatch(/^edw_card is damaged: its metadata file is not there/m);
  expect(await home.run('catalog', 'reset', 'EDW.CARD')).toMatchObject({
    code: 0,
    err: expect.stringMatching(/farelake audit tells which files.*farelake repair/) as string,
  });
  expect(await list()).toMatch(/^edw_card +\d+ +\d+ +current /m);

  const pool = openPool((await home.run('psql', '--url')).out.trim());
  await pool.query(`UPDATE iceberg_tables SET table_namespace = 'farelake_was'`);
  await pool.end();
  expect((await home.run('status')).out).toContain(
    'the catalog has it as farelake_was.edw_card, and not in farelake_local',
  );
});

it('a name that no environment can have, and a table that nobody knows, are usage', async () => {
  const home = await openHome({ ...REGISTRY, FARELAKE_ENVIRONMENT: 'Dev Two' });
  const named = await home.run('status');
  expect(named.code).toBe(2);
  expect(named.err).toContain('FARELAKE_ENVIRONMENT');
  const other = await openHome(REGISTRY);
  expect(await other.run('catalog', 'reset', 'EDW.NONE')).toMatchObject({ code: 2 });
});

it('where the path of the stage has a sign that cuts it for a reader, says so beside the list and the login', async () => {
  const home = await openHome(REGISTRY);
  const odd = { ...home.variables, FARELAKE_STAGE: path.join(home.variables['FARELAKE_HOME'] ?? '', 'a#b') };
  const cut = expect.stringMatching(/^PyIceberg cannot read these tables: .*\/a#b, .*\n$/) as string;
  expect(await startCommand(odd, ['catalog', 'list']).ended).toMatchObject({ code: 0, err: cut });
  expect(await home.run('catalog', 'list')).toMatchObject({ code: 0, err: '' });
});
