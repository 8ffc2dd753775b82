import type { ClassifierFile } from '../file/schema';

/**
 * A source of weights as others may read it: of a file only its name, since the path to it says more about this machine than about the
 * weights. Addresses stay as they are.
 */
export function publishedSource(source: string): string {
  const isAddress = /^[a-z][a-z0-9+.-]+:/i.test(source) && !/^file:/i.test(source);
  return isAddress
    ? source
    : source.slice(Math.max(...['/', '\\'].map(each => source.lastIndexOf(each))) + 1);
}

/** The licenses of a classifier, each with the source that it belongs to as others may read it. */
export const publishedLicenses = (licenses: ClassifierFile['licenses']) =>
  licenses.map(({ of, license }) => ({ of: publishedSource(of), license }));
