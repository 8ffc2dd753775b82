// Networks are calibrated and exported without batch norms.
export { foldBatchNorm } from '../index';
export { calibrateInt8 } from './calibrate';
export { exportInt8Onnx, type Int8OnnxOptions } from './export';
export type { Int8Options } from './plan';
export { type ActivationRanges, CalibrationError } from './ranges';
