import { stat } from 'node:fs/promises';
import type { StoredOrigin } from '../../origin';
import type { Finding } from '../../photo';
import { isOnServer } from '../places/addresses';

/** A listed photo. */
interface Listed {
  readonly origin: StoredOrigin;
  /** What an index knows of it. */
  readonly known?: { readonly problem?: string | undefined };
}

/**
 * Looks whether photos of an index are where it says: the first, the middle and the last one, as a million take too long. An index that was
 * moved without its photos has none of them.
 *
 * @param where Name of the set.
 */
export async function absentPhotos(
  where: string,
  candidates: readonly Listed[],
): Promise<readonly Finding[]> {
  const last = candidates.length - 1;
  const some = [...new Set([0, last >> 1, last])].flatMap(index => candidates[index] ?? []);
  const paths = some.flatMap(({ origin, known }) =>
    known && known.problem === undefined && !isOnServer(origin) ? [origin.path] : [],
  );
  const looked = await Promise.all([...new Set(paths)].map(lookFor));
  const absent = looked.filter(({ isThere }) => !isThere);
  const [first] = absent;
  if (!first) return [];
  return [
    {
      kind: 'photos absent',
      subject: where,
      reason:
        `${absent.length} of ${looked.length} files that were looked for are not there, such as ${first.path}. Put them back; if the index was ` +
        'moved, move it back, as paths below its folder begin there',
    },
  ];
}

const lookFor = async (path: string) => ({
  path,
  isThere: await stat(path).then(
    () => true,
    error => error.code !== 'ENOENT',
  ),
});
