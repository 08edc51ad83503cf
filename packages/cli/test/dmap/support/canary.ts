/** Looks for keys and for signatures of links in all that commands said and left behind. */
import { databaseText, folderText } from '../../support/kept.ts';
import type { Ran } from '../../support/command.ts';

export interface Left {
  /** Every command, and what it said. */
  readonly ran: readonly { readonly args: readonly string[]; readonly ran: Ran }[];
  readonly databaseUrl: string;
  /** Everything below it. */
  readonly folder: string;
}

/** @returns where something is that must be nowhere, and what kind it is; never what it is */
export async function findSecrets({ ran, databaseUrl, folder }: Left, secrets: readonly string[]): Promise<string[]> {
  const look = lookFor(secrets);
  const [database, files] = await Promise.all([databaseText(databaseUrl), folderText(folder)]);
  const texts = [
    ...ran.map(({ args, ran: { out, err } }) => [`farelake ${args.join(' ')}`, `${out}\n${err}`] as const),
    ['the database', database.text] as const,
    ['the files', files.text] as const,
  ];
  return texts.flatMap(([where, text]) => look(text).map((what) => `${what} in ${where}`));
}

/** As long as chance never makes one of them. */
const HEAD = 12;

/** Thousands of secrets at once: at each place of a text those are looked at that begin like it. */
function lookFor(secrets: readonly string[]): (text: string) => string[] {
  const short = secrets.filter((secret) => secret.length < HEAD);
  if (secrets.length === 0 || short.length > 0) throw new Error('there is nothing to look for, or too little of it');
  const byHead = Map.groupBy([...new Set(secrets)], (secret) => secret.slice(0, HEAD));
  return (text) => {
    const found = new Set<string>();
    if (/sig(=|%3D)/i.test(text)) found.add('`sig=`');
    for (let at = 0; at <= text.length - HEAD; at += 1)
      for (const secret of byHead.get(text.slice(at, at + HEAD)) ?? [])
        if (text.startsWith(secret, at)) found.add('a key or a signature');
    return [...found];
  };
}
