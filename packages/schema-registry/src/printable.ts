/**
 * Characters that a terminal obeys rather than shows (C0, DEL, C1), that end a line, that turn the order of what stands beside
 * them around, and halves of characters.
 */
const OBEYED = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * A text from outside as one line that can be shown anywhere: what does more than stand there is written as in JSON, `\u001b`.
 * Everything else stays, backslashes too, so that a text which passes twice is the same.
 */
export const printable = (text: string): string =>
  text.replaceAll(
    OBEYED,
    (character) => SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
