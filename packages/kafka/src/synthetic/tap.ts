/** A tap as producers of the topic write it (the contract `taps` of the registry). */

export interface Tap {
  readonly tapId: string;
  /** Of the fare medium. */
  readonly tokenId: string;
  readonly stopId: string;
  readonly deviceId: string;
}

const encoder = new TextEncoder();

export const textBytes = (text: string): Uint8Array => encoder.encode(text);

/** The value of its record. */
export const tapValue = (tap: Tap): Uint8Array => textBytes(JSON.stringify(tap));
