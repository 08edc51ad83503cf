/** Reads values by rules and gathers what is wrong. */

export interface Rule<T> {
  /** What is allowed, for the message. */
  readonly allowed: string;
  /** The value, or undefined where it is not allowed. */
  read(found: unknown): T | undefined;
}

type Rules<T> = { readonly [K in keyof T]: Rule<T[K]> };

export class ConfigReader {
  readonly faults: string[] = [];
  readonly #namespace: string;
  readonly #values: Readonly<Record<string, string>>;

  constructor(namespace: string, values: Readonly<Record<string, string>>) {
    this.#namespace = namespace;
    this.#values = values;
  }

  fault(key: string, found: unknown, allowed: string): void {
    this.faults.push(
      `${key}: found ${found === undefined ? 'nothing' : JSON.stringify(found)}, allowed is ${allowed}.`,
    );
  }

  /** Values that stand for themselves. Only whole when `faults` is empty. */
  plain<T extends object>(rules: Rules<T>): T {
    return this.#read(rules, '', Object.fromEntries(Object.keys(rules).map((key) => [key, this.#value(key)])));
  }

  /** The fields of one structured value. Only whole when `faults` is empty. */
  object<T extends object>(key: string, rules: Rules<T>): T | undefined {
    const found = this.#value(key);
    const fields = found === undefined ? undefined : parsed(found);
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
      this.fault(this.#full(key), found, `an object of ${Object.keys(rules).join(', ')}`);
      return undefined;
    }
    for (const field of Object.keys(fields))
      if (!(field in rules)) this.fault(this.#full(`${key}.${field}`), field, Object.keys(rules).join(', '));
    return this.#read(rules, `${key}.`, fields as Record<string, unknown>);
  }

  /** A key that nobody reads is a misspelt one; keys of other namespaces are not ours. */
  refuseUnknown(known: readonly string[]): void {
    for (const full of Object.keys(this.#values)) {
      const [namespace, key] = full.split(':');
      if (namespace === this.#namespace && !known.includes(key ?? '')) this.fault(full, key, known.join(', '));
    }
  }

  #read<T extends object>(rules: Rules<T>, prefix: string, found: Record<string, unknown>): T {
    const read = Object.entries(rules as Record<string, Rule<unknown>>).map(([key, rule]) => {
      const value = rule.read(found[key]);
      if (value === undefined) this.fault(this.#full(`${prefix}${key}`), found[key], rule.allowed);
      return [key, value] as const;
    });
    return Object.fromEntries(read) as T;
  }

  #value(key: string): string | undefined {
    return this.#values[this.#full(key)];
  }

  #full(key: string): string {
    return `${this.#namespace}:${key}`;
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
