/** A key of the vendor's API. It prints, inspects and serialises as its kind alone. */
import { inspect } from 'node:util';
import { UserError } from '@farelake/schema-registry';

export class ApiKey {
  readonly #text: string;

  /**
   * @param text as it is kept; blanks around it are no part of it
   * @throws UserError `dmap-bad-key`, which does not repeat it
   */
  constructor(text: string) {
    const key = text.trim();
    if (!/^[\x21-\x7e]+$/.test(key))
      throw new UserError({
        code: 'dmap-bad-key',
        problem:
          key === ''
            ? 'A key of the DMAP API is empty.'
            : 'A key of the DMAP API holds blanks, control characters or characters beyond ASCII; it is not shown.',
        remedy: 'Set it to the key alone, as the vendor gave it.',
      });
    this.#text = key;
  }

  /** The key, for the header of a request and for nothing else. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[key]';
  }

  toJSON(): string {
    return '[key]';
  }

  [inspect.custom](): string {
    return 'ApiKey';
  }
}
