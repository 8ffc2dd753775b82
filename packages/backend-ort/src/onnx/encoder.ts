import { type EncodedModel, encodeOnnx, microsoftDomain, type OnnxModel } from '@shroom/formats';

/** Operator set 20 with intermediate representation 9: known to ONNX Runtime since 1.17. */
const facts = {
  irVersion: 9,
  operatorSets: { '': 20, [microsoftDomain]: 1 },
  producer: 'shroom-backend-ort',
} as const;

/**
 * A model as the bytes of an ONNX file.
 *
 * @param large where large constants are: copied into the bytes, or where they were, beside them.
 */
export function encodeModel(model: OnnxModel, large: 'inside' | 'beside'): EncodedModel {
  return encodeOnnx(model, large, facts);
}
