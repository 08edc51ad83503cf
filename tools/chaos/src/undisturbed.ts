/** The story told once without disturbance: what must come of it, and where its commands can be cut off. */
import type { Step } from '@farelake/ingest';
import type { Bench } from './bench.ts';
import { lastWords } from './child.ts';
import { openHome } from './home.ts';
import type { Picture } from './picture/compare.ts';
import { takePicture } from './picture/take.ts';
import type { Prepared } from './prepare.ts';
import { openTrace } from './trace.ts';

export interface Undisturbed {
  readonly picture: Picture;
  /** Of each act: the steps that its command reached, in order, and how long it took in milliseconds. */
  readonly acts: readonly { readonly steps: readonly Step[]; readonly took: number }[];
}

/** @throws Error when the story itself does not go as it says */
export async function tellUndisturbed(bench: Bench, prepared: Prepared): Promise<Undisturbed> {
  const home = await openHome(bench, prepared);
  try {
    const acts: { steps: Step[]; took: number }[] = [];
    for (const [index, act] of prepared.acts.entries()) {
      await home.deliver(act);
      const trace = await openTrace(home);
      const begun = performance.now();
      const ended = await home.start(act.command, trace.variables).ended;
      acts.push({ steps: await trace.steps(), took: performance.now() - begun });
      if (ended.code !== act.exit)
        throw new Error(
          `${prepared.scenario.name}, act ${index + 1} (${act.command.join(' ')}) should end with ${act.exit} undisturbed: ${lastWords(ended)}`,
        );
    }
    return { picture: await takePicture(home), acts };
  } finally {
    await home.close();
  }
}
