import type { EngineName } from '../engine/names';
import { engineOption } from './options';
import { report } from './train';
import type { Verb } from './verb';

/** `shroom resume <run>` */
export const resume: Verb<{ readonly engine?: EngineName | 'auto' }> = {
  examples: ['shroom resume runs/pets'],
  define: command => {
    command
      .description(
        'Continues an interrupted run from its folder. The final weights are the same as without the interruption.',
      )
      .argument('<run>', 'the folder of the run')
      .addOption(engineOption('the engine that the run began with'));
  },
  run: async (session, [run], { engine }) => {
    const { resume } = await import('../train');
    return report(session, work => resume(run!, { ...work, ...(engine && { engine }) }));
  },
};
