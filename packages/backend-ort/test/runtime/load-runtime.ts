// Loads the native runtime, as programs do that have not set anything. Writes what is then set for ONNX Runtime.
import { loadNativeRuntime } from '../../src/runtime/native';

await loadNativeRuntime({ threads: 1, executionProviders: ['cpu'], keepMemory: false });
process.stdout.write(`${process.env.ORT_DISABLE_TELEMETRY}\n`);
