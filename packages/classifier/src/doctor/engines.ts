import * as tf from '@tensorflow/tfjs-core';
import { startEngine } from '../engine/engine';
import { type EngineName, engineNames } from '../engine/names';
import { nativeFault } from '../engine/native';
import type { EngineLoadError } from '../errors';
import type { Check } from './check';

/** Starts every engine, multiplies two matrices on it, and says why others do not load. The fastest that works is left running. */
export async function checkEngines(): Promise<{ fastest: EngineName | null; checks: Check[] }> {
  const checks: Check[] = [];
  let fastest: EngineName | null = null;
  for (const name of engineNames) {
    const check = await checkEngine(name);
    if (check.standing === 'good' || check.standing === 'limited') fastest ??= name;
    checks.push(check);
  }
  if (fastest !== null) await tf.setBackend(fastest);
  return { fastest, checks };
}

async function checkEngine(name: EngineName): Promise<Check> {
  const about = { part: 'engines', name } as const;
  try {
    const { reason, limit } = await startEngine(name);
    if (!(await multipliesRight()))
      return { ...about, standing: 'bad', found: 'loads, but multiplies two matrices wrongly' };
    const found = `works: ${reason.replace(/; as asked for$/, '')}`;
    return { ...about, standing: 'good', found: limit ? `${found}. ${limit}` : found };
  } catch (error) {
    const { cause, message } = error as EngineLoadError;
    if (name === 'tensorflow')
      return { ...about, standing: 'off', found: 'not installed; it is optional' };
    if (name !== 'ort')
      return {
        ...{ ...about, standing: 'bad', found: message.split('\n')[0]! },
        advice: 'To install the packages of this project again:',
        command: 'npm i @shroom/classifier',
      };
    const { kind, why, remedy } = nativeFault(cause);
    const { what: advice, command } = remedy;
    const standing = kind === 'unsupported' ? 'off' : 'bad';
    return { ...about, standing, found: why, advice, ...(command && { command }) };
  }
}

/** Whether the engine computes a product of matrices of ones. */
async function multipliesRight(): Promise<boolean> {
  const side = 32;
  const product = tf.tidy(() => {
    const ones = tf.ones([side, side]) as tf.Tensor2D;
    return tf.matMul(ones, ones);
  });
  try {
    return (await product.data()).every(value => value === side);
  } finally {
    product.dispose();
  }
}
