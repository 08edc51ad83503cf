// Plain JavaScript, so that a Node that cannot run TypeScript says so instead of failing on the first type.

/** Ends the process with exit code 2 and a word on what to do, unless this Node runs TypeScript as it is. */
export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return;
  console.error(
    `farelake runs on Node 24 (22.18 at least); this is ${process.versions.node}.\n` +
      'Where the platform has one, npm installs Node 24 with this project: use `npx farelake` or an npm script.',
  );
  process.exit(2);
}
