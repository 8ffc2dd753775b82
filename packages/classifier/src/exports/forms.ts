import type { AnyExportOptions, Exported, ExportForm, ExportSource } from './form';
import type { ExportFormName } from './names';
import { exportToOnnx } from './onnx';
import { exportToTfjs } from './tfjs';
import { exportToTimm } from './timm';
import { exportToTransformers } from './transformers';
import { exportForWeb } from './web';
import { exportToZip } from './zip';

/** The forms of this package. */
const exportForms = {
  web: exportForWeb,
  zip: exportToZip,
  onnx: exportToOnnx,
  tfjs: exportToTfjs,
  transformers: exportToTransformers,
  timm: exportToTimm,
} as const satisfies Record<ExportFormName, unknown>;

type ExportForms = typeof exportForms;
/**
 * The options of a form.
 *
 * @example
 * ```ts
 * const half: ExportOptionsOf<'onnx'> = { weights: 'float16' };
 * ```
 */
export type ExportOptionsOf<Name extends ExportFormName> = Parameters<ExportForms[Name]>[2];
/**
 * What the export in a form returns.
 *
 * @example
 * ```ts
 * function sizeOf({ files }: ExportResultOf<'onnx'>): number {
 *   return files[0]!.bytes;
 * }
 * ```
 */
export type ExportResultOf<Name extends ExportFormName> = Awaited<ReturnType<ExportForms[Name]>>;

const registered = new Map<string, ExportForm>();

/**
 * Adds a form of your own to `classifier.export`.
 *
 * @param name A name that no other form has. Registering the same function again does nothing.
 * @throws RangeError when another form has the name.
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { dirname } from 'node:path';
 *
 * registerExportForm('names', async ({ file }, destination) => {
 *   await writeFile(destination, file.classes.join('\n'));
 *   return { folder: dirname(destination), files: [{ path: destination, bytes: 1 }] };
 * });
 * ```
 */
export function registerExportForm(name: string, form: ExportForm): void {
  const other = lookUp(name);
  if (other === form) return;
  if (other)
    throw new RangeError(`There is a form of export '${name}' already. Choose another name.`);
  registered.set(name, form);
}

/**
 * The names of all forms in which a classifier can be exported, those of this package first.
 *
 * @example
 * ```ts
 * console.log(listExportForms()); // ['web', 'onnx', ...]
 * ```
 */
export const listExportForms = (): readonly string[] => [
  ...Object.keys(exportForms),
  ...registered.keys(),
];

type AnyForm = (
  source: ExportSource,
  destination: string,
  options: AnyExportOptions,
) => Promise<Exported>;

/** @throws RangeError with the list of forms, when there is none of that name. */
export function findExportForm(name: string): AnyForm {
  const found = lookUp(name);
  if (found) return found;
  throw new RangeError(
    `There is no form of export '${name}'; there are ${listExportForms().join(', ')}.`,
  );
}

const lookUp = (name: string): AnyForm | undefined =>
  Object.hasOwn(exportForms, name)
    ? (exportForms[name as ExportFormName] as AnyForm)
    : registered.get(name);
