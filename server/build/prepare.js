import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

// npm runs this after an installation in a checkout. `npm ci --omit=dev` leaves out what builds.
if (existsSync('node_modules/rollup'))
  process.exitCode = spawnSync('npm run --silent build', { stdio: 'inherit', shell: true }).status ?? 1;
else if (!existsSync('client/dist/s.js'))
  process.stderr.write(
    'Installed without the snippet and the console: development dependencies build them. Run: npm ci && npm prune --omit=dev\n',
  );
