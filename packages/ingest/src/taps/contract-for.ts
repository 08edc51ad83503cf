/** Which contract a topic's records go by. */
import { UserError, type Contract } from '@farelake/schema-registry';
import type { Workspace } from '../workspace.ts';

/**
 * The one that names the topic; where there is only one of a topic at all, that one: what a topic is called differs between
 * environments.
 * @throws UserError `no-topic-contract`, or of a contract that cannot be used
 */
export function contractFor({ contracts, faulty }: Pick<Workspace, 'contracts' | 'faulty'>, topic: string): Contract {
  const all = [...contracts.values()].filter(({ feed }) => feed === 'kafka');
  const found = all.find(({ source }) => source.table === topic) ?? (all.length === 1 ? all[0] : undefined);
  if (found !== undefined) return found;
  const known = all.map(({ source }) => source.table);
  const bad = [...(faulty?.values() ?? [])].flat().find(({ file }) => file.startsWith('kafka/'));
  throw new UserError({
    code: 'no-topic-contract',
    problem: `No contract is of the topic ${topic}${bad === undefined ? '' : `; ${bad.file} is faulty`}.`,
    remedy:
      'Write one in the registry, kafka/<dataset>.json, whose source.table is the name of the topic. Its records stay in Kafka until then.',
    data: { topic, known },
  });
}
