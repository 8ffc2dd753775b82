import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { Evidence } from '../evidence';
import { type Method, MethodError } from './method';

type Maps = typeof import('./attention-maps');

/** A method that reads attention. What it computes is loaded when it is used. */
export const ofAttention = (
  read: (maps: Maps, evidence: Evidence) => Promise<Tensor3D>,
): Method => ({
  needsGradient: false,
  map: async evidence => {
    const maps = await import('./attention-maps');
    try {
      return await read(maps, evidence);
    } catch (error) {
      throw error instanceof maps.AttentionFailure ? new MethodError(error.message) : error;
    }
  },
});
