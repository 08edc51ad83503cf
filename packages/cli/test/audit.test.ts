/** The commands audit and maintain, and the ledger in queries, as a person or a script meets them. */
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseDuration } from '../src/parse-duration.ts';
import { closeHomes, openHome, REPOSITORY, type Home } from './support/command.ts';

afterAll(closeHomes, 60_000);

const FEED = path.join(REPOSITORY, 'sample_data/cubic/ods_qlik');

/** One table of the sample feed, delivered to Incoming and ingested. */
async function ingested(): Promise<{ home: Home; incoming: string }> {
  const home = await openHome();
  const incoming = path.join(home.folder, 'home/incoming');
  for (const folder of ['EDW.PRODUCT', 'EDW.PRODUCT__ct'])
    await cp(path.join(FEED, folder), path.join(incoming, folder), { recursive: true });
  expect(await home.run('table', 'add', 'EDW.PRODUCT', '--from', incoming, '--yes')).toMatchObject({ code: 0 });
  expect(await home.run('ingest')).toMatchObject({ code: 0 });
  return { home, incoming };
}

it('audit: 0 and one line where all is well; 1 with what and what to do where not; JSON for scripts', async () => {
  const { home, incoming } = await ingested();
  const well = await home.run('audit');
  expect(well).toMatchObject({ code: 0 });
  // The sample feed has such a file, and it is no fault.
  expect(well.err).toMatch(/^note: 1 change files that begin before the end of the one before: .*\n$/);
  expect(well.out).toMatch(/^\d+ delivered objects, .*: all accounted for\n$/);

  await writeFile(path.join(incoming, 'EDW.PRODUCT__ct/20990101-000000000.csv.gz'), 'new');
  await mkdir(path.join(incoming, 'notes'));
  await writeFile(path.join(incoming, 'notes/readme.txt'), 'hello');
  const found = await home.run('audit', '--table', 'EDW.PRODUCT');
  expect(found.code).toBe(1);
  expect(found.out).toMatch(
    /: 1 findings\n\nunregistered \(1\): delivered, and not in the ledger\nfarelake ingest .*\n {2}edw_product: file:.*20990101-000000000\.csv\.gz\n$/,
  );
  expect(found.err).toMatch(/^note: 1 files beside the deliveries that are no objects of a feed: .*readme\.txt\n/);

  const json = await home.run('audit', '--json');
  expect(json).toMatchObject({ code: 1, err: '' });
  expect(JSON.parse(json.out)).toMatchObject({
    found: { archive: expect.any(Number) as number, sources: { [`file://${incoming}`]: expect.any(Number) as number } },
    findings: [{ kind: 'unregistered', table: 'edw_product', problem: 'delivered, and not in the ledger' }],
    notes: [
      { kind: 'foreign', count: 1 },
      { kind: 'sent-again', count: 1 },
    ],
  });
  expect(await home.run('audit', '--table', 'EDW.NOTHING')).toMatchObject({
    code: expect.any(Number) as number,
    out: '',
  });
}, 120_000);

it('audit --content: reads all, and says of a byte that became another one what it was and what to do', async () => {
  const { home } = await ingested();
  const well = await home.run('audit', '--content');
  expect(well).toMatchObject({ code: 0 });
  expect(well.out).toMatch(
    /^\d+ delivered objects, .* files of tables; \d+ files and copies read to the end \([\d,]+ bytes\): all accounted for\n$/,
  );
  const stage = path.join(home.folder, 'home/stage');
  const names = await readdir(stage, { recursive: true });
  const current = path.join(
    stage,
    names.find((name) => /^edw_product\/base\/.*parquet$/.test(name))!,
  );
  const bytes = await readFile(current);
  bytes[bytes.lastIndexOf('DuckDB version')]! ^= 1;
  await writeFile(current, bytes);
  expect(await home.run('audit')).toMatchObject({ code: 0 });
  const found = await home.run('audit', '--content', '--table', 'EDW.PRODUCT', '--json');
  expect(found).toMatchObject({ code: 1, err: '' });
  expect(JSON.parse(found.out)).toMatchObject({
    read: { files: expect.any(Number) as number, bytes: expect.any(Number) as number },
    findings: [
      {
        kind: 'current-damaged',
        table: 'edw_product',
        object: `file://${current}`,
        problem: expect.stringMatching(/^its SHA-256 is [0-9a-f]{64}, and was [0-9a-f]{64}$/) as string,
        remedy: expect.stringContaining('farelake repair --table') as string,
      },
    ],
  });
  const verified = await home.run('verify', '--table', 'EDW.PRODUCT');
  expect(verified.code).toBe(1);
  expect(verified.out).toMatch(/segment \d+: its bytes are not those that were written\n.*farelake repair --table/s);
  expect(await home.run('repair', '--table', 'EDW.PRODUCT', '--why', 'a disk')).toMatchObject({ code: 0 });
  expect(await home.run('audit', '--content')).toMatchObject({ code: 0 });
}, 120_000);

it('maintain: tells what it would do, does it, refuses to clear a folder, and takes durations only', async () => {
  const { home, incoming } = await ingested();
  const scratch = path.join(home.folder, 'home/scratch/99999999-x');
  await mkdir(scratch, { recursive: true });
  await writeFile(path.join(scratch, '1'), 'four');
  const dry = await home.run('maintain', '--dry-run');
  expect(dry).toMatchObject({ code: 0 });
  expect(dry.out).toContain('1 scratch files of dead processes would be removed: 4 bytes');
  const done = await home.run('maintain', '--json', '--grace', 'PT0S', '--retention', 'P1D');
  expect(done).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(done.out)).toMatchObject({
    dryRun: false,
    scratch: { files: 1, bytes: 4 },
    dead: { files: 0 },
    incoming: null,
  });
  const { out: help } = await home.run('maintain', '--help');
  const told = /as JSON: \{([^}]+)\}/.exec(help.replaceAll(/\s+/g, ' '))?.[1]?.split(', ');
  expect(told?.toSorted()).toEqual(Object.keys(JSON.parse(done.out) as object).toSorted());
  expect(await home.run('audit')).toMatchObject({ code: 0 });

  const refused = await home.run('maintain', '--clear-incoming');
  expect(refused).toMatchObject({ code: 2, out: '' });
  expect(refused.err).toMatch(
    /^farelake: The Incoming zone file:.* keeps no versions, .* Use a bucket with versioning/,
  );
  const soon = await home.run('maintain', '--grace', 'soon');
  expect(soon).toMatchObject({ code: 2, out: '' });
  expect(soon.err).toMatch(/--grace is "soon", which is no duration/);
  await rm(incoming, { recursive: true });
  expect(await home.run('audit')).toMatchObject({ code: 0 });
}, 120_000);

it('query: the ledger beside the rows', async () => {
  const { home } = await ingested();
  // Rows that were delivered twice show once, so that a receipt may have more rows than the view, never less.
  const sql = `SELECT count(*) AS loads, bool_and(n <= written) AS accounted, bool_and(read = written + quarantined) AS sums
    FROM (SELECT _load_id, count(*) AS n FROM edw_product_history GROUP BY 1) h LEFT JOIN ledger.loads l ON l.id = h._load_id`;
  const answered = await home.run('query', sql, '--format', 'json');
  expect(answered).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(answered.out)).toEqual([{ loads: expect.any(Number) as number, accounted: true, sums: true }]);
}, 60_000);

it.each<[string, number]>([
  ['P7D', 604_800],
  ['PT15M', 900],
  ['P1DT12H', 129_600],
  ['PT0S', 0],
  ['PT1.5S', 1.5],
  ['P2W', 1_209_600],
])('%s is %i seconds', (text, seconds) => {
  expect(parseDuration('--x', text)).toBe(seconds);
});

it.each(['', 'P', 'PT', 'P1DT', '7D', 'P1Y', 'P1M', 'P-1D', 'p1d', 'P1D ', '60'])('%j is no duration', (text) => {
  expect(() => parseDuration('--x', text)).toThrow(/which is no duration/);
});
