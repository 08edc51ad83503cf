/** Proves that metadata that can be read and tells less than was written is never built upon: reset writes it anew. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readPointer } from '@farelake/db';
import { currentSnapshot, liveFiles } from '@farelake/iceberg';
import { folderStore } from '@farelake/lake';
import { audit, resetCatalog } from '../../src/index.ts';
import { metadataReader } from '../support/metadata-reader.ts';
import { begun, change } from '../support/one-row.ts';
import { metadataOf } from '../support/shown-by-catalog.ts';
import { closeWorlds, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const TABLE = 'edw_x_history';

type Metadata = Record<string, unknown>;

async function changed() {
  const { world, delivery, contract } = await begun();
  const ingestChange = async (n: number) => {
    await delivery.changes(`2026010${n}-000000000`, [change(n, String(n))], { end: `2026-03-01T00:00:0${n}` });
    await world.ingest();
  };
  await ingestChange(2);
  return { world, contract, ingestChange };
}

const newest = async ({ pool }: World) => (await readPointer(pool, TABLE))!.metadata.replace('file://', '');

/** Files that readers of Iceberg see. */
async function shown(world: World): Promise<number> {
  const files = await liveFiles(metadataReader, currentSnapshot(await metadataOf(world, TABLE)));
  return files.length;
}

const without =
  (key: string) =>
  (metadata: Metadata): Metadata =>
    Object.fromEntries(Object.entries(metadata).filter(([name]) => name !== key));

const EDITS: Record<string, (metadata: Metadata) => Metadata> = {
  'no snapshots': without('snapshots'),
  'no current snapshot': (metadata) => ({ ...without('refs')(metadata), 'current-snapshot-id': -1 }),
  'the snapshot of before is the current one': (metadata) => {
    const [first] = metadata['snapshots'] as Metadata[];
    const id = first!['snapshot-id'];
    return { ...metadata, 'current-snapshot-id': id, refs: { main: { 'snapshot-id': id, type: 'branch' } } };
  },
};

describe.each([
  ['of another size', false],
  ['of the same size', true],
])('metadata %s', (_, padded) => {
  it.each(Object.keys(EDITS))('%s: no commit builds on it, and reset writes it anew', async (edit) => {
    const { world, contract, ingestChange } = await changed();
    const file = await newest(world);
    const before = await readFile(file, 'utf8');
    const after = JSON.stringify(EDITS[edit]!(JSON.parse(before) as Metadata));
    await writeFile(file, after.padEnd(before.length + (padded ? 0 : 1)));
    if (!padded)
      expect((await audit(world, folderStore(world.delivered))).findings.map(({ kind }) => kind)).toContain(
        'metadata-gone',
      );
    await ingestChange(3);
    expect((await world.status())[0]).toMatchObject({
      state: 'failing',
      reason: expect.stringMatching(/its Iceberg metadata .*catalog reset/) as string,
    });
    expect(await newest(world)).toBe(file);
    expect(await resetCatalog(world, contract)).toContainEqual({ table: TABLE, done: 'rebuilt' });
    expect(await shown(world)).toBe(2);
    await world.letTimePass();
    await world.ingest();
    expect(await shown(world)).toBe(3);
    expect((await audit(world, folderStore(world.delivered))).findings).toEqual([]);
  });
});

it('a manifest of another size is rebuilt, and files that the ledger’s version has not are not believed', async () => {
  const { world, contract, ingestChange } = await changed();
  const { rows } = await world.pool.query<{ uri: string }>(
    `SELECT uri FROM ledger.metadata_files WHERE table_name = $1 AND kind = 'manifest' AND removed_at IS NULL`,
    [TABLE],
  );
  const manifest = fileURLToPath(rows[0]!.uri);
  await writeFile(manifest, Buffer.concat([await readFile(manifest), Buffer.from('\n')]));
  expect(await resetCatalog(world, contract)).toContainEqual({ table: TABLE, done: 'rebuilt' });
  await ingestChange(3);
  // As of a commit that believed too little, when nobody compared.
  await world.pool.query(
    `UPDATE ledger.files SET uri = uri || 'x' WHERE id = (SELECT max(id) FROM ledger.files WHERE table_name = $1)`,
    [TABLE],
  );
  expect(await resetCatalog(world, contract)).toContainEqual({ table: TABLE, done: 'rebuilt' });
  expect(await shown(world)).toBe(3);
});
