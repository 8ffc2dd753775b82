import type { WrittenCall } from '../writing/network-writer';
import type { OnnxModel } from './model';
import type { WeightPrecision } from './weights';

/** One layer, to be written to an ONNX model. Feature maps are `[N, C, H, W]` in ONNX. */
export interface Call extends WrittenCall {
  readonly onnx: OnnxModel;
  readonly precision: WeightPrecision;
}

/** Writes one layer. @returns The name of its output. */
export type Operator = (call: Call) => string | Promise<string>;
