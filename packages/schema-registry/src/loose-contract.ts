/**
 * A contract file of which nothing is sure yet: every member is there only if it has the right JSON type. Checks of
 * meaning run on it even when the shape is faulty elsewhere, so that one look shows every fault.
 */

export interface LooseColumn {
  /** Place in `columns`. */
  readonly index: number;
  readonly id: number | undefined;
  readonly name: string | undefined;
  readonly sourceName: string | undefined;
  readonly type: string | undefined;
  readonly classification: string | undefined;
  readonly treatment: string | undefined;
}

export interface LooseContract {
  readonly feed: string | undefined;
  readonly dataset: string | undefined;
  /** Only when schema and table are both there and not empty. */
  readonly source: { readonly schema: string; readonly table: string } | undefined;
  readonly lastColumnId: number | undefined;
  readonly columns: readonly LooseColumn[];
  readonly key: readonly { readonly index: number; readonly name: string }[];
  readonly publish: { readonly postgres: boolean };
  readonly cdc: { readonly updateImage: string | undefined; readonly beforeImage: string | undefined };
  readonly stream: { readonly timeZone: string | undefined; readonly reconciliation: LooseReconciliation | undefined };
  /** Names of the members that are there at all. */
  readonly members: readonly string[];
}

export interface LooseReconciliation {
  readonly view: string | undefined;
  readonly id: string | undefined;
  readonly device: string | undefined;
  readonly with: readonly { readonly index: number; readonly table: string }[];
}

export function looseContract(value: unknown): LooseContract {
  const contract = members(value);
  const { schema, table } = members(contract.source);
  return {
    feed: text(contract.feed),
    dataset: text(contract.dataset),
    source: text(schema) && text(table) ? { schema: String(schema), table: String(table) } : undefined,
    lastColumnId: number(contract.lastColumnId),
    columns: list(contract.columns).map((column, index) => looseColumn(members(column), index)),
    key: list(contract.key).flatMap((name, index) => (typeof name === 'string' ? [{ index, name }] : [])),
    publish: { postgres: members(contract.publish).postgres === true },
    cdc: { updateImage: text(members(contract.cdc).updateImage), beforeImage: text(members(contract.cdc).beforeImage) },
    stream: looseStream(members(contract.stream)),
    members: Object.keys(contract),
  };
}

function looseStream({ timeZone, reconciliation }: Readonly<Record<string, unknown>>): LooseContract['stream'] {
  const { view, id, device, with: others } = members(reconciliation);
  const tables = list(others).flatMap((other, index) => {
    const table = text(members(other).table);
    return table === undefined ? [] : [{ index, table }];
  });
  return {
    timeZone: text(timeZone),
    reconciliation:
      reconciliation === undefined ? undefined : { view: text(view), id: text(id), device: text(device), with: tables },
  };
}

function looseColumn(column: Readonly<Record<string, unknown>>, index: number): LooseColumn {
  return {
    index,
    id: number(column.id),
    name: text(column.name),
    sourceName: text(column.sourceName),
    type: text(column.type),
    classification: text(column.classification),
    treatment: text(column.treatment),
  };
}

function members(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
