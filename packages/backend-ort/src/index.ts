import { registerGradientsOfAll, registerOrt, registerOrtKernels } from './register';

export { type BackendOptions, OrtBackend } from './backend';
export type { ExecutionStatistics } from './executor';
export { fallbackCounts } from './kernels/fallback';
export { type KernelCoverage, kernelCoverage } from './kernels/registry';
export { type OnnxFile, openOnnx } from './onnx-file';
export { configureOrt, type OrtOptions, ortBackend, registerOrt } from './register';
export { instructionSet } from './runtime/instruction-set';

registerOrtKernels();
registerOrt();
registerGradientsOfAll();
