/** Where links lead that a fault is meant for, or that are to be counted: a proxy in front of the blob service. */
import type { IncomingMessage } from 'node:http';
import type { Answer, Right } from './faults.ts';

/** Headers of a request that the blob service is told. */
const ASKED = ['range', 'if-match', 'x-ms-range', 'if-none-match'];
/** Headers of its answer that are not the proxy's to give. */
const OWN = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'date', 'server']);

/**
 * What the blob service answers.
 * @param target path and query as signed
 */
export async function fetchBlob(
  origin: string,
  target: string,
  request: IncomingMessage,
  fault: Answer | undefined,
): Promise<Right> {
  const headers = ASKED.flatMap((name): [string, string][] => {
    const value = request.headers[name];
    const isHonoured = name === 'if-none-match' || fault?.kind !== 'no-ranges';
    return typeof value === 'string' && isHonoured ? [[name, value]] : [];
  });
  const answer = await fetch(`${origin}${target}`, { headers: Object.fromEntries(headers), redirect: 'manual' });
  const body = new Uint8Array(await answer.arrayBuffer());
  const kept = [...answer.headers].filter(([name]) => !OWN.has(name));
  return { status: answer.status, headers: Object.fromEntries(kept), body };
}
