import { InvalidArgumentError, Option } from 'commander';
import { engineNames } from '../engine/names';
import { mapNames } from '../explaining/map-names';

/** What the help says about places of photos. */
export const photoPlaces =
  'photos, folders of photos, .tar or .parquet files, a .photos index, s3://bucket/folder/, hf:datasets/owner/name, the address of a list, globs, braces ' +
  'such as "shards-{000..099}.tar", or - for a list on standard input';

/** What the help says about places of labeled photos. */
export const labeledPlaces =
  'a folder with a folder of photos for each class, a .zip of such a folder, .tar archives of WebDataset, .parquet files, a .photos index, a .csv, ' +
  '.tsv, .json or .jsonl table, s3://bucket/folder/, hf:datasets/owner/name, kaggle:owner/slug, the address of a list, globs, braces such as ' +
  '"shards-{000..099}.tar", or - for a list on standard input; several are one set';

/**
 * The option for the engine of TensorFlow.js. It has no value unless it is typed; `startEngine` then takes the fastest one that loads.
 *
 * @param usual What the help calls the default.
 * @example
 * ```ts
 * command.addOption(engineOption()); // a command of the package commander
 * ```
 */
export const engineOption = (usual = '"auto"'): Option =>
  new Option('--engine <name>', `engine of TensorFlow.js (default: ${usual})`).choices([
    'auto',
    ...engineNames,
  ]);

/**
 * The option for the kind of heat map. It has no value unless it is typed.
 *
 * @example
 * ```ts
 * command.addOption(mapOption());
 * ```
 */
export const mapOption = (): Option =>
  new Option(
    '--map <name>',
    'heat maps: "gradcam" of the last feature map, or "last-convolution", in JET (default: "gradcam")',
  ).choices(mapNames);

/**
 * Parses the value of an option as a whole number.
 *
 * @example
 * ```ts
 * command.option('--epochs <count>', 'passes over the photos', integer(1));
 * ```
 */
export function integer(least: number, most = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most)
      return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
    throw new InvalidArgumentError(`It should be a whole number, ${range}.`);
  };
}

/** The option for the number of views that an answer averages. */
export const viewsOption = (): Option =>
  new Option(
    '--views <count>',
    "views of each photo whose probabilities are averaged (default: the run's)",
  ).argParser(integer(1));
