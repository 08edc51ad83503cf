/** A process that answers questions, a line of JSON each: what costs seconds to start is started once for a test file. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Characters of standard error to tell where a process has ended. */
const TAIL = 4000;

export class Child {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #errors = '';

  /** @param env beside the variables of this process */
  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    // It ends by itself when its standard input does, so also when this process is killed.
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: 'pipe' });
    this.#process = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-TAIL);
    });
    // A process that is gone takes no question; `close` tells of it.
    child.stdin.on('error', () => undefined);
    createInterface(child.stdout).on('line', (line) => {
      this.#take(line);
    });
    child.on('error', (error) => {
      this.#endAll(error);
    });
    child.on('close', (code) => {
      this.#endAll(new Error(`${command} ended with ${String(code)}:\n${this.#errors}`));
    });
  }

  /** @throws Error with what the process says of it; it goes on */
  ask(question: Readonly<Record<string, unknown>>): Promise<unknown> {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      if (this.#process.exitCode !== null) {
        reject(new Error(`The process has ended with ${this.#process.exitCode}:\n${this.#errors}`));
        return;
      }
      this.#waiting.set(id, { resolve, reject });
      this.#process.stdin?.write(`${JSON.stringify({ id, ...question })}\n`);
    });
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const closed = once(this.#process, 'close');
    this.#process.stdin?.end();
    await closed;
  }

  #take(line: string): void {
    const { id, answer, error } = JSON.parse(line) as { id: number; answer?: unknown; error?: string };
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(answer);
    else waiting?.reject(new Error(error));
  }

  #endAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
