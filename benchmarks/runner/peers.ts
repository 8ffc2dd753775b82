import { execFileSync } from 'node:child_process';

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
export type PythonPackage = (typeof pythonPackages)[number];

/** Peers that do not come from npm, as far as they are installed on this machine. */
export interface FoundPeers {
  /** The Python that has them; undefined if there is no Python. */
  readonly python: string | undefined;
  readonly versions: Readonly<Partial<Record<PythonPackage, string>>>;
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
  return all.find(({ versions }) => versions.torch) ?? all[0] ?? noPeers;
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
  if (missing.length === 0) return [];
  const where = python ?? `${pythons.join(' and ')} (there is no such program)`;
  return [
    ...missing.map(name => `${where} has no ${name}: there is no column of ${columns[name]}.`),
    `To install it: python3 -m venv peers && peers/bin/pip install ${missing.join(' ')}; then PYTHON=peers/bin/python npm run bench.`,
  ];
}
