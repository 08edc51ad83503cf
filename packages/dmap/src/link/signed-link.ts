/**
 * A link whose query is a secret: whoever has it may read the data. It prints, inspects and serialises as its place alone;
 * the whole of it is there only for whoever asks for it by name, which is the request itself.
 */
import { inspect } from 'node:util';
import { UserError } from '@farelake/schema-registry';

export class SignedLink {
  readonly #url: URL;

  /** @throws UserError `bad-link`, which does not repeat it */
  constructor(text: string) {
    const url = URL.parse(text);
    if (url === null || !isSafeAddress(url))
      throw new UserError({
        code: 'bad-link',
        problem: 'A link of the listing is no https address; it is not shown, for it may hold a signature.',
      });
    this.#url = url;
  }

  /**
   * Where the data lies, without the signature: safe to show, but for a key that stands in it (`redact`). A link may be written
   * wrongly, or twice over, so that its query is part of the path: only parts that are names of plain characters are told.
   */
  get place(): string {
    const parts = this.#url.pathname.split('/').map((part) => (PLAIN.test(part) ? part : '…'));
    return `${this.#url.origin}${parts.join('/')}`;
  }

  /** The address with its signature, for the request and for nothing else. */
  reveal(): URL {
    return new URL(this.#url);
  }

  toString(): string {
    return this.place;
  }

  toJSON(): string {
    return this.place;
  }

  [inspect.custom](): string {
    return `SignedLink(${this.place})`;
  }
}

/** No `=`, `&`, `;` or `%`, of which signatures are made. */
const PLAIN = /^[\w.~+@,:()!-]*$/;

/** Whether a secret may be sent there: over https, or to this machine. */
export const isSafeAddress = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));

/** This machine, where no network can listen. */
const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
