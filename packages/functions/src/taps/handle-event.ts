/** An event of a topic in, what became of its records out. */
import { landDelivery, type Landed, type TapsWorkspace } from '@farelake/ingest';
import { decodeEvent } from '@farelake/kafka';

/** One line of the log: fields, never text made of values. */
export type Log = (level: 'info' | 'warn', entry: Readonly<Record<string, unknown>>) => void;

export interface TapsContext {
  readonly workspace: TapsWorkspace;
  /** Name of the cluster, where it has one that all of its readers share; undefined: what the event says. */
  readonly cluster: string | undefined;
  readonly log: Log;
}

/**
 * Either all of the event is in the tables, in quarantine, or was there before; or this throws and nothing of it is, and the same
 * records come again. There is nothing in between to tell, and so no answer that says which records failed.
 * @param event as Lambda hands it over, parsed
 */
export async function handleEvent({ workspace, cluster, log }: TapsContext, event: unknown): Promise<Landed[]> {
  const delivery = decodeEvent(event, cluster);
  const landed = await landDelivery(workspace, delivery);
  for (const one of landed) {
    log('info', { event: 'landed', cluster: delivery.cluster, ...one });
    if (one.quarantined > 0)
      log('warn', { event: 'quarantined', table: one.table, topic: one.topic, records: one.quarantined });
    if (one.madeAnew > 0) log('warn', { event: 'topic made anew', topic: one.topic, partitions: one.madeAnew });
  }
  return landed;
}
