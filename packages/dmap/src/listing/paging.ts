/**
 * Paging that loses nothing (docs/adr/0025): a state machine without I/O.
 *
 * A page begins with the last result of the one before. If it holds that result, wherever in it, then no result that was
 * there all the time lies between the two pages, whatever was added or taken away meanwhile: results keep their order, and a
 * page is a part of the list without gaps. If it does not, results may have been passed over, and the listing begins again.
 *
 * Trusted: the vendor's list has one order in which results keep their places towards each other, and lists no result
 * twice while it changes; a page holds two results or more where there are two. A server of pages of one is met with
 * `unsteady` as long as its list holds still, and may be believed when it shrinks to one result just then.
 */

/** Times that a listing begins again, because it changed too much between two pages. */
export const RESTARTS = 3;
/** Pages one after the other that may hold nothing new: so many results were put before them. */
export const STALE_PAGES = 3;
/** Pages that one listing may take: of 100 results each, a million. */
export const MOST_PAGES = 10_000;

export type PagingStep =
  /** The next page is to be asked for, at `offset`. */
  | { readonly kind: 'ask' }
  /** All results that were there from beginning to end were given. */
  | { readonly kind: 'whole' }
  /** Every page was given, and some results may have been passed over. */
  | { readonly kind: 'unsteady' }
  /** The server's pages do not lead to an end. */
  | { readonly kind: 'stuck'; readonly why: 'does-not-move' | 'too-many-pages' };

export class Paging {
  #offset = 0;
  #restarts = 0;
  #pages = 0;
  #stale = 0;
  #known = new Set<string>();
  #last: string | undefined;
  /** A gap was met in the last attempt: it goes on, so that all pages are given, and is not called whole. */
  #isDoubtful = false;
  /** So far each page held one result; such a page may be the end or all that the server gives at once. */
  #isOfOnes = true;
  /** After a page of one result: only an empty page is the end. */
  #isAtEnd = false;

  /** Where the page that is to be asked for begins. */
  get offset(): number {
    return this.#offset;
  }

  /** Whether the result was not on an earlier page, since the listing began for the last time. */
  isNew(identity: string): boolean {
    return !this.#known.has(identity);
  }

  /** @param page what tells its entries apart, in their order, the unreadable ones too */
  take(page: readonly string[]): PagingStep {
    this.#pages += 1;
    if (page.length === 0 && (this.#last === undefined || this.#isAtEnd)) return this.#end();
    if (this.#last === undefined) return this.#goOn(page);
    if (!page.includes(this.#last)) return this.#gap(page);
    if (page.length > 1) return this.#goOn(page);
    // After pages of one result each, an empty one was asked for, and this is none.
    return this.#isAtEnd ? this.#gap(page) : this.#end();
  }

  #end(): PagingStep {
    return { kind: this.#isDoubtful ? 'unsteady' : 'whole' };
  }

  #gap(page: readonly string[]): PagingStep {
    if (this.#restarts === RESTARTS) {
      this.#isDoubtful = true;
      return page.length === 0 ? this.#end() : this.#goOn(page);
    }
    this.#restarts += 1;
    this.#offset = 0;
    this.#stale = 0;
    this.#known = new Set();
    this.#last = undefined;
    this.#isOfOnes = true;
    this.#isAtEnd = false;
    return this.#ask();
  }

  #goOn(page: readonly string[]): PagingStep {
    const before = this.#known.size;
    for (const identity of page) this.#known.add(identity);
    this.#stale = this.#known.size === before ? this.#stale + 1 : 0;
    if (this.#stale === STALE_PAGES) return { kind: 'stuck', why: 'does-not-move' };
    this.#last = page.at(-1);
    this.#isOfOnes &&= page.length === 1;
    // The next page begins with the last result of this one, unless that might be all it holds.
    this.#isAtEnd = this.#isOfOnes;
    this.#offset += this.#isOfOnes ? 1 : page.length - 1;
    return this.#ask();
  }

  #ask(): PagingStep {
    return this.#pages >= MOST_PAGES ? { kind: 'stuck', why: 'too-many-pages' } : ASK;
  }
}

const ASK: PagingStep = { kind: 'ask' };
