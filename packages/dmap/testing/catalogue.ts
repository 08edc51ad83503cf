/** What the stand-in has issued, and how it lists it. */
import type { DmapSet } from '../src/index.ts';

export interface Entry {
  readonly api: DmapSet['api'];
  readonly set: string;
  readonly datasetId: string;
  readonly startDate: string;
  readonly endDate: string;
  /** As the vendor writes it: UTC, without a zone. */
  readonly lastUpdated: string;
  /** Name of the blob; links are made of it when it is listed. */
  readonly blob: string;
}

export class Catalogue {
  #entries: Entry[] = [];
  #clock = 0;

  /** Later than all it said before, with six digits, as the vendor writes times. */
  now(): string {
    this.#clock = Math.max(this.#clock + 1, Date.now() * 1000);
    const micros = String(this.#clock % 1000).padStart(3, '0');
    return `${new Date(Math.floor(this.#clock / 1000)).toISOString().slice(0, -1)}${micros}`;
  }

  /** @param beside leave the results of the same dataset id where they are; without, the new one takes their place */
  add(entry: Entry, beside: boolean): void {
    if (!beside) this.remove(entry, entry.datasetId);
    this.#entries.push(entry);
  }

  remove({ api, set }: DmapSet, datasetId: string): void {
    this.#entries = this.#entries.filter(
      (entry) => entry.api !== api || entry.set !== set || entry.datasetId !== datasetId,
    );
  }

  clear(): void {
    this.#entries = [];
  }

  find({ api, set }: DmapSet, datasetId: string): Entry | undefined {
    return this.#entries.findLast((entry) => entry.api === api && entry.set === set && entry.datasetId === datasetId);
  }

  ofBlob(blob: string): Entry | undefined {
    return this.#entries.find((entry) => entry.blob === blob);
  }

  /** Of one set, by the time of issue, then as issued. @param since day, `YYYY-MM-DD` */
  list({ api, set }: DmapSet, since: string): readonly Entry[] {
    return this.#entries
      .filter((entry) => entry.api === api && entry.set === set && entry.lastUpdated.slice(0, 10) >= since)
      .sort((a, b) => (a.lastUpdated < b.lastUpdated ? -1 : a.lastUpdated > b.lastUpdated ? 1 : 0));
  }
}
