// Measures the networks of docs/networks.md, and writes the page: `npm run networks -- [--page] [names]`.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { networksPage } from './page/networks-page';
import { describeMachine, type Machine } from './runner/machine';
import { noPeers } from './runner/peers';
import { clearStatus, paint, say, status, warn } from './runner/terminal';
import { measureNetwork, type NetworkFigures } from './zoo/measure';
import { listedNetworks } from './zoo/networks';

const figures = new URL('networks.json', import.meta.url);
const page = new URL('../docs/networks.md', import.meta.url);

const usage = `npm run networks                  measures the networks that have no row yet
npm run networks -- resnet18 ...  measures these again
npm run networks -- --all         measures all again
npm run networks -- --page        writes the page from the figures that are there
PYTHON=<program>                  a Python with torch, torchvision and timm; without it, PyTorch's times stay as they are`;

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return say(usage);
  const names = args.filter(each => !each.startsWith('--'));
  const wrong = args.find(
    each =>
      !['--all', '--page'].includes(each) &&
      !listedNetworks.some(({ network }) => network === each),
  );
  if (wrong !== undefined) throw new Error(`There is no network or option '${wrong}'.\n${usage}`);
  const rows = new Map(readRows().map(row => [row.network, row]));
  const isChosen = (network: string) =>
    names.length > 0 ? names.includes(network) : args.includes('--all') || !rows.has(network);
  const chosen = args.includes('--page')
    ? []
    : listedNetworks.filter(({ network }) => isChosen(network));
  const python = process.env.PYTHON;
  if (chosen.length > 0 && !python)
    warn("PYTHON is not set: PyTorch's times stay as they are, and new rows have none.");
  const machine = machineWith(python);
  for (const listed of chosen) {
    const { network } = listed;
    const row = await measureNetwork(listed, {
      ...{ machine, python, earlier: rows.get(network) },
      onRound: (who, round) => status(`  ${network}: ${who}, round ${round}`),
    });
    rows.set(network, row);
    // Each row is kept at once, so that an interrupted measurement is resumed.
    writeRows(rows);
    const { ort, onnxruntime, pytorch, parity } = row;
    const times = [ort, onnxruntime, pytorch].map(each => each?.median.toFixed(1) ?? '-');
    say(`${network.padEnd(38)} ${times.join(' / ')} ms  ${parity.difference.toExponential(1)}`);
  }
  if (rows.size === 0) throw new Error(`There are no figures yet.\n${usage}`);
  writeFileSync(page, networksPage(inOrder(rows)));
}

function readRows(): NetworkFigures[] {
  return existsSync(figures) ? JSON.parse(readFileSync(figures, 'utf8')) : [];
}

const inOrder = (rows: ReadonlyMap<string, NetworkFigures>) =>
  listedNetworks.flatMap(({ network }) => rows.get(network) ?? []);

function writeRows(rows: ReadonlyMap<string, NetworkFigures>): void {
  const part = new URL('networks.json.part', import.meta.url);
  writeFileSync(part, `${JSON.stringify(inOrder(rows), undefined, 2)}\n`);
  renameSync(part, figures);
}

/** @throws Error when the Python does not have what is compared. */
function machineWith(python: string | undefined): Machine {
  const machine = describeMachine(noPeers, 2);
  if (!python) return machine;
  const program =
    'import json, timm, torch, torchvision; print(json.dumps({m.__name__: m.__version__ for m in (torch, torchvision, timm)}))';
  try {
    const said = execFileSync(python, ['-c', program], { encoding: 'utf8', stdio: 'pipe' });
    return { ...machine, versions: { ...machine.versions, ...JSON.parse(said) } };
  } catch (error) {
    throw new Error(
      `PYTHON=${python} should have torch, torchvision and timm: ${(error as Error).message}`,
    );
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  clearStatus();
  say(paint('red', error instanceof Error ? error.message : String(error)));
  process.exitCode = 1;
}
