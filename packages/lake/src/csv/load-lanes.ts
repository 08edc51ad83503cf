/** Connections of one engine for loading: as many as run at a time, kept open from one piece of work to the next. */
import os from 'node:os';
import type { Engine } from '../engine/duckdb.ts';

/** Portions at a time. Not more: each holds a thread of Node's pool, and reading and unpacking need some of the four. */
export const LANES = Math.max(1, Math.min(3, os.availableParallelism()));

export interface LoadLanes {
  /** Runs `work` as soon as a lane is free. */
  run<T>(work: (lane: Engine) => Promise<T>): Promise<T>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

/** @param prepare what every connection needs before it works */
export function loadLanes(engine: Engine, prepare?: (lane: Engine) => Promise<void>): LoadLanes {
  const idle: Engine[] = [];
  const running = new Set<Promise<unknown>>();
  const inLane = async <T>(work: (lane: Engine) => Promise<T>): Promise<T> => {
    const lane = idle.pop() ?? (await openLane(engine, prepare));
    try {
      return await work(lane);
    } finally {
      idle.push(lane);
    }
  };
  return {
    run: async (work) => {
      while (running.size >= LANES) await Promise.race(running);
      const task = inLane(work);
      const settled = task.then(
        () => undefined,
        () => undefined,
      );
      running.add(settled);
      void settled.finally(() => running.delete(settled));
      return task;
    },
    close: async () => {
      await Promise.all(running);
      for (const lane of idle.splice(0)) lane.close();
    },
  };
}

async function openLane(engine: Engine, prepare: ((lane: Engine) => Promise<void>) | undefined): Promise<Engine> {
  const lane = await engine.fork();
  // A portion's thread is the one that asks for it. Further ones of the engine find nothing to do, and burn time looking.
  await lane.run('SET threads = 1');
  await prepare?.(lane);
  return lane;
}
