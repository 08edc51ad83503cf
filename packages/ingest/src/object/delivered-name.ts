/** What the name of a delivered file says, whichever feed it is of. A name that fits none is nobody's. Pure. */
import { formatDatasetKey, parseDatasetKey } from '@farelake/dmap';
import { localPath, schemeOf, storeName, type ObjectStore } from '@farelake/lake';
import { formatObjectKey, parseObjectKey } from '@farelake/qlik';
import { datasetName, setTableName } from '@farelake/schema-registry';

export interface DeliveredName {
  /** Normalised: the same wherever the file lies. */
  readonly objectKey: string;
  readonly dataset: string;
  readonly part: 'data' | 'dfm';
  readonly source: { readonly schema: string; readonly table: string };
}

/** The name of a dataset does not say which of the two APIs has its set. */
const SOME_API = 'dmap';

/** The object of a file in a place of deliveries; undefined: of no feed. */
export function deliveredName({ uri }: Pick<ObjectStore, 'uri'>, path: string): DeliveredName | undefined {
  // So that a table's own folder can be named, too: its name is part of the key. That of a set lies deeper.
  return qlikName(`${storeName(uri)}/${path}`) ?? datasetFileName(`${wholePlace(uri)}/${path}`);
}

const wholePlace = (uri: string): string => (schemeOf(uri) === 'file' ? localPath(uri) : uri);

/** The same of a normalised key. */
export const nameOfKey = (objectKey: string): DeliveredName | undefined =>
  qlikName(objectKey) ?? datasetFileName(objectKey);

/** Whether a normalised key is that of a DMAP dataset. */
export const isDatasetKey = (objectKey: string): boolean => parseDatasetKey(objectKey) !== undefined;

function qlikName(path: string): DeliveredName | undefined {
  const object = parseObjectKey(path);
  if (object === undefined) return undefined;
  const { schema, table, part } = object;
  return { objectKey: formatObjectKey(object), dataset: datasetName(object), part, source: { schema, table } };
}

function datasetFileName(path: string): DeliveredName | undefined {
  const key = parseDatasetKey(path);
  // The ledger's text holds no NUL.
  if (key === undefined || `${key.set}${key.datasetId}`.includes('\0')) return undefined;
  const source = { schema: SOME_API, table: key.set };
  return { objectKey: formatDatasetKey(key), dataset: setTableName(key.set), part: 'data', source };
}
