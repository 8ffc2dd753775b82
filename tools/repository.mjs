// Writes the address of the repository into each package's manifest, as `npm publish --provenance` requires. Only a
// release runs this program. It reads the address from the variables of GitHub Actions, so that a fork that publishes
// under its own name states its own repository.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env;
if (!server || !repository) {
  console.error(
    'GITHUB_SERVER_URL and GITHUB_REPOSITORY should name the repository. GitHub Actions sets them, so run releases there.',
  );
  process.exit(1);
}

const packages = process.argv[2] ?? fileURLToPath(new URL('../packages', import.meta.url));
for (const name of readdirSync(packages)) {
  const file = join(packages, name, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  const url = `git+${server}/${repository}.git`;
  manifest.repository = { type: 'git', url, directory: `packages/${name}` };
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
}
