import path from 'node:path';

/** Where the parts of a home's server lie; `home` is absolute and free of symbolic links. */
export interface LocalPaths {
  readonly home: string;
  readonly folder: string;
  /** The data folder, or a symbolic link to one elsewhere (see `place.ts`). */
  readonly data: string;
  /** The connection record, mode 0600. Derived: rewritten at each start, never the only copy of anything. */
  readonly record: string;
  readonly log: string;
  readonly lock: string;
}

export function localPaths(home: string): LocalPaths {
  const folder = path.join(home, 'postgres');
  return {
    home,
    folder,
    data: path.join(folder, 'data'),
    record: path.join(folder, 'server.json'),
    log: path.join(folder, 'postgres.log'),
    lock: path.join(folder, 'lock'),
  };
}
