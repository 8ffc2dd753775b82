import { expect, test } from 'vitest';
import { withDefaults } from '../src/options';
import { changed, jobRecipes } from '../src/training/recipe';

test('the default is the best recipe on ResNet50', () => {
  expect(withDefaults({})).toMatchObject({
    backbone: ['resnet50'],
    size: 299,
    recipe: 'best',
    head: 'linear',
    pooling: 'covariance',
    views: 4,
    testViews: 4,
    augment: 'crops',
    finetune: 'none',
  });
});

test('options override the recipe', () => {
  const { head, pooling, views } = withDefaults({
    recipe: 'reference',
    head: 'covariance',
    views: 2,
  });
  expect({ head, pooling, views }).toEqual({ head: 'linear', pooling: 'covariance', views: 2 });
});

test.each<[object, RegExp]>([
  [{ epoch: 3 }, /no option 'epoch'. There are backbone/],
  [{ recipe: 'bets' }, /no recipe 'bets'; there are best, reference, fast/],
  [{ size: 1e9 }, /size should be a whole number, 16 to 4096/],
  [{ views: 0 }, /views should be a whole number, 1 to 64/],
  [{ epochs: 1.5 }, /epochs should be a whole number, 1 or more, not 1.5/],
  [{ labelSmoothing: 1 }, /labelSmoothing should be 0 to below 1/],
  [{ lr: 0 }, /lr should be a number above 0/],
  [{ group: 'columns' }, /group should be/],
  [{ head: 'tree' }, /head should be mlp or linear or covariance, not 'tree'/],
  [{ kind: '' }, /kind should be a text/],
  [{ caution: 'no' }, /caution.headline should be a text/],
  [{ augment: 'spin' }, /augment should be flips or crops/],
  [{ map: 'heat' }, /map should be gradcam or last-convolution/],
  [{ backbone: [] }, /one network or several/],
  [{ head: 'mpl' }, /head should be mlp or linear or covariance, not 'mpl'/],
  [
    { pooling: 'max' },
    /pooling should be average or covariance or cls or mean or cls\+mean or attention, not 'max'/,
  ],
  [{ augment: 'flip' }, /augment should be flips or crops, not 'flip'/],
  [{ classWeights: 'yes' }, /classWeights should be none or balanced, not 'yes'/],
  [{ givenSplit: 'no' }, /givenSplit should be auto or require or ignore, not 'no'/],
  [{ task: 'many' }, /task should be auto or single-label or multi-label, not 'many'/],
  [
    { columns: { labelSeperator: '|' } },
    /no option 'columns.labelSeperator'. There are path, label, labelSeparator, part/,
  ],
  [{ backbone: ['a', 'b'], architecture: ['resnet18'] }, /for all 2 backbones or one for each/],
  [{ recipe: { ...jobRecipes.best, testviews: 8 } }, /no option 'recipe.testviews'/],
  [{ precision: 'int4' }, /precision should be float32 or int8 or auto, not 'int4'/],
  [{ precision: 'int8', finetune: 'layer3' }, /int8 is for frozen networks, and finetune 'layer3'/],
  [{ map: 'jet' }, /map should be gradcam or last-convolution, not 'jet'/],
])('%j is refused', (options, message) => {
  expect(() => withDefaults(options)).toThrow(RangeError);
  expect(() => withDefaults(options)).toThrow(message);
});

test('the configuration has a task only if the user asked for one', () => {
  expect(withDefaults({})).toEqual(withDefaults({ task: 'auto' }));
  expect(withDefaults({})).not.toHaveProperty('task');
  expect(withDefaults({ task: 'multi-label' }).task).toBe('multi-label');
});

test('a custom recipe is used unchanged, and must be complete', () => {
  const mine = {
    ...jobRecipes.fast,
    views: 2,
    training: { ...jobRecipes.fast.training, epochs: 5 },
  };
  expect(withDefaults({ recipe: mine })).toMatchObject({ recipe: mine, views: 2, head: 'mlp' });
  const { training: _, ...rest } = mine;
  expect(() => withDefaults({ recipe: rest as typeof mine })).toThrow('The recipe lacks training.');
});

test('options change every phase of a training', () => {
  const { training } = jobRecipes.reference;
  expect(changed(training, {})).toEqual(training);
  const made = changed(training, { epochs: 7, batch: 16, lr: 0.01, classWeights: 'none' });
  expect(made).toMatchObject({ epochs: 7, batchSize: 16, schedule: { learningRate: 0.01 } });
  expect(made.followedBy).toMatchObject([
    { epochs: 7, batchSize: 16, schedule: { learningRate: 0.01 }, labelSmoothing: 0.1 },
  ]);
  expect(made.followedBy![0]).not.toHaveProperty('classWeights');
});

test('float32 is no part of a configuration, as runs before there was a choice did not name it', () => {
  expect(withDefaults({ precision: 'float32' })).toEqual(withDefaults({}));
  expect(withDefaults({ precision: 'int8' }).precision).toBe('int8');
  expect(withDefaults({ precision: 'auto', finetune: 'layer3' }).precision).toBe('auto');
});
