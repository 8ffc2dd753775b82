import type { OnnxModel, OnnxTensor } from '@shroom/formats';

/** A model output of a type without a JavaScript array. `runtime/uncopied.ts` explains its purpose. */
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
