/** Proves that what a commit names is read back by its name, and that nothing else is taken for it. */
import {
  commitName,
  inMetadata,
  manifestKind,
  manifestListName,
  manifestName,
  metadataPath,
  parseCommitName,
} from '../../src/catalog/metadata-name.ts';
import { newAttemptId } from '../../src/workspace.ts';

const attempt = newAttemptId();
const CHANCE = 'a1b2c3d4';

it.each([0, 1, 99_999, 100_000, 999_999_999_999_999])('a commit of version %d is told by its files', (version) => {
  for (const kind of ['metadata', 'journal'] as const)
    expect(parseCommitName(commitName({ version, attempt, kind }, CHANCE))).toEqual({ version, attempt, kind });
});

it('manifests and their lists are told apart, and from commits', () => {
  const [manifest, list] = [manifestName(attempt, CHANCE, 12), manifestListName(2n ** 52n, attempt)];
  expect([manifestKind(manifest), manifestKind(list)]).toEqual(['manifest', 'manifest-list']);
  expect([parseCommitName(manifest), parseCommitName(list)]).toEqual([undefined, undefined]);
  expect(manifestKind(commitName({ version: 1, attempt, kind: 'metadata' }, CHANCE))).toBeUndefined();
});

it.each([
  'v9.metadata.json',
  '00000-made-with-the-table.metadata.json',
  `7-${attempt}-${CHANCE}.metadata.json`,
  `00007-${attempt}-${CHANCE}.statistics.json`,
  `00007-${attempt}-${CHANCE}.metadata.json.tmp`,
  `00007-8d1c2f6e-3b47-4c8e-9a53-0f4f5d0c6a11.metadata.json`,
])('%s is not named by us', (name) => {
  expect([parseCommitName(name), manifestKind(name)]).toEqual([undefined, undefined]);
});

it('a path tells whose metadata lies there', () => {
  expect(inMetadata(metadataPath('edw_x', 'a.avro'))).toEqual({ table: 'edw_x', name: 'a.avro' });
  for (const path of ['edw_x/metadata', 'edw_x/metadata/deeper/a', 'edw_x/base/a', 'x/edw_x/metadata/a'])
    expect(inMetadata(path)).toBeUndefined();
});
