/** The machine that figures come from, and how busy it is while they are taken. */
import os from 'node:os';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  readonly system: string;
  readonly node: string;
  /** Runnable processes, mean of the last minute: figures of a machine with others at work are too high. */
  readonly load: number;
}

export const thisMachine = (): Machine => ({
  processor: os.cpus()[0]?.model.trim() ?? 'unknown',
  cores: os.availableParallelism(),
  memory: os.totalmem(),
  system: `${os.type()} ${os.release()} ${os.arch()}`,
  node: process.version,
  load: Math.round((os.loadavg()[0] ?? 0) * 100) / 100,
});

export const machineText = ({ processor, cores, memory, system, node, load }: Machine): string =>
  `${processor}, ${cores} cores, ${(memory / 2 ** 30).toFixed(0)} GiB, ${system}, Node ${node}; load ${load} at the start`;
