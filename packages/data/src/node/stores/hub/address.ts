import { PhotoStoreError } from '../store-error';

/** A data set of the hub, and what is taken of it. */
export interface HubAddress {
  /** `owner/name`. */
  readonly id: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
  readonly config?: string;
  readonly split?: string;
}

/**
 * Reads an address such as `hf:datasets/owner/name@revision?config=small&split=train`.
 *
 * @throws PhotoStoreError when the text is none.
 */
export function parseHub(address: string): HubAddress {
  const [, id, revision = 'main', query = ''] =
    /^hf:(?:\/\/)?datasets\/((?:\w[\w.-]*\/)?\w[\w.-]*)(?:@([^?#/]+))?\/?(?:\?(.*))?$/.exec(
      address,
    ) ?? [];
  const params = new URLSearchParams(query);
  const odd = [...params.keys()].find(name => name !== 'config' && name !== 'split');
  if (id === undefined || /\.\.|--/.test(id) || odd !== undefined)
    throw new PhotoStoreError(
      'address',
      `'${address.slice(0, 200)}' is no data set of the hub; it should be like hf:datasets/owner/name, perhaps with @revision and ?config=name&split=train.`,
    );
  const [config, split] = [params.get('config'), params.get('split')];
  return {
    ...{ id, revision: decodeURIComponent(revision) },
    ...(config && { config }),
    ...(split && { split }),
  };
}

/** The address of a file of a data set at a commit. It does not name the server, which HF_ENDPOINT does. */
export const hubFileAddress = (id: string, commit: string, path: string): string =>
  `hf:datasets/${id}@${commit}/${path}`;

/** The parts of such an address. */
export function parseHubFile(
  address: string,
): { readonly id: string; readonly commit: string; readonly path: string } | undefined {
  const [, id, commit, path] =
    /^hf:datasets\/((?:\w[\w.-]*\/)?\w[\w.-]*)@([0-9a-f]{40})\/(.+)$/s.exec(address) ?? [];
  return path === undefined ? undefined : { id: id!, commit: commit!, path };
}
