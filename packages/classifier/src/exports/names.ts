/** The names of the forms of this package. */
export const exportFormNames = ['web', 'zip', 'onnx', 'tfjs', 'transformers', 'timm'] as const;

/**
 * The name of a form in which `classifier.export` writes a classifier.
 *
 * @example
 * ```ts
 * const classifier = await openClassifier('runs/pets');
 * const forms: readonly ExportFormName[] = ['onnx', 'zip'];
 * for (const form of forms) await classifier.export(form, `exports/pets.${form}`);
 * ```
 */
export type ExportFormName = (typeof exportFormNames)[number];
