import '@shroom/backend-ort';
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-cpu';
import { configureOrt } from '@shroom/backend-ort';
import { setBackend } from '@tensorflow/tfjs-core';
import { threads } from './serve';
import { loadTfjsNode } from './tfjs-node';

/**
 * Starts an engine with the number of threads that all contestants have. In Node, tfjs has only one thread, on wasm and on
 * cpu.
 */
export async function startEngine(name: string): Promise<void> {
  configureOrt({ threads });
  if (name === 'tensorflow') loadTfjsNode();
  if (!(await setBackend(name))) throw new Error(`The engine '${name}' does not start.`);
}
