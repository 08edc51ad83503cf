/** A password, or a token, that signs in to a cluster. It prints, inspects and serialises as its kind alone. */
import { inspect } from 'node:util';
import { UserError } from '@farelake/schema-registry';

export class KafkaPassword {
  readonly #text: string;

  /**
   * @param text as it is kept: blanks are part of it
   * @throws UserError `kafka-bad-password`, which does not repeat it
   */
  constructor(text: string) {
    if (text === '' || /[\0\r\n]/.test(text))
      throw new UserError({
        code: 'kafka-bad-password',
        problem:
          text === ''
            ? 'The password of the Kafka cluster is empty.'
            : 'The password of the Kafka cluster holds a line break or a zero byte; it is not shown.',
        remedy: 'Set it to the password alone, without a line break at its end.',
      });
    this.#text = text;
  }

  /** The password, to sign in with and for nothing else. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[password]';
  }

  toJSON(): string {
    return '[password]';
  }

  [inspect.custom](): string {
    return 'KafkaPassword';
  }
}
