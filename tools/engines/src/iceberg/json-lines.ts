/** The other end of `Child` in Node: questions on standard input and answers on standard output, a line of JSON each. */
import { createInterface } from 'node:readline';
import type { Comparison } from './reader.ts';

/** As `askedReader` puts it. */
export interface Question {
  readonly namespace: string;
  readonly table: string;
  readonly snapshotId: string | null;
  readonly asOf: number | null;
  readonly filter: readonly Comparison[];
}

export type Answers = Readonly<Record<string, (question: Question) => Promise<unknown>>>;

/** Answers one question after the other, until standard input ends. */
export async function answerAll(answers: Answers): Promise<void> {
  for await (const line of createInterface(process.stdin)) {
    const question = JSON.parse(line) as Question & { id: number; what: string };
    const said = await answer(answers, question);
    process.stdout.write(`${JSON.stringify({ id: question.id, ...said })}\n`);
  }
}

async function answer(answers: Answers, question: Question & { what: string }): Promise<object> {
  try {
    return { answer: await answers[question.what]?.(question) };
  } catch (error) {
    return { error: Error.isError(error) ? (error.stack ?? error.message) : String(error) };
  }
}
