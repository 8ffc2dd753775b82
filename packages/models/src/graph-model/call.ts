import type { WrittenCall } from '../writing/network-writer';
import type { GraphModel } from './model';

/** One layer, to be written to a TensorFlow graph. */
export interface GraphCall extends WrittenCall {
  readonly graph: GraphModel;
}

/** Writes one layer. @returns The name of its output. */
export type GraphOperator = (call: GraphCall) => string;
