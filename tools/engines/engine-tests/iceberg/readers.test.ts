/**
 * Other engines read our tables and tell the same rows: PyIceberg, Spark, DuckDB, icebird, each as the login that
 * `farelake psql --url --reader` prints. The suites share one process of each, which takes up to half a minute to start.
 */
import { afterAll, beforeAll, describe } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { closeHomes } from '../../../../packages/cli/test/support/command.ts';
import { documented } from './suites/documented.ts';
import { evolution } from './suites/evolution.ts';
import { goldenTable } from './suites/golden-table.ts';
import { ingested } from './suites/ingested.ts';
import { positionDeletes } from './suites/position-deletes.ts';
import { readOnly } from './suites/read-only.ts';
import { withoutRows } from './suites/without-rows.ts';
import type { Shared } from './suites/suite.ts';
import { openIcebergHome, type IcebergHome } from './support/home.ts';
import { describeIceberg, startReaders, type Readers } from './support/readers.ts';

describeIceberg('readers of Iceberg tables', () => {
  let home: IcebergHome;
  let folder: string;
  let readers: Readers;

  beforeAll(async () => {
    // Readers take paths literally: nothing in them is to be decoded.
    folder = await mkdtemp(path.join(os.tmpdir(), 'farelake readers %20é-'));
    home = await openIcebergHome(path.join(folder, 'stage'));
    readers = startReaders(home.readerUrl, folder);
  });
  afterAll(async () => {
    await readers.close();
    await home.close();
    await closeHomes();
    await rm(folder, { recursive: true, force: true });
  });
  const shared = (): Shared => ({ pool: home.pool, folder, readers });

  describe('their login', () => {
    readOnly(shared);
  });
  describe('tables of feeds', () => {
    ingested(shared, () => home);
  });
  describe('as docs/iceberg-engines.md shows it', () => {
    documented(shared, () => home);
  });
  describe('the golden table', () => {
    goldenTable(shared);
  });
  describe('a schema that grows', () => {
    evolution(shared);
  });
  describe('tables without rows', () => {
    withoutRows(shared);
  });
  describe('position deletes', () => {
    positionDeletes(shared);
  });
});
