import { describeHold, holdTable, releaseTable } from '@farelake/ingest';
import { findTable } from '../find-contract.ts';
import { withWorkspace, type Context } from '../session.ts';

/** @returns 0 held, 1 it was held already */
export async function tableHoldCommand(
  context: Context,
  name: string,
  flags: { readonly why?: string; readonly json?: boolean },
): Promise<number> {
  return withWorkspace(context, async (workspace) => {
    const { dataset, source } = await findTable(workspace, name);
    const { placed, hold } = await holdTable(workspace, dataset, flags.why?.trim() || undefined);
    if (flags.json === true) {
      const { kind, why, by, since } = hold ?? {};
      context.terminal.print(
        JSON.stringify({ table: dataset, placed, hold: hold === undefined ? null : { kind, why, by, since } }),
      );
      return placed ? 0 : 1;
    }
    const how = hold === undefined ? 'held' : describeHold(hold);
    if (!placed) {
      context.terminal.note(`farelake: ${dataset} is ${how} already; that stays as it is.`);
      return 1;
    }
    const ofTopic = workspace.contracts.get(dataset)?.feed === 'kafka';
    context.terminal.print(
      `${dataset} is ${how}. ${ofTopic ? 'Records of its topic stay in Kafka' : 'What is delivered is registered and waits'}: farelake table release ${source}`,
    );
    return 0;
  });
}

/** @returns 0 released, 1 nothing was held */
export async function tableReleaseCommand(
  context: Context,
  name: string,
  flags: { readonly generation?: string; readonly json?: boolean } = {},
): Promise<number> {
  return withWorkspace(context, async (workspace) => {
    const { dataset, source } = await findTable(workspace, name);
    const { released, stillHeld } = await releaseTable(workspace, dataset, flags.generation);
    if (flags.json === true) {
      context.terminal.print(JSON.stringify({ table: dataset, released: released ?? null, stillHeld }));
      return released === undefined ? 1 : 0;
    }
    if (released !== undefined) {
      context.terminal.print(`Released of ${dataset}: ${released}.`);
      for (const snapshot of stillHeld)
        context.terminal.print(
          `Still held: snapshot ${snapshot} (farelake table release ${source} --generation ${snapshot}).`,
        );
      return 0;
    }
    context.terminal.note(
      `farelake: nothing of ${dataset} is held that could be released; farelake status --table ${dataset} says how it stands.`,
    );
    return 1;
  });
}
