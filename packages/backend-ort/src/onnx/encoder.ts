import { type EncodedModel, encodeOnnx, microsoftDomain, type OnnxModel } from '@shroom/formats';

/** The domain of ONNX Runtime's operators on channels in blocks: see `runtime/blocks.ts`. */
export const blockedDomain = 'com.microsoft.nchwc';

/** Operator set 20 with intermediate representation 9, which ONNX Runtime supports since 1.17. */
const facts = {
  irVersion: 9,
  operatorSets: { '': 20, [microsoftDomain]: 1 },
  producer: 'shroom-backend-ort',
} as const;

/**
 * Encodes a model as the bytes of an ONNX file.
 *
 * @param large Whether large constants are copied into the bytes, or stay beside them in their arrays.
 */
export function encodeModel(model: OnnxModel, large: 'inside' | 'beside'): EncodedModel {
  // Only some builds of ONNX Runtime know the domain of blocks.
  const isBlocked = model.nodes.some(({ domain }) => domain === blockedDomain);
  const { operatorSets } = facts;
  return encodeOnnx(model, large, {
    ...facts,
    operatorSets: { ...operatorSets, ...(isBlocked && { [blockedDomain]: 1 }) },
  });
}
