import type { OnnxModel, OnnxTensor } from '@shroom/formats';

/** A number that JavaScript has no array for, as an output of a model. What it is for: `runtime/uncopied.ts`. */
export const unreadableModel: OnnxTensor = {
  name: 'unreadable',
  type: 'bfloat16',
  shape: [],
  bytes: new Uint8Array(2),
};

/** Makes {@link unreadableModel} an output. */
export function outputUnreadable(model: OnnxModel): void {
  model.constants.push(unreadableModel);
  model.outputs.push(unreadableModel);
}
