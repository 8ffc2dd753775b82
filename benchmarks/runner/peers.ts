import { execFileSync } from 'node:child_process';
import { executable, howToGetChromium } from '@shroom-internal/chromium';
import { tfjsNodeHome, tfjsNodeVersion } from './tfjs-node';

/** Python packages that rows may need, by their name on PyPI. */
const pythonPackages = [
  'torch',
  'torchvision',
  'timm',
  'grad-cam',
  'torchcam',
  'captum',
  'onnxruntime',
  'scikit-learn',
] as const;
type PythonPackage = (typeof pythonPackages)[number];
/** Everything that a column may need and that does not come with this repository. */
export type Requirement = PythonPackage | 'tfjs-node' | 'chromium';

/** Peers that do not come from npm, as far as they are installed on this machine. */
export interface FoundPeers {
  /** The Python that has them; undefined if there is no Python. */
  readonly python: string | undefined;
  readonly versions: Readonly<Partial<Record<Requirement, string>>>;
}

/** Python programs to try. The first one with torch is taken; `PYTHON` sets another one. */
const pythons = process.env.PYTHON ? [process.env.PYTHON] : ['/usr/bin/python3', 'python3'];

const program = `import json
from importlib import metadata
found = {}
for name in ${JSON.stringify(pythonPackages)}:
    try:
        found[name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        pass
print(json.dumps(found))`;

export function findPeers(): FoundPeers {
  const all = pythons.flatMap(python => {
    const versions = versionsIn(python);
    return versions ? [{ python, versions }] : [];
  });
  const { python, versions } = all.find(each => each.versions.torch) ?? all[0] ?? noPeers;
  return { python, versions: { ...versions, ...withoutPython() } };
}

function withoutPython(): FoundPeers['versions'] {
  const [node, chromium] = [tfjsNodeVersion(), chromiumVersion()];
  return { ...(node && { 'tfjs-node': node }), ...(chromium && { chromium }) };
}

function chromiumVersion(): string | undefined {
  if (executable === undefined) return undefined;
  const stdio = ['ignore', 'pipe', 'ignore'] as const;
  const said = execFileSync(executable, ['--version'], { encoding: 'utf8', stdio: [...stdio] });
  return /[\d.]+/.exec(said)?.[0];
}

/** What `findPeers` gives on a machine without Python. */
export const noPeers: FoundPeers = { python: undefined, versions: {} };

function versionsIn(python: string): FoundPeers['versions'] | undefined {
  try {
    const stdio = ['ignore', 'pipe', 'ignore'] as const;
    const output = execFileSync(python, ['-c', program], { encoding: 'utf8', stdio: [...stdio] });
    return JSON.parse(output) as FoundPeers['versions'];
  } catch {
    return undefined;
  }
}

/** The column that is absent without a package. */
const columns: Record<PythonPackage, string> = {
  torch: 'PyTorch, and all that is built on it',
  torchvision: 'PyTorch, its DataLoader and the reference’s loop',
  timm: 'PyTorch, in the rows of vision transformers',
  'grad-cam': 'pytorch-grad-cam',
  torchcam: 'torchcam',
  captum: 'captum',
  onnxruntime: 'ONNX Runtime in Python',
  'scikit-learn': 'scikit-learn',
};

/** Lines that say which columns will be absent, and how to install what is missing. */
export function missingPeers({ python, versions }: FoundPeers): string[] {
  const missing = pythonPackages.filter(name => versions[name] === undefined);
  const where = python ?? `${pythons.join(' and ')} (there is no such program)`;
  return [
    ...missing.map(name => `${where} has no ${name}: there is no column of ${columns[name]}.`),
    ...(missing.length > 0
      ? [
          `To install it: python3 -m venv peers && peers/bin/pip install ${missing.join(' ')}; then PYTHON=peers/bin/python npm run bench.`,
        ]
      : []),
    ...(versions['tfjs-node'] === undefined
      ? [
          `${tfjsNodeHome} has no tfjs-node: there is no column of it. To install it: mkdir -p peers && echo '{}' > peers/package.json && node tools/tfjs-node/link.mjs peers; or TFJS_NODE=<its folder> npm run bench.`,
        ]
      : []),
    ...(versions.chromium === undefined
      ? [
          `There is no Chromium: there is no column of tfjs in a browser. ${howToGetChromium.replace('npm test', 'npm run bench')}`,
        ]
      : []),
  ];
}
