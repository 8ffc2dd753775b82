import type { StoredOrigin } from '../../origin';

/** The scheme at the beginning of a place. A single letter is a drive, not a scheme. */
export const schemeOf = (where: string): string | undefined =>
  /^([a-z][a-z0-9+.-]+):/.exec(where)?.[1];

/** Whether a place is on a server, and not on the disk. */
export const isRemote = (where: string): boolean => /^(https?|s3):\/\/|^hf:/.test(where);

/** Whether the path of an origin is an address. The name of a file may look like one. */
export const isOnServer = ({ kind, path }: StoredOrigin): boolean =>
  kind === 'remote' || ((kind === 'tar' || kind === 'parquet') && isRemote(path));

/** Whether a file holds many photos, and is read by ranges. */
export const isShard = (where: string): boolean =>
  /\.(tar|parquet)$/i.test(pathOf(where)) && !isS3Glob(where);

export const isParquet = (where: string): boolean => /\.parquet$/i.test(pathOf(where));

/** Whether the name of a file is that of a picture. */
export const isPicture = (where: string): boolean =>
  /\.(avif|bmp|gif|jpe?g|png|tiff?|webp)$/i.test(pathOf(where)) && !isS3Glob(where);

/** The path of an address, without its query. */
const pathOf = (where: string): string =>
  /^https?:/.test(where) ? where.replace(/[?#].*$/s, '') : where;

/** Whether a place of S3 is a pattern, such as `s3://bucket/shards-*.tar`. */
export const isS3Glob = (where: string): boolean => where.startsWith('s3:') && /[*?[]/.test(where);
