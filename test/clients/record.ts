import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WRITE_KEY } from '../support/shop.ts';
import { isHere, LIBRARIES } from './libraries.ts';
import { startRecorder } from './recorder.ts';
import { runClient } from './run-client.ts';

/** `node test/clients/record.ts`: writes what each client library on this machine sends into `recordings/`. */
for (const library of LIBRARIES) {
  if (!isHere(library)) {
    console.log(`${library.name}: not on this machine`);
    continue;
  }
  const recorder = await startRecorder(library.isTls);
  const workDir = mkdtempSync(join(tmpdir(), 'client-'));
  try {
    const said = await runClient(library, recorder, WRITE_KEY, workDir);
    const { requests } = recorder;
    const [, name, version] = /"library":\s*\{"name":\s*"([^"]+)",\s*"version":\s*"([^"]+)"/.exec(
      requests.map(({ body }) => body).join(''),
    ) ?? [undefined, '', ''];
    const file = join(import.meta.dirname, 'recordings', `${library.name}.json`);
    writeFileSync(file, `${JSON.stringify({ library: `${name} ${version}`, requests }, null, 2)}\n`);
    console.log(`${library.name}: ${requests.length} requests of ${name} ${version} ${said}`);
  } finally {
    await recorder.close();
    rmSync(workDir, { recursive: true });
  }
}
