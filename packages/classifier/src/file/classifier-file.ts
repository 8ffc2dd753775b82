import * as v from 'valibot';
import { ClassifierFileError } from '../errors';
import { type ClassifierFile, classifierSchema, fileVersion, versionOf } from './schema';

/**
 * Parses and validates the text of a `classifier.json`.
 *
 * @param path Path of the file, for error messages.
 * @throws ClassifierFileError when the text is not a `classifier.json`, has another version, or has invalid values; the message names each.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 *
 * const { classes, trainedOn } = parseClassifierFile(await readFile('runs/pets/classifier.json', 'utf8'), 'classifier.json');
 * ```
 */
export function parseClassifierFile(text: string, path: string): ClassifierFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ClassifierFileError(
      path,
      `it is damaged (not valid JSON): ${(cause as Error).message}.`,
      {
        cause,
      },
    );
  }
  const { format, version, head } = (value ?? {}) as Record<string, unknown>;
  if (format === undefined && typeof head === 'string')
    throw new ClassifierFileError(
      path,
      'it was written before the format had versions. Train the classifier again.',
    );
  if (format === 'shroom-classifier' && version !== 1 && version !== fileVersion)
    throw new ClassifierFileError(
      path,
      `it has version ${JSON.stringify(version)}; this package reads versions 1 and ${fileVersion}. ` +
        (Number(version) > fileVersion ? 'Install a newer one.' : 'Train the classifier again.'),
    );
  const result = v.safeParse(classifierSchema, value);
  if (result.success) return result.output;
  const issues = result.issues.slice(0, 5).map(issue => {
    const place = v.getDotPath(issue);
    return place ? `${place}: ${issue.message}` : issue.message;
  });
  throw new ClassifierFileError(
    path,
    `it is no classifier that can be used. ${issues.join('; ')}.`,
  );
}

/** Validates the content of a `classifier.json` and formats it as text, in the oldest version that can say it. */
export const formatClassifierFile = (file: ClassifierFile): string =>
  `${JSON.stringify(v.parse(classifierSchema, { ...file, version: versionOf(file) }), null, 2)}\n`;
