/** A store of which only one delivered object is seen, with the `.dfm` beside it. */
import type { ObjectStore } from '@farelake/cli';

/** @param key normalised: what a delivered object's path ends in, whatever folder it was found below */
export function onlyObject(store: ObjectStore, key: string): ObjectStore {
  const stem = key.replace(/\.csv\.gz$/, '');
  // The store's own folder may be a part of the key.
  const place = `${store.uri}/`;
  const isMeant = (path: string) =>
    [`${stem}.csv.gz`, `${stem}.dfm`].some((name) => `/${place}${path}`.endsWith(`/${name}`));
  return {
    ...store,
    list: async function* (onSkipped, startingWith) {
      for await (const one of store.list(onSkipped, startingWith)) if (isMeant(one.path)) yield one;
    },
  };
}
