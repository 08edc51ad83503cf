/** A broker for a test file, in a folder of its own. */
import { describe } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startBroker, type Broker } from '@farelake/engines';

/** `describe` where there can be a broker; the setup of the run has said why there can be none. */
export const describeKafka = process.env['FARELAKE_TEST_KAFKA'] === undefined ? describe.skip : describe;

export interface TestBroker extends Broker {
  readonly folder: string;
}

export async function openBroker(): Promise<TestBroker> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'farelake-kafka-'));
  return Object.assign(await startBroker({ folder }), { folder });
}

export async function closeBroker(broker: TestBroker): Promise<void> {
  await broker.kill();
  rmSync(broker.folder, { recursive: true, force: true });
}
